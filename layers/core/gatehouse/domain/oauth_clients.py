"""OAuth clients: programs through which people let somebody reach `/mcp` or `/api`."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import base62
from gatehouse.domain.admissions import INVITED, Admission
from gatehouse.domain.api_keys import ID_LENGTH
from gatehouse.domain.base62 import Choose

REGISTERED: Final = "goc_"
"""What a pre-registered client's id begins with; a project (8) and an integration (8) follow."""
METADATA: Final = ("https://", "http://127.0.0.1:")
"""What the id of a client begins with that describes itself at that address (CIMD).

The second kind can be read on a developer's machine alone, so nowhere else anything is granted to
one.
"""
SELF_REGISTERED: Final = "gdc_"
"""What the id of a client begins with that registered itself (RFC 7591); 24 characters follow."""
SELF_REGISTERED_LENGTH: Final = 24
SECRET: Final = "gos_"  # noqa: S105 - a prefix
SECRET_LENGTH: Final = 43
MAX_ID: Final = 512
"""Characters of a client's id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredClient:
    """What makes an integration one of kind `oauth`: people reach the project through it.

    Without `secret_digest` the client is public. `admission` decides who becomes a member.
    `allow_metadata_clients` lets in clients of no project, besides this one.
    """

    redirect_uris: tuple[str, ...]
    secret_digest: str | None = field(default=None, repr=False)
    admission: Admission = INVITED
    allow_metadata_clients: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OAuthClient:
    """A registered client. Without `secret_digest` it is public, and proves nothing by itself.

    `redirect_uris` are compared character by character. A pre-registered client belongs to an
    integration of a project; one that registered itself belongs to none.
    """

    id: str
    name: str
    redirect_uris: tuple[str, ...]
    secret_digest: str | None = field(default=None, repr=False)
    project_id: str | None = None
    integration_id: str | None = None

    @property
    def is_public(self) -> bool:
        """Whether the client has no secret."""
        return self.secret_digest is None

    def recognizes(self, secret: str) -> bool:
        """Compare digests in constant time; a public client has no secret that could be right."""
        return self.secret_digest is not None and hmac.compare_digest(
            self.secret_digest, secret_digest(secret)
        )


def new_secret(choose: Choose) -> str:
    """Make a client's secret: 256 random bits."""
    return SECRET + base62.random_text(SECRET_LENGTH, choose)


def secret_digest(secret: str) -> str:
    """Return what is stored of a client's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def registered_id(project_id: str, integration_id: str) -> str:
    """Return the client id of an integration of kind `oauth`."""
    return f"{REGISTERED}{project_id}{integration_id}"


def registered_integration(client_id: str) -> tuple[str, str] | None:
    """Return the project and integration in a pre-registered client's id; None for any other."""
    rest = client_id.removeprefix(REGISTERED)
    is_registered = client_id.startswith(REGISTERED) and len(rest) == 2 * ID_LENGTH
    if not is_registered or not base62.is_base62(rest):
        return None
    return rest[:ID_LENGTH], rest[ID_LENGTH:]


def is_metadata_id(client_id: str) -> bool:
    """Say whether a client's id is an address at which it describes itself."""
    return client_id.startswith(METADATA) and len(client_id) <= MAX_ID


def new_self_registered_id(choose: Choose) -> str:
    """Make the id of a client that registers itself."""
    return SELF_REGISTERED + base62.random_text(SELF_REGISTERED_LENGTH, choose)


def is_self_registered_id(client_id: str) -> bool:
    """Say whether there can be such a client."""
    rest = client_id.removeprefix(SELF_REGISTERED)
    is_one = client_id.startswith(SELF_REGISTERED) and len(rest) == SELF_REGISTERED_LENGTH
    return is_one and base62.is_base62(rest)


def is_of_no_project(client_id: str) -> bool:
    """Say whether a client is nobody's: people then choose among the projects that let it in."""
    return is_metadata_id(client_id) or is_self_registered_id(client_id)
