"""A project with tools, as the real adapters store it, and the events that ask for them."""

import hashlib
import json
import time
import uuid
from base64 import b64encode
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bench.events import DEPLOYMENT, Json, http_event, mcp_event, rpc_body
from gatehouse.aws.audit_items import head_item
from gatehouse.aws.principal_items import assertion_key_item, member_item
from gatehouse.aws.project_items import integration_item, project_item
from gatehouse.aws.tool_items import tool_items
from gatehouse.aws.warrant_items import root_item
from gatehouse.domain import api_keys, session_tokens
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.audit import AuditHead
from gatehouse.domain.key_ring_documents import read_ring
from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.domain.projects import ALL_SCOPES, Integration, Project
from gatehouse.domain.sealing import SealedSecret, seal
from gatehouse.domain.session_tokens import Session
from gatehouse.domain.tool_documents import tool_digest
from gatehouse.domain.tools import AuthStrategy, HttpMethod, Tool, ToolDefinition
from gatehouse.domain.warrant_policies import TrustedRoot, WarrantMode, WarrantPolicy
from gatehouse_client import AssertionSigner
from tests.warrants import PUBLIC, Minted, proof

RING: Final = json.dumps({"version": 1, "initial": hashlib.sha256(b"bench").hexdigest()})
DATA_KEY: Final = b"d" * 32
KID: Final = "backend-v1"
MEMBER: Final = MemberIdentity(external_id="user-7", email="ada@example.com", roles=("support",))
INTEGRATION_ID: Final = "Integ001"
ARGUMENTS: Final[Json] = {"contact_id": "1", "fields": "name"}
_TEXT: Final = {"type": "string"}
SCHEMA: Final[Json] = {
    "type": "object",
    "properties": {
        "contact_id": {**_TEXT, "description": "The id of the contact, such as 1"},
        "fields": {**_TEXT, "description": "The fields to return, separated by commas"},
    },
    "required": ["contact_id"],
    "additionalProperties": False,
}


@dataclass(frozen=True, kw_only=True)
class World:
    """One project: `tools` of them call `upstream`; `policy` is about warrants.

    `changed_at` is when something was last administered.
    """

    upstream: str
    project_id: str = "Proj0001"
    tools: int = 1
    strategy: AuthStrategy = AuthStrategy.NONE
    schema: Json = field(default_factory=lambda: SCHEMA)
    policy: WarrantPolicy = field(default_factory=WarrantPolicy)
    member: MemberIdentity = MEMBER
    changed_at: int = 0

    def items(self) -> list[Json]:
        """Return what the tables hold of it, written by the adapters' own code."""
        project = Project(
            id=self.project_id, name="Bench", created_at=0, version=1, pepper=b"p" * 32,
            warrant_policy=self.policy,
        )  # fmt: skip
        integration = Integration(
            id=INTEGRATION_ID, project_id=self.project_id, name="backend", scopes=ALL_SCOPES,
            key_digest=hashlib.sha256(self.api_key.encode()).hexdigest(),
            created_by="admin", created_at=0,
        )  # fmt: skip
        key = AssertionKey(
            kid=KID, algorithm=AssertionAlgorithm.ES256, public_key_pem=PUBLIC_PEM, created_at=0
        )
        root = TrustedRoot(
            public_key=PUBLIC["root"], description=None, integration_ids=None, created_at=0
        )
        member = MemberStanding(external_id=MEMBER.external_id)
        return [
            project_item(project),
            integration_item(integration),
            assertion_key_item(self.project_id, key),
            member_item(self.project_id, member),
            root_item(self.project_id, root),
            head_item(self.project_id, AuditHead(seq=1, digest="d" * 64, at=self.changed_at)),
            *(item for number in range(self.tools) for item in tool_items(self.tool(number))),
        ]

    @cached_property
    def api_key(self) -> str:
        """The integration's key."""
        return api_keys.compose(self.project_id, INTEGRATION_ID, "s" * 24)

    def tool(self, number: int) -> Tool:
        """Return one of the tools."""
        definition = ToolDefinition(
            name=f"tool_{number:04}",
            description=(
                "Look up one contact of the address book by its id, and return what is known."
            ),
            input_schema=self.schema,
            base_url=self.upstream,
            http_method=HttpMethod.GET,
            endpoint_path="/v1/contacts/{contact_id}",
            query_template={"fields": "{fields}"},
            auth_strategy=self.strategy,
        )
        tool = Tool(
            project_id=self.project_id, definition=definition, digest=tool_digest(definition),
            version=1, is_enabled=True, created_at=0, updated_at=0,
        )  # fmt: skip
        if self.strategy is AuthStrategy.NONE:
            return tool
        binding = tool.secret_binding.additional_data
        sealed = SealedSecret(
            wrapped_key=b"w" * 168,
            nonce=b"n" * 12,
            ciphertext=seal(
                b"sesame" * 6, data_key=DATA_KEY, nonce=b"n" * 12, additional_data=binding
            ),
        )
        return replace(tool, sealed_secret=sealed)

    def session(self) -> str:
        """Mint a session token as the token function does."""
        now = int(time.time())
        session = Session(
            project_id=self.project_id, integration_id=INTEGRATION_ID, member=self.member, epoch=0,
            assertion_kid=KID, token_id=str(uuid.uuid4()), issued_at=now, expires_at=now + 900,
        )  # fmt: skip
        return session_tokens.mint(session, key=read_ring(RING).current, deployment_id=DEPLOYMENT)

    def rpc(self, method: str, params: Json, credential: str | None = None) -> bytes:
        """Return the event of a JSON-RPC request to `/mcp`, as a member unless a key is given."""
        return mcp_event(rpc_body(method, params), credential or self.session())

    def call(
        self, number: int = 0, *, arguments: Json = ARGUMENTS, chain: Minted | None = None
    ) -> bytes:
        """Return the event of a tool call, with a warrant and its proof if there is a chain."""
        params: Json = {"name": f"tool_{number:04}", "arguments": arguments}
        if chain is not None:
            pop = proof(chain, params["name"], arguments, now=int(time.time()))
            carried = {"warrant": b64encode(chain.stack), "signature": b64encode(pop)}
            params["_meta"] = {"tenuo": {name: data.decode() for name, data in carried.items()}}
        return self.rpc("tools/call", params)

    def exchange(self) -> bytes:
        """Return the event that trades a fresh assertion for a session token."""
        signer = AssertionSigner(self.project_id, KID, PRIVATE_PEM)
        assertion = signer.sign(MEMBER.external_id, email=MEMBER.email, roles=MEMBER.roles)
        body = json.dumps({"member_assertion": assertion})
        return http_event("POST", "/api/v1/mcp/session-token", body, self.api_key)


_PRIVATE: Final = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
PRIVATE_PEM: Final = _PRIVATE.private_bytes(
    Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
).decode()
PUBLIC_PEM: Final = (
    _PRIVATE.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
)
ENFORCED: Final = WarrantPolicy(mode=WarrantMode.ENFORCE)


def chain_of(depth: int, tools: int = 1) -> Minted:
    """Return a chain of warrants for the tools, rooted in what the project trusts."""
    now = int(time.time())
    granted: dict[str, object] = {
        f"tool_{number:04}": {"constraints": {}} for number in range(tools)
    }
    chain = Minted()
    for link in range(depth):
        holder = "alice" if link % 2 else "bob"
        chain = chain.to(holder, k3=granted, k6=now - 10, k7=now + 3000, k8=64)
    return chain
