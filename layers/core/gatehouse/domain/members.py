"""Members: a project's end users."""

import unicodedata
from dataclasses import dataclass
from typing import Final

RESERVED_PREFIX: Final = "oidc:"
"""External ids of people who sign in here; an assertion may not claim one."""
MAX_EXTERNAL_ID: Final = 256
"""Characters of an external id."""
MAX_EXTERNAL_ID_BYTES: Final = 1000
"""Bytes of one in UTF-8: DynamoDB's sort keys hold 1,024, and `MEMBER#` stands before it."""
MAX_EMAIL: Final = 320
"""Characters of an e-mail address: 64, the @ and 255 (RFC 5321 section 4.5.3.1)."""
MAX_ROLES: Final = 50
MAX_ROLE: Final = 64
"""Characters of one role."""

_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})
"""Unicode's controls, format characters and line separators."""


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


def stands(member: MemberStanding | None, epoch: int | None) -> bool:
    """Say whether what was made for a member in `epoch` still holds, by what is known of them."""
    if member is None:
        return epoch == 0
    return not member.is_blocked and member.epoch == epoch


def external_id_problem(external_id: str) -> str | None:
    """Say why no backend may vouch for a member of this id, if it may not.

    An id is compared and stored exactly as given, so it must be what it looks like.
    """
    if not is_visible(external_id, longest=MAX_EXTERNAL_ID):
        return "is empty, too long, or has invisible characters"
    if len(external_id.encode()) > MAX_EXTERNAL_ID_BYTES:
        return "is too long"
    if external_id != external_id.strip():
        return "has spaces around it"
    if external_id.startswith(RESERVED_PREFIX):
        return f"starts with {RESERVED_PREFIX}, which is for people who sign in here"
    return None


def is_visible(text: str, *, longest: int) -> bool:
    """Say whether `text` has 1 to `longest` characters, none of them a control or invisible."""
    categories = map(unicodedata.category, text)
    return 1 <= len(text) <= longest and _INVISIBLE.isdisjoint(categories)
