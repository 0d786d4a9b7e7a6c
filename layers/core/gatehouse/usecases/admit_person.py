"""Decide who somebody is here whom a provider has proven."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gatehouse.domain import base62
from gatehouse.domain.audit import Author
from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import Conflict, Forbidden
from gatehouse.domain.people import Identity, Invitation, Person
from gatehouse.domain.sign_ins import SignInOutcome
from gatehouse.ports.people import Invitations, People
from gatehouse.usecases.authenticate_manager import person_actor

USER_ID_LENGTH = 16
ACTION = "GET /signin/callback/{provider}"
"""What the audit calls signing in."""


class NotAdmitted(Forbidden):
    """Somebody is not let in; `outcome` says why, `str(error)` tells them what to do."""

    def __init__(self, outcome: SignInOutcome) -> None:
        super().__init__(_WORDS[outcome])
        self.outcome = outcome
        self.reason = str(outcome)


_WORDS = {
    SignInOutcome.ANOTHER_PROVIDER: (
        "There is an account with your e-mail address already, and it signs in with another"
        " provider. Accounts are never joined by address: sign in the way you did before."
    ),
    SignInOutcome.NO_ACCOUNT: (
        "You have no account here, and nothing was stored about you. Ask somebody who has one for"
        " an invitation."
    ),
    SignInOutcome.INACTIVE: "Your account is not active. Ask an administrator of this deployment.",
    SignInOutcome.BAD_INVITATION: (
        "This invitation cannot be used: it is for another address, has been used, or is over."
        " Ask whoever sent it for another one."
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AdmitPerson:
    """Find or make somebody's account; never by address, which can pass to somebody else."""

    people: People
    invitations: Invitations
    admin_emails: AbstractSet[str]
    clock: Callable[[], int]
    choose: Choose

    def __call__(
        self,
        identity: Identity,
        invitation_digest: str | None,
        *,
        source_ip: str,
        request_id: str,
    ) -> Person | None:
        """Return somebody's account; None for who may have none, and of whom nothing is kept.

        What they become is written in the audit, as their own doing, from where and by what.

        Raises:
            NotAdmitted: They may not come in, whatever they came for.
            Unavailable: It could not be decided.
        """
        now = self.clock()
        person = self.people.identified(identity.provider, identity.subject)
        invitation = self._invitation(identity, invitation_digest, now)

        def author(who: Person) -> Author:
            return Author(
                actor=person_actor(who),
                action=ACTION,
                source_ip=source_ip,
                request_id=request_id,
                at=now,
            )

        if person is None:
            return self._newcomer(identity, invitation, author)
        if not person.is_active:
            raise NotAdmitted(SignInOutcome.INACTIVE)
        if invitation is not None:
            self._accept(person, invitation, author)
        self.people.note_sign_in(person, identity, now=now)
        # As it stands now, for an invitation may have changed it.
        return self.people.get(person.id)

    def _newcomer(
        self,
        identity: Identity,
        invitation: Invitation | None,
        author: Callable[[Person], Author],
    ) -> Person | None:
        now = self.clock()
        is_admin = identity.email in self.admin_emails
        if invitation is None and not is_admin:
            return None
        invited_to_administer = invitation is not None and invitation.project_id is None
        person = Person(
            id=base62.random_text(USER_ID_LENGTH, self.choose),
            email=identity.email,
            name=identity.name,
            is_active=True,
            is_admin=is_admin or invited_to_administer,
            epoch=0,
            created_at=now,
            last_sign_in_at=now,
        )
        # An administrator by address is one first: each thing that they become has its own entry.
        besides = invitation if is_admin and not invited_to_administer else None
        used = None if besides else invitation
        try:
            self.people.admit(person, identity, used, by=author(person))
        except Conflict as error:
            raise NotAdmitted(self._why(identity, used, now)) from error
        if besides is not None:
            self._accept(person, besides, author)
        return person

    def _accept(
        self, person: Person, invitation: Invitation, author: Callable[[Person], Author]
    ) -> None:
        try:
            self.people.accept(person, invitation, by=author(person))
        except Conflict as error:
            raise NotAdmitted(SignInOutcome.BAD_INVITATION) from error

    def _invitation(self, identity: Identity, digest: str | None, now: int) -> Invitation | None:
        if digest is None:
            return None
        invitation = self.invitations.get(digest)
        if invitation is None or not invitation.is_open_to(identity.email, now=now):
            raise NotAdmitted(SignInOutcome.BAD_INVITATION)
        return invitation

    def _why(self, identity: Identity, invitation: Invitation | None, now: int) -> SignInOutcome:
        """Say which of the two it was: the address is taken, or the invitation went just now."""
        if invitation is not None:
            found = self.invitations.get(invitation.digest)
            if found is None or not found.is_open_to(identity.email, now=now):
                return SignInOutcome.BAD_INVITATION
        return SignInOutcome.ANOTHER_PROVIDER
