"""One project, its keys and a tool, as every test knows them."""

import hashlib
from dataclasses import replace
from typing import Final

from gatehouse.domain import api_keys
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.key_ring import KeyRing, SessionKey
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.projects import ALL_SCOPES, Integration, Project
from gatehouse.domain.session_tokens import Session
from gatehouse.domain.tool_documents import tool_digest
from gatehouse.domain.tools import HttpMethod, Tool, ToolDefinition
from tests.fakes.authority import MemoryAuthority

NOW: Final = 1_700_000_000
DEPLOYMENT: Final = "test-deployment"
PROJECT_ID: Final = "Proj0001"
INTEGRATION_ID: Final = "Integ001"
API_KEY: Final = api_keys.compose(PROJECT_ID, INTEGRATION_ID, "s" * 24)
KID: Final = "backend-v1"

PROJECT: Final = Project(id=PROJECT_ID, name="Acme", created_at=NOW, version=1, pepper=b"p" * 32)
INTEGRATION: Final = Integration(
    id=INTEGRATION_ID,
    project_id=PROJECT_ID,
    name="backend",
    scopes=ALL_SCOPES,
    key_digest=hashlib.sha256(API_KEY.encode()).hexdigest(),
    created_by="admin",
    created_at=NOW,
)
ASSERTION_KEY: Final = AssertionKey(
    kid=KID, algorithm=AssertionAlgorithm.ES256, public_key_pem="(unused)", created_at=NOW
)
RING: Final = KeyRing(current=SessionKey(kid="k1", secret=b"1" * 32, since=NOW - 3600))
ADA: Final = MemberIdentity(external_id="ada", email="ada@example.com", roles=("admin",))
SESSION: Final = Session(
    project_id=PROJECT_ID,
    integration_id=INTEGRATION_ID,
    member=ADA,
    epoch=0,
    assertion_kid=KID,
    token_id="t1",
    issued_at=NOW,
    expires_at=NOW + 900,
)
LOOKUP: Final = ToolDefinition(
    name="crm-contacts-get",
    description="Look up one contact",
    input_schema={
        "type": "object",
        "properties": {"contact_id": {"type": "string"}, "fields": {"type": "string"}},
        "required": ["contact_id"],
        "additionalProperties": False,
    },
    base_url="https://api.example.com",
    http_method=HttpMethod.GET,
    endpoint_path="/v1/contacts/{contact_id}",
    query_template={"fields": "{fields}"},
)


def stored(definition: ToolDefinition, **changes: object) -> Tool:
    """A tool as it stands in the table."""
    tool = Tool(
        project_id=PROJECT_ID,
        definition=definition,
        digest=tool_digest(definition),
        version=1,
        is_enabled=True,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(tool, **changes)  # type: ignore[arg-type]


def authority() -> MemoryAuthority:
    """A table that holds all of the above."""
    return MemoryAuthority(
        projects={PROJECT_ID: PROJECT},
        integrations={(PROJECT_ID, INTEGRATION_ID): INTEGRATION},
        assertion_keys={(PROJECT_ID, KID): ASSERTION_KEY},
        tools={(PROJECT_ID, LOOKUP.name): stored(LOOKUP)},
    )


def mistyped(text: str) -> str:
    """Change the last character, whatever it is."""
    return text[:-1] + ("x" if text[-1] != "x" else "y")
