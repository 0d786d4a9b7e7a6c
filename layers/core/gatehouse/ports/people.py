"""People, their identities, invitations, and what they are in projects."""

from collections.abc import Sequence
from typing import Protocol

from gatehouse.domain.audit import Author
from gatehouse.domain.people import CustomRole, Identity, Invitation, Membership, Person
from gatehouse.ports.pages import Page


class People(Protocol):
    """Everybody who has an account, by id and by proven identity."""

    def get(self, user_id: str) -> Person | None:
        """Return a person."""
        ...

    def identified(self, provider: str, subject: str) -> Person | None:
        """Return whom a provider knows under `subject`."""
        ...

    def admit(
        self, person: Person, identity: Identity, invitation: Invitation | None, *, by: Author
    ) -> None:
        """Add a person with their identity and address, and use the invitation, all or nothing.

        An invitation to a project makes the person what it says there.

        Raises:
            Conflict: The identity or the address is somebody's already, or the invitation is used.
        """
        ...

    def accept(self, person: Person, invitation: Invitation, *, by: Author) -> None:
        """Use an invitation for somebody who has an account; raise `Conflict` when it is used."""
        ...

    def note_sign_in(self, person: Person, identity: Identity, *, now: int) -> None:
        """Keep when they last signed in, and their name as it is now."""
        ...


class Directory(Protocol):
    """Everybody who has an account, for the administrators of the deployment."""

    def get(self, user_id: str) -> Person | None:
        """Return a person."""
        ...

    def page(self, *, after: str | None, limit: int) -> Page[Person]:
        """List in the order of ids."""
        ...

    def change(self, person: Person, *, is_active: bool, is_admin: bool) -> Person:
        """Replace both, and raise the epoch; raise `Conflict` when it changed meanwhile."""
        ...


class Memberships(Protocol):
    """What people are in projects."""

    def get(self, project_id: str, user_id: str) -> Membership | None:
        """Return what somebody is in a project, if anything."""
        ...

    def of_person(self, user_id: str) -> Sequence[Membership]:
        """Return everything that somebody is; at most 1,000."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Membership]:
        """List in the order of user ids."""
        ...

    def grant(self, membership: Membership) -> Membership:
        """Make somebody something, under an epoch that they never had there.

        Raises:
            Conflict: They are something already.
            NotFound: The project is not active, or a custom role is no more.
        """
        ...

    def change(self, current: Membership, changed: Membership) -> Membership:
        """Replace what somebody is, under the next epoch.

        Raises:
            Conflict: It changed meanwhile, or the project would be left without an owner.
            NotFound: A custom role is no more.
        """
        ...

    def remove(self, current: Membership) -> None:
        """End it; raise `Conflict` as `change` does."""
        ...


class CustomRoles(Protocol):
    """The roles that a project made up itself, by name."""

    def put(self, role: CustomRole) -> None:
        """Keep a role, instead of the one of that name if there is one; raise `NotFound`."""
        ...

    def all(self, project_id: str) -> Sequence[CustomRole]:
        """Return them all; at most 50."""
        ...

    def delete(self, project_id: str, name: str) -> None:
        """Remove one that nobody holds; raise `NotFound`, `Conflict`."""
        ...


class Invitations(Protocol):
    """Invitations, by the digest of their text."""

    def get(self, digest: str) -> Invitation | None:
        """Return one, used and expired ones included."""
        ...


class IssuedInvitations(Protocol):
    """Invitations, for those who hand them out."""

    def create(self, invitation: Invitation) -> None:
        """Keep a new one; raise `NotFound` when its project is not active."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Invitation]:
        """List a project's in the order of digests."""
        ...

    def withdraw(self, project_id: str, digest: str) -> None:
        """Remove one of a project; raise `NotFound`."""
        ...
