"""Somebody who signed in through an OAuth client, and the tokens they hold in tests."""

from dataclasses import replace
from typing import Final

from gatehouse.domain import access_tokens
from gatehouse.domain.access_tokens import AccessToken
from gatehouse.domain.families import Family, FamilyKind, begun
from gatehouse.domain.grants import MANAGE, MCP, Grant
from gatehouse.domain.oauth_clients import RegisteredClient, registered_id
from tests.fakes.authority import MemoryAuthority
from tests.fakes.signing import MemorySigner, MemorySigningKeys
from tests.samples import ADA, INTEGRATION, INTEGRATION_ID, NOW, PROJECT_ID, authority

ORIGIN: Final = "https://gate.example.com"
CLIENT_ID: Final = registered_id(PROJECT_ID, INTEGRATION_ID)
FAMILY_ID: Final = "F" * 16
PUBLIC_CLIENT: Final = RegisteredClient(redirect_uris=("https://client.example/cb",))
FOR_MCP: Final = Grant(
    subject="user:u1",
    client_id=CLIENT_ID,
    scope=frozenset({MCP}),
    resource=f"{ORIGIN}/mcp",
    project_id=PROJECT_ID,
    integration_id=INTEGRATION_ID,
    member=ADA,
    epoch=0,
)
FOR_API: Final = Grant(
    subject="user:u1",
    client_id=CLIENT_ID,
    scope=frozenset({MANAGE}),
    resource=f"{ORIGIN}/api",
    project_id=PROJECT_ID,
    epoch=7,
)
KEYS: Final = MemorySigningKeys()


def signed_in_authority(**client: object) -> MemoryAuthority:
    """The samples' table, where the integration is that of a public client."""
    made = authority()
    registered = replace(PUBLIC_CLIENT, **client)  # type: ignore[arg-type]
    made.integrations[PROJECT_ID, INTEGRATION_ID] = replace(INTEGRATION, client=registered)
    return made


def family(grant: Grant = FOR_MCP, *, now: int = NOW) -> Family:
    """The session that the tokens follow from."""
    return begun(FAMILY_ID, FamilyKind.OAUTH, grant, device="Firefox", now=now)


def token(grant: Grant = FOR_MCP, **changes: object) -> AccessToken:
    """What a token of this session says."""
    made = AccessToken(
        issuer=ORIGIN,
        grant=grant,
        family_id=FAMILY_ID,
        token_id="t1",
        issued_at=NOW,
        expires_at=NOW + 900,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def signed(said: AccessToken | None = None, *, active: int = 0) -> str:
    """A token's text, under the first or the second key."""
    signer = MemorySigner(KEYS, active)
    text = access_tokens.signed_text(said or token(), kid=signer.kid())
    return access_tokens.compact(text, signer.sign(text))
