"""Sign-ins under way, people and invitations in memory."""

from dataclasses import dataclass, field, replace

from gatehouse.domain.audit import Author
from gatehouse.domain.authorization_requests import Arrival, PendingAuthorization
from gatehouse.domain.errors import Conflict
from gatehouse.domain.people import Identity, Invitation, Membership, Person
from gatehouse.domain.sign_ins import SignInRecord, SignInTransaction
from tests.fakes.authority import MemoryAuthority


@dataclass
class MemorySignInTransactions:
    """Keeps `SignInTransactions`."""

    kept: dict[str, SignInTransaction] = field(default_factory=dict)

    def begin(self, digest: str, transaction: SignInTransaction) -> None:
        """See `SignInTransactions.begin`."""
        self.kept[digest] = transaction

    def take(
        self, digest: str, *, provider_id: str, browser: str, now: int
    ) -> SignInTransaction | None:
        """See `SignInTransactions.take`."""
        kept = self.kept.get(digest)
        if kept is None or (kept.provider_id, kept.browser) != (provider_id, browser):
            return None
        return self.kept.pop(digest) if now < kept.expires_at else None


@dataclass
class MemoryPendingAuthorizations:
    """Keeps `PendingAuthorizations`."""

    kept: dict[str, PendingAuthorization] = field(default_factory=dict)

    def begin(self, digest: str, pending: PendingAuthorization) -> None:
        """See `PendingAuthorizations.begin`."""
        self.kept[digest] = pending

    def get(self, digest: str, *, browser: str, now: int) -> PendingAuthorization | None:
        """See `PendingAuthorizations.get`."""
        kept = self.kept.get(digest)
        return kept if kept and kept.browser == browser and now < kept.expires_at else None

    def arrive(self, digest: str, arrival: Arrival, *, browser: str, now: int) -> bool:
        """See `PendingAuthorizations.arrive`."""
        kept = self.get(digest, browser=browser, now=now)
        if kept is None:
            return False
        self.kept[digest] = replace(kept, arrival=arrival)
        return True

    def take(self, digest: str, *, browser: str, now: int) -> PendingAuthorization | None:
        """See `PendingAuthorizations.take`."""
        kept = self.get(digest, browser=browser, now=now)
        return self.kept.pop(digest) if kept and kept.arrival else None


@dataclass
class MemorySignInRecords:
    """Keeps `SignInRecords`."""

    kept: list[SignInRecord] = field(default_factory=list)

    def note(self, record: SignInRecord) -> None:
        """See `SignInRecords.note`."""
        self.kept.append(record)


@dataclass
class MemoryInvitations:
    """Keeps `Invitations`."""

    kept: dict[str, Invitation] = field(default_factory=dict)

    def get(self, digest: str) -> Invitation | None:
        """See `Invitations.get`."""
        return self.kept.get(digest)


@dataclass
class MemoryPeople:
    """Keeps `People`; `identities` and `emails` lead to ids."""

    table: MemoryAuthority
    invitations: MemoryInvitations = field(default_factory=MemoryInvitations)
    identities: dict[tuple[str, str], str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    authors: list[Author] = field(default_factory=list)

    def get(self, user_id: str) -> Person | None:
        """See `People.get`."""
        return self.table.people.get(user_id)

    def identified(self, provider: str, subject: str) -> Person | None:
        """See `People.identified`."""
        return self.table.people.get(self.identities.get((provider, subject), ""))

    def admit(
        self, person: Person, identity: Identity, invitation: Invitation | None, *, by: Author
    ) -> None:
        """See `People.admit`."""
        self.authors.append(by)
        key = identity.provider, identity.subject
        if key in self.identities or identity.email in self.emails:
            raise Conflict("taken")
        if invitation is not None:
            self._use(invitation, person, identity.email, now=person.created_at)
        self.table.people[person.id] = person
        self.identities[key] = self.emails[identity.email] = person.id

    def accept(self, person: Person, invitation: Invitation, *, by: Author) -> None:
        """See `People.accept`."""
        self.authors.append(by)
        self._use(invitation, person, person.email, now=by.at)
        if invitation.project_id is None:
            self.table.people[person.id] = replace(person, is_admin=True, epoch=person.epoch + 1)

    def note_sign_in(self, person: Person, identity: Identity, *, now: int) -> None:
        """See `People.note_sign_in`."""
        known = self.table.people[person.id]
        self.table.people[person.id] = replace(
            known, last_sign_in_at=now, name=identity.name or known.name
        )

    def _use(self, invitation: Invitation, person: Person, email: str, *, now: int) -> None:
        kept = self.invitations.kept.get(invitation.digest)
        if kept is None or not kept.is_open_to(email, now=now):
            raise Conflict("used")
        project_id = kept.project_id
        if project_id is not None and kept.role is not None:
            project = self.table.projects.get(project_id)
            key = project_id, person.id
            if key in self.table.memberships or project is None or not project.is_active:
                raise Conflict("is something already")
            self.table.memberships[key] = Membership(
                project_id=project_id,
                user_id=person.id,
                email=person.email,
                name=person.name,
                role=kept.role,
                epoch=0,
                granted_by=kept.invited_by,
                granted_at=now,
            )
        self.invitations.kept[invitation.digest] = replace(kept, used_at=now)
