"""People, what they are in projects, and invitations, in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.people import CustomRole, Invitation, Membership, Person
from gatehouse.domain.roles import Role
from gatehouse.ports.pages import Page
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import page_of, require_active


@dataclass
class MemoryDirectory:
    """Keeps `Directory`."""

    table: MemoryAuthority

    def get(self, user_id: str) -> Person | None:
        """See `Directory.get`."""
        return self.table.people.get(user_id)

    def page(self, *, after: str | None, limit: int) -> Page[Person]:
        """See `Directory.page`."""
        everybody = {("", user_id): person for user_id, person in self.table.people.items()}
        return page_of(everybody, "", after, limit)

    def change(self, person: Person, *, is_active: bool, is_admin: bool) -> Person:
        """See `Directory.change`."""
        if self.table.people[person.id].epoch != person.epoch:
            raise Conflict("The person has changed")
        changed = replace(person, is_active=is_active, is_admin=is_admin, epoch=person.epoch + 1)
        self.table.people[person.id] = changed
        return changed


@dataclass
class MemoryMemberships:
    """Keeps `Memberships`; `left` is the last epoch of who is nothing any more."""

    table: MemoryAuthority

    def get(self, project_id: str, user_id: str) -> Membership | None:
        """See `Memberships.get`."""
        return self.table.memberships.get((project_id, user_id))

    def of_person(self, user_id: str) -> Sequence[Membership]:
        """See `Memberships.of_person`."""
        found = self.table.memberships.items()
        return tuple(m for (_, owner), m in sorted(found) if owner == user_id)

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Membership]:
        """See `Memberships.page`."""
        return page_of(self.table.memberships, project_id, after, limit)

    def grant(self, membership: Membership) -> Membership:
        """See `Memberships.grant`."""
        key = (membership.project_id, membership.user_id)
        require_active(self.table, membership.project_id)
        self._require_roles(membership)
        if key in self.table.memberships:
            raise Conflict("This person is something in the project already")
        granted = replace(membership, epoch=self.table.left.get(key, -1) + 1)
        self.table.memberships[key] = granted
        return granted

    def change(self, current: Membership, changed: Membership) -> Membership:
        """See `Memberships.change`."""
        self._require_roles(changed)
        self._require_unchanged(current, stays_owner=changed.role is Role.OWNER)
        kept = replace(changed, epoch=current.epoch + 1)
        self.table.memberships[kept.project_id, kept.user_id] = kept
        return kept

    def remove(self, current: Membership) -> None:
        """See `Memberships.remove`."""
        self._require_unchanged(current, stays_owner=False)
        key = (current.project_id, current.user_id)
        self.table.left[key] = current.epoch
        del self.table.memberships[key]

    def _require_unchanged(self, current: Membership, *, stays_owner: bool) -> None:
        if self.get(current.project_id, current.user_id) != current:
            raise Conflict("What this person is has changed meanwhile")
        owners = [
            m
            for m in self.table.memberships.values()
            if m.project_id == current.project_id and m.role is Role.OWNER
        ]
        if current.role is Role.OWNER and not stays_owner and len(owners) == 1:
            raise Conflict("A project keeps at least one owner")

    def _require_roles(self, membership: Membership) -> None:
        for name in membership.custom_roles:
            if (membership.project_id, name) not in self.table.custom_roles:
                raise NotFound


@dataclass
class MemoryCustomRoles:
    """Keeps `CustomRoles`."""

    table: MemoryAuthority

    def put(self, role: CustomRole) -> None:
        """See `CustomRoles.put`."""
        require_active(self.table, role.project_id)
        self.table.custom_roles[role.project_id, role.name] = role

    def all(self, project_id: str) -> Sequence[CustomRole]:
        """See `CustomRoles.all`."""
        return page_of(self.table.custom_roles, project_id, None, 50).items

    def delete(self, project_id: str, name: str) -> None:
        """See `CustomRoles.delete`."""
        if (project_id, name) not in self.table.custom_roles:
            raise NotFound
        of_project = [m for m in self.table.memberships.values() if m.project_id == project_id]
        if any(name in membership.custom_roles for membership in of_project):
            raise Conflict("Somebody holds this role")
        del self.table.custom_roles[project_id, name]


@dataclass
class MemoryIssuedInvitations:
    """Keeps `IssuedInvitations`; those to no project have an empty one in their key."""

    table: MemoryAuthority
    invitations: dict[tuple[str, str], Invitation] = field(default_factory=dict)

    def create(self, invitation: Invitation) -> None:
        """See `IssuedInvitations.create`."""
        if invitation.project_id is not None:
            require_active(self.table, invitation.project_id)
        self.invitations[invitation.project_id or "", invitation.digest] = invitation

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Invitation]:
        """See `IssuedInvitations.page`."""
        return page_of(self.invitations, project_id, after, limit)

    def withdraw(self, project_id: str, digest: str) -> None:
        """See `IssuedInvitations.withdraw`."""
        if self.invitations.pop((project_id, digest), None) is None:
            raise NotFound
