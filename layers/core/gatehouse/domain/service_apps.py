"""Service apps: other programs, and what they may do in which projects."""

import hmac
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain.app_keys import PresentedAppKey
from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.roles import Action

MAX_KEYS: Final = 2
"""Active at a time: the one in use, and the one that is to follow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppKey:
    """A key that was shown once. Times are whole seconds since the Unix epoch."""

    id: str
    digest: str = field(repr=False)
    created_at: int
    expires_at: int | None = None
    last_used_at: int | None = None

    def is_good(self, *, now: int) -> bool:
        """Say whether the key still proves anything."""
        return self.expires_at is None or now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class AppGrant:
    """What an app may do in one project."""

    project_id: str
    actions: frozenset[Action]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceApp:
    """A program with an identity of its own; one grant for each project at most.

    `public_keys` verify the assertions by which it may authenticate instead of by a key.
    `allowed_origins` are those of its pages, which browsers then let call this deployment.
    """

    id: str
    name: str
    created_at: int
    grants: tuple[AppGrant, ...] = ()
    keys: tuple[AppKey, ...] = ()
    public_keys: tuple[AssertionKey, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    is_active: bool = True
    version: int = 1

    @property
    def subject(self) -> str:
        """How tokens name this app."""
        return f"app:{self.id}"

    def recognizes(self, presented: PresentedAppKey, *, now: int) -> bool:
        """Say whether a presented key is one of this app's, compared in constant time."""
        key = next((key for key in self.keys if key.id == presented.key_id), None)
        return (
            self.is_active
            and presented.app_id == self.id
            and key is not None
            and hmac.compare_digest(key.digest, presented.digest)
            and key.is_good(now=now)
        )

    def grant_in(self, project_id: str) -> AppGrant | None:
        """Return what the app may do in a project, if anything."""
        return next((grant for grant in self.grants if grant.project_id == project_id), None)
