"""Families: everything that follows from one sign-in, on one device, and ends together.

An OAuth family is a line of refresh tokens, each used once, and the access tokens made of them.
A console family is one session cookie. Ending a family ends all of it at once, for whoever checks
one of its tokens reads the family too.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from gatehouse.domain.grants import Grant

DAY: Final = 86_400
MAX_DEVICE: Final = 120
"""Characters that are kept of a client's User-Agent."""
TOUCH_SECONDS: Final = 300
"""How often the use of a console session is noted, at most."""


class FamilyKind(StrEnum):
    """What stands at the other end."""

    CONSOLE = "console"
    OAUTH = "oauth"

    @property
    def lifetime(self) -> int:
        """Seconds after which a family ends, however busy it is."""
        return DAY if self is self.CONSOLE else 30 * DAY

    @property
    def idle_lifetime(self) -> int:
        """Seconds after its last use at which a family ends."""
        return 8 * 3600 if self is self.CONSOLE else 14 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One session. Times are whole seconds since the Unix epoch.

    `token_digest` is what is stored of a console session's cookie; an OAuth family's refresh
    tokens have items of their own.
    """

    id: str
    kind: FamilyKind
    grant: Grant
    device: str
    created_at: int
    ends_at: int
    used_at: int
    revoked_at: int | None = None
    token_digest: str | None = field(default=None, repr=False)

    def is_live(self, *, now: int) -> bool:
        """Say whether the family was neither ended nor has ended by itself."""
        return (
            self.revoked_at is None
            and now < self.ends_at
            and now < self.used_at + self.kind.idle_lifetime
        )


def begun(  # noqa: PLR0913 - all that a family is made of
    family_id: str,
    kind: FamilyKind,
    grant: Grant,
    *,
    device: str,
    now: int,
    token_digest: str | None = None,
) -> Family:
    """Return a family that begins now; `device` is shortened, invisible characters left out."""
    visible = "".join(character for character in device if character.isprintable())
    return Family(
        id=family_id,
        kind=kind,
        grant=grant,
        device=visible[:MAX_DEVICE],
        created_at=now,
        ends_at=now + kind.lifetime,
        used_at=now,
        token_digest=token_digest,
    )
