"""Members: a project's end users."""

from dataclasses import dataclass
from typing import Final

RESERVED_PREFIX: Final = "oidc:"
"""External ids of people who sign in here; an assertion may not claim one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberIdentity:
    """Who a request acts for, as their backend asserted it."""

    external_id: str
    email: str | None = None
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberStanding:
    """What a project knows of a member.

    Raising `epoch` ends every session minted before; a member without an item has epoch 0.
    Times are whole seconds since the Unix epoch.
    """

    external_id: str
    epoch: int = 0
    blocked_at: int | None = None
    email: str | None = None
    roles: tuple[str, ...] = ()
    first_seen: int | None = None
    last_seen: int | None = None

    @property
    def is_blocked(self) -> bool:
        """Whether the member may hold a session at all."""
        return self.blocked_at is not None
