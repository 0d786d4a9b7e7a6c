"""See who is what in a project, change it, and end it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gatehouse.domain.errors import FieldError, InvalidFields, NotFound
from gatehouse.domain.grants import USER
from gatehouse.domain.people import CustomRole, Membership, actions_of
from gatehouse.domain.principals import Principal
from gatehouse.domain.roles import Role
from gatehouse.ports.pages import Page
from gatehouse.ports.people import CustomRoles, Directory, Memberships
from gatehouse.ports.sessions import Families, end_all
from gatehouse.ports.sharing import Shares
from gatehouse.usecases.granting_rules import require_over

MAX_CUSTOM_ROLES = 10
"""Of one person in one project."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What somebody is to be in a project."""

    role: Role
    custom_roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagePeople:
    """The use cases around people of a project; each change ends their sessions there at once."""

    memberships: Memberships
    custom_roles: CustomRoles
    directory: Directory
    shares: Shares
    families: Families
    clock: Callable[[], int]

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Membership]:
        """List who is something in a project."""
        return self.memberships.page(project_id, after=after, limit=limit)

    def change(self, principal: Principal, user_id: str, place: Place) -> Membership:
        """Make somebody something else.

        Raises:
            NotFound: They are nothing in the project.
            Forbidden: The principal may not decide that.
            InvalidFields: There is no such custom role.
            Conflict: It changed meanwhile, or the last owner would go.
        """
        current = self.memberships.get(principal.project.id, user_id)
        if current is None:
            raise NotFound
        return self._changed(principal, current, place)

    def appoint(self, principal: Principal, user_id: str, place: Place) -> Membership:
        """Make anybody who has an account something; for administrators of the deployment.

        Raises as `change` does; `NotFound` when there is no such person.
        """
        project_id = principal.project.id
        current = self.memberships.get(project_id, user_id)
        if current is not None:
            return self._changed(principal, current, place)
        person = self.directory.get(user_id)
        if person is None:
            raise NotFound
        granted = Membership(
            project_id=project_id,
            user_id=user_id,
            email=person.email,
            name=person.name,
            role=place.role,
            custom_roles=place.custom_roles,
            epoch=0,
            granted_by=principal.actor.label,
            granted_at=self.clock(),
        )
        self._require_over(principal, granted)
        return self.memberships.grant(granted)

    def remove(self, principal: Principal, user_id: str) -> None:
        """End what somebody is, and all that they held through it.

        A removal that broke off may be repeated.

        Raises:
            NotFound: They are nothing in the project.
            Forbidden: The principal may not decide that.
            Conflict: It changed meanwhile, or they are the last owner.
        """
        project_id = principal.project.id
        current = self.memberships.get(project_id, user_id)
        if current is not None:
            self._require_over(principal, current)
            self.memberships.remove(current)
        self._end_sessions(project_id, user_id)
        self.shares.forget_person(project_id, user_id)
        if current is None:
            raise NotFound

    def _changed(self, principal: Principal, current: Membership, place: Place) -> Membership:
        changed = replace(
            current,
            role=place.role,
            custom_roles=place.custom_roles,
            granted_by=principal.actor.label,
            granted_at=self.clock(),
        )
        for each in (current, changed):
            self._require_over(principal, each)
        kept = self.memberships.change(current, changed)
        self._end_sessions(kept.project_id, kept.user_id)
        return kept

    def _require_over(self, principal: Principal, membership: Membership) -> None:
        known = self._known(membership)
        require_over(principal, membership.role, actions_of(membership, known))

    def _known(self, membership: Membership) -> tuple[CustomRole, ...]:
        """Return the custom roles that somebody is to hold; there have to be all of them."""
        names = membership.custom_roles
        if not names:
            return ()
        if len(set(names)) != len(names) or len(names) > MAX_CUSTOM_ROLES:
            problem = f"must be at most {MAX_CUSTOM_ROLES}, each once"
            raise InvalidFields((FieldError("custom_roles", problem),))
        known = {role.name: role for role in self.custom_roles.all(membership.project_id)}
        if missing := sorted(set(names) - known.keys()):
            raise InvalidFields((FieldError("custom_roles", f"there is no role {missing[0]!r}"),))
        return tuple(known[name] for name in names)

    def _end_sessions(self, project_id: str, user_id: str) -> None:
        end_all(self.families, USER + user_id, now=self.clock(), project_id=project_id)
