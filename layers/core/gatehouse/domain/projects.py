"""Projects, and the integrations through which callers reach them."""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gatehouse.domain.api_keys import PresentedKey, is_id
from gatehouse.domain.limits import UNLIMITED, Limits
from gatehouse.domain.oauth_clients import RegisteredClient
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.warrant_policies import NO_POLICY, WarrantPolicy


class Scope(StrEnum):
    """What an integration's API key may be used for; fixed when the integration is created."""

    MCP = "mcp"
    EXCHANGE = "exchange"
    MANAGE = "manage"


ALL_SCOPES: Final = frozenset(Scope)
ADMIN: Final = "admin"
"""Who created an integration that the bootstrap admin token created; no id is that short."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """An isolated set of integrations, tools, keys and members.

    `pepper` is 32 random bytes from which the keys that concern only this project are derived;
    it never leaves the process. Times are whole seconds since the Unix epoch.
    `replicas_in_use` comes to be what the settings say as soon as all is copied.
    """

    id: str
    name: str
    created_at: int
    version: int
    pepper: bytes = field(repr=False)
    settings: ProjectSettings = field(default_factory=ProjectSettings)
    warrant_policy: WarrantPolicy = NO_POLICY
    replicas_in_use: int = 1
    deleted_at: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether the project still exists for its callers."""
        return self.deleted_at is None

    def derived_key(self, label: str) -> bytes:
        """Return the 32-byte key for one purpose; `label` keeps purposes apart."""
        return hmac.digest(self.pepper, b"gatehouse:" + label.encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class Integration:
    """How one runtime authenticates to a project.

    `created_by` is the integration whose key created this one, or another actor's label. One with
    a `client` has no API key: its `key_digest` is empty, and no key's digest is.
    """

    id: str
    project_id: str
    name: str
    scopes: frozenset[Scope]
    key_digest: str = field(repr=False)
    created_by: str
    created_at: int
    environment: str | None = None
    limits: Limits = UNLIMITED
    client: RegisteredClient | None = None

    @property
    def parent_id(self) -> str | None:
        """The integration whose key created this one, if one did; other labels are no ids."""
        return self.created_by if is_id(self.created_by) else None

    def recognizes(self, key: PresentedKey) -> bool:
        """Compare digests in constant time."""
        return hmac.compare_digest(self.key_digest, key.digest)
