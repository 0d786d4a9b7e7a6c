"""Group people, and share single tools and prompts with them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gatehouse.domain import base62
from gatehouse.domain.errors import Conflict, FieldError, InvalidFields
from gatehouse.domain.principals import ActorKind, Principal
from gatehouse.domain.sharing import (
    GROUP_ID_LENGTH,
    MAX_SHARES,
    Grantee,
    Group,
    Permission,
    Share,
    Thing,
    ThingKind,
)
from gatehouse.domain.shown_text import text_problem
from gatehouse.ports.pages import Page
from gatehouse.ports.sharing import Groups, Shares
from gatehouse.usecases.granting_rules import require_holds

MAX_NAME: Final = 200
ALL_ACTIONS: Final = frozenset(
    kind.action(permission) for kind in ThingKind for permission in Permission
)
"""Whatever any share may give: who decides about groups' people gives all that groups have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageSharing:
    """The use cases around groups and shares."""

    groups: Groups
    shares: Shares
    clock: Callable[[], int]
    choose: base62.Choose

    def create_group(self, project_id: str, name: str) -> Group:
        """Create a group; raise `InvalidFields`."""
        if problem := text_problem(name, longest=MAX_NAME):
            raise InvalidFields((FieldError("name", problem),))
        group = Group(
            project_id=project_id,
            id=base62.random_text(GROUP_ID_LENGTH, self.choose),
            name=name,
            created_at=self.clock(),
        )
        self.groups.create(group)
        return group

    def group_page(self, project_id: str, *, after: str | None, limit: int) -> Page[Group]:
        """List a project's groups."""
        return self.groups.page(project_id, after=after, limit=limit)

    def delete_group(self, project_id: str, group_id: str) -> None:
        """End a group, and what was shared with it; raise `NotFound`."""
        self.groups.delete(project_id, group_id)

    def members(
        self, project_id: str, group_id: str, *, after: str | None, limit: int
    ) -> Page[str]:
        """List the ids of a group's people; raise `NotFound`."""
        self.groups.get(project_id, group_id)
        return self.groups.members(project_id, group_id, after=after, limit=limit)

    def add(self, principal: Principal, group_id: str, user_id: str) -> None:
        """Put somebody of the project into a group; raise `NotFound`, `MissingAction`."""
        require_holds(principal, ALL_ACTIONS)
        self.groups.add(principal.project.id, group_id, user_id)

    def remove(self, project_id: str, group_id: str, user_id: str) -> None:
        """Take somebody out of a group; raise `NotFound`."""
        self.groups.remove(project_id, group_id, user_id)

    def share(
        self, principal: Principal, thing: Thing, grantee: Grantee, permission: Permission
    ) -> Share:
        """Share a thing, in place of what it was shared as with the same before.

        Raises:
            MissingAction: The principal may not do that with the thing itself.
            NotFound: There is no such thing, person or group in the project.
            Conflict: It is shared with too many already.
        """
        require_holds(principal, frozenset({thing.kind.action(permission)}))
        project_id = principal.project.id
        others = [s for s in self.shares.of_thing(project_id, thing) if s.grantee != grantee]
        if len(others) >= MAX_SHARES:
            raise Conflict(f"A thing is shared with at most {MAX_SHARES} people and groups")
        share = Share(
            project_id=project_id,
            thing=thing,
            grantee=grantee,
            permission=permission,
            granted_by=principal.actor.label,
            granted_at=self.clock(),
        )
        self.shares.put(share)
        return share

    def share_page(self, project_id: str, *, after: str | None, limit: int) -> Page[Share]:
        """List a project's shares."""
        return self.shares.page(project_id, after=after, limit=limit)

    def end_share(self, project_id: str, share_id: str) -> None:
        """End a share; raise `NotFound`."""
        self.shares.delete(project_id, share_id)

    def allows(self, principal: Principal, thing: Thing, permission: Permission) -> bool:
        """Say whether a share lets the principal, a person of the project, do this with a thing."""
        if principal.actor.kind is not ActorKind.USER:
            return False
        held = self.shares.permission(principal.project.id, thing, principal.actor.id)
        return held is not None and held.covers(permission)

    def forget(self, project_id: str, thing: Thing) -> None:
        """End all shares of a thing that is about to go: another one of its name begins anew."""
        self.shares.forget_thing(project_id, thing)
