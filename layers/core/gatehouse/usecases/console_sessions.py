"""Sessions of browsers: begun by a sign-in, proven by a cookie, listed, and ended."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.domain import family_tokens
from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import NotFound, Unauthenticated
from gatehouse.domain.families import Family, FamilyKind, begun
from gatehouse.domain.grants import Grant
from gatehouse.domain.people import Identity, Person
from gatehouse.domain.sign_ins import identity_of, member_of
from gatehouse.ports.pages import Page
from gatehouse.ports.people import People
from gatehouse.ports.sessions import Families


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSession:
    """Somebody who is signed in, here and now; `cookie` proves it."""

    person: Person
    family: Family
    cookie: str = field(repr=False)

    @property
    def identity(self) -> Identity:
        """How a provider proved them when this session began."""
        if self.family.grant.member is None:
            raise Unauthenticated
        return identity_of(self.family.grant.member)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleSessions:
    """The use cases around sessions of browsers."""

    families: Families
    people: People
    clock: Callable[[], int]
    choose: Choose

    def begin(
        self, person: Person, identity: Identity, *, device: str, before: str | None
    ) -> ConsoleSession:
        """Begin a session, always a new one, and end the one that the browser had `before`."""
        now = self.clock()
        self.end(before)
        family_id = family_tokens.new_family_id(self.choose)
        cookie = family_tokens.new_token(family_tokens.COOKIE, family_id, self.choose)
        grant = Grant(subject=person.subject, member=member_of(identity), epoch=person.epoch)
        family = begun(
            family_id,
            FamilyKind.CONSOLE,
            grant,
            device=device,
            now=now,
            token_digest=family_tokens.digest(cookie),
        )
        self.families.begin(family)
        return ConsoleSession(person=person, family=family, cookie=cookie)

    def read(self, cookie: str | None) -> ConsoleSession | None:
        """Return whose session a cookie proves; None when it proves none any more."""
        family = self._family(cookie)
        now = self.clock()
        if family is None or cookie is None or not family.is_live(now=now):
            return None
        person = self.people.get(family.grant.subject.removeprefix("user:"))
        if person is None or not person.is_active or person.epoch != family.grant.epoch:
            return None
        self.families.touch(family, now=now)
        return ConsoleSession(person=person, family=family, cookie=cookie)

    def end(self, cookie: str | None) -> None:
        """End the session that a cookie proves; without one nothing happens."""
        family = self._family(cookie)
        if family is not None:
            self.families.end(family.id, now=self.clock())

    def page(self, session: ConsoleSession, *, after: str | None, limit: int) -> Page[Family]:
        """List the person's sessions in browsers and in clients, on all devices."""
        return self.families.page(session.person.subject, after=after, limit=limit)

    def end_one(self, session: ConsoleSession, family_id: str) -> None:
        """End one of the person's sessions; raise `NotFound` for any other."""
        family = self.families.get(family_id)
        if family is None or family.grant.subject != session.person.subject:
            raise NotFound
        self.families.end(family.id, now=self.clock())

    def _family(self, cookie: str | None) -> Family | None:
        """Return the session whose very cookie this is."""
        if cookie is None:
            return None
        try:
            presented = family_tokens.read(family_tokens.COOKIE, cookie)
        except Unauthenticated:
            return None
        family = self.families.get(presented.family_id)
        if family is None or family.kind is not FamilyKind.CONSOLE:
            return None
        proven = hmac.compare_digest(family.token_digest or "", presented.digest)
        return family if proven else None
