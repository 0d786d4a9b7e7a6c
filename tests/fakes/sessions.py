"""Families, refresh tokens and codes in memory."""

from dataclasses import dataclass, field, replace
from threading import Lock

from gatehouse.domain.authorization_codes import AuthorizationCode
from gatehouse.domain.families import TOUCH_SECONDS, Family
from gatehouse.ports.pages import Page
from gatehouse.ports.sessions import Rotation
from tests.fakes.stores import page_of


@dataclass
class MemoryFamilies:
    """Keeps `Families`; `refresh_tokens` is (family id, when it was used) by digest."""

    families: dict[str, Family] = field(default_factory=dict)
    refresh_tokens: dict[str, tuple[str, int | None]] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def begin(self, family: Family, *, refresh_digest: str | None = None) -> None:
        """See `Families.begin`."""
        self.families[family.id] = family
        if refresh_digest is not None:
            self.refresh_tokens[refresh_digest] = (family.id, None)

    def get(self, family_id: str) -> Family | None:
        """See `Families.get`."""
        return self.families.get(family_id)

    def rotate(self, family: Family, *, used: str, fresh: str, now: int) -> Rotation:
        """See `Families.rotate`."""
        with self.lock:
            owner, used_at = self.refresh_tokens.get(used, ("", None))
            if owner != family.id:
                return Rotation.REFUSED
            if used_at is not None:
                return Rotation.REUSED
            if not self.families[family.id].is_live(now=now):
                return Rotation.REFUSED
            self.refresh_tokens[used] = (owner, now)
            self.refresh_tokens[fresh] = (owner, None)
            self.families[family.id] = replace(self.families[family.id], used_at=now)
            return Rotation.ROTATED

    def touch(self, family: Family, *, now: int) -> None:
        """See `Families.touch`."""
        known = self.families.get(family.id)
        if known and known.is_live(now=now) and known.used_at + TOUCH_SECONDS <= now:
            self.families[family.id] = replace(known, used_at=now)

    def end(self, family_id: str, *, now: int) -> None:
        """See `Families.end`."""
        if known := self.families.get(family_id):
            self.families[family_id] = replace(known, revoked_at=known.revoked_at or now)

    def page(self, subject: str, *, after: str | None, limit: int) -> Page[Family]:
        """See `Families.page`."""
        owned = {(f.grant.subject, f.id): f for f in self.families.values()}
        return page_of(owned, subject, after, limit)

    def refresh_token_is_good(self, family_id: str, digest: str) -> bool:
        """See `Families.refresh_token_is_good`."""
        return self.refresh_tokens.get(digest) == (family_id, None)


@dataclass
class MemoryCodes:
    """Keeps `Codes`."""

    families: MemoryFamilies
    codes: dict[str, AuthorizationCode] = field(default_factory=dict)

    def issue(self, digest: str, code: AuthorizationCode) -> None:
        """See `Codes.issue`."""
        self.codes[digest] = code

    def get(self, digest: str) -> AuthorizationCode | None:
        """See `Codes.get`."""
        return self.codes.get(digest)

    def redeem(self, digest: str, family: Family, *, refresh_digest: str, now: int) -> bool:
        """See `Codes.redeem`."""
        with self.families.lock:
            code = self.codes.get(digest)
            if code is None or code.used_at is not None or now >= code.expires_at:
                return False
            self.codes[digest] = replace(code, used_at=now, family_id=family.id)
            self.families.begin(family, refresh_digest=refresh_digest)
            return True
