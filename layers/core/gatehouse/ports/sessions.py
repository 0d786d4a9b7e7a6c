"""Who is signed in where: families, their refresh tokens, and the codes that begin them."""

from enum import Enum
from typing import Protocol

from gatehouse.domain.authorization_codes import AuthorizationCode
from gatehouse.domain.families import Family
from gatehouse.ports.pages import Page


class Rotation(Enum):
    """What became of a refresh token."""

    ROTATED = "rotated"
    REUSED = "reused"
    """It was used before: somebody else has it, and its family is to end."""
    REFUSED = "refused"
    """There is none such, or it has ended."""


class Families(Protocol):
    """Sessions by id, and by whose they are. All races have one winner."""

    def begin(self, family: Family, *, refresh_digest: str | None = None) -> None:
        """Keep a new family, with its first refresh token if it is an OAuth family."""
        ...

    def get(self, family_id: str) -> Family | None:
        """Return a family as it stands, ended ones included; None when there is none."""
        ...

    def rotate(self, family: Family, *, used: str, fresh: str, now: int) -> Rotation:
        """Use a refresh token of a live family up, and keep the next one, by their digests."""
        ...

    def touch(self, family: Family, *, now: int) -> None:
        """Note that a console session is in use, every `TOUCH_SECONDS`; never revives one."""
        ...

    def end(self, family_id: str, *, now: int) -> None:
        """End a family for the very next request; one that ended, or never was, stays so."""
        ...

    def page(self, subject: str, *, after: str | None, limit: int) -> Page[Family]:
        """List a subject's families, ended ones included, in the order of ids; `limit` <= 100."""
        ...

    def refresh_token_is_good(self, family_id: str, digest: str) -> bool:
        """Say whether a refresh token was made and not used yet; its family is another matter."""
        ...


class Codes(Protocol):
    """Authorization codes, by their digest."""

    def issue(self, digest: str, code: AuthorizationCode) -> None:
        """Keep a new code."""
        ...

    def get(self, digest: str) -> AuthorizationCode | None:
        """Return a code as it stands, used and expired ones included."""
        ...

    def redeem(self, digest: str, family: Family, *, refresh_digest: str, now: int) -> bool:
        """Use a code and begin its family, both or neither; False when it was used or is over."""
        ...


def end_all(families: Families, subject: str, *, now: int, project_id: str | None = None) -> None:
    """End every session of a subject, or those for one project, page by page."""
    after: str | None = None
    while True:
        page = families.page(subject, after=after, limit=100)
        for family in page.items:
            concerned = project_id in {None, family.grant.project_id}
            if concerned and family.revoked_at is None:
                families.end(family.id, now=now)
        after = page.next_after
        if after is None:
            return
