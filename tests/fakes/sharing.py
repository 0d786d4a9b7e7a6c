"""Groups and shares in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gatehouse.domain.errors import NotFound
from gatehouse.domain.sharing import (
    GranteeKind,
    Group,
    Permission,
    Share,
    Thing,
    ThingKind,
)
from gatehouse.ports.pages import Page
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import page_of, require_active


@dataclass
class MemorySharing:
    """What groups and shares have in common; members are (project, group, person)."""

    table: MemoryAuthority
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    members: set[tuple[str, str, str]] = field(default_factory=set)
    shares: dict[tuple[str, str], Share] = field(default_factory=dict)


@dataclass
class MemoryGroups:
    """Keeps `Groups`."""

    kept: MemorySharing

    def create(self, group: Group) -> None:
        """See `Groups.create`."""
        require_active(self.kept.table, group.project_id)
        self.kept.groups[group.project_id, group.id] = group

    def get(self, project_id: str, group_id: str) -> Group:
        """See `Groups.get`."""
        if (project_id, group_id) not in self.kept.groups:
            raise NotFound
        return self.kept.groups[project_id, group_id]

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Group]:
        """See `Groups.page`."""
        return page_of(self.kept.groups, project_id, after, limit)

    def delete(self, project_id: str, group_id: str) -> None:
        """See `Groups.delete`."""
        self.get(project_id, group_id)
        del self.kept.groups[project_id, group_id]
        self.kept.members -= {m for m in self.kept.members if m[:2] == (project_id, group_id)}

    def members(
        self, project_id: str, group_id: str, *, after: str | None, limit: int
    ) -> Page[str]:
        """See `Groups.members`."""
        inside = {
            (project_id, user_id): user_id
            for project, group, user_id in self.kept.members
            if (project, group) == (project_id, group_id)
        }
        return page_of(inside, project_id, after, limit)

    def add(self, project_id: str, group_id: str, user_id: str) -> None:
        """See `Groups.add`."""
        self.get(project_id, group_id)
        if (project_id, user_id) not in self.kept.table.memberships:
            raise NotFound
        self.kept.members.add((project_id, group_id, user_id))

    def remove(self, project_id: str, group_id: str, user_id: str) -> None:
        """See `Groups.remove`."""
        if (project_id, group_id, user_id) not in self.kept.members:
            raise NotFound
        self.kept.members.remove((project_id, group_id, user_id))


@dataclass
class MemoryShares:
    """Keeps `Shares`."""

    kept: MemorySharing

    def put(self, share: Share) -> None:
        """See `Shares.put`."""
        table, project_id, grantee = self.kept.table, share.project_id, share.grantee
        require_active(table, project_id)
        things = table.tools if share.thing.kind is ThingKind.TOOL else table.prompts
        theirs = table.memberships if grantee.kind is GranteeKind.USER else self.kept.groups
        if (project_id, share.thing.name) not in things or (project_id, grantee.id) not in theirs:
            raise NotFound
        self.kept.shares[project_id, _name(share)] = share

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Share]:
        """See `Shares.page`."""
        return page_of(self.kept.shares, project_id, after, limit)

    def of_thing(self, project_id: str, thing: Thing) -> Sequence[Share]:
        """See `Shares.of_thing`."""
        of_project = page_of(self.kept.shares, project_id, None, 1000).items
        return tuple(share for share in of_project if share.thing == thing)[:100]

    def delete(self, project_id: str, share_id: str) -> None:
        """See `Shares.delete`."""
        for key, share in self.kept.shares.items():
            if key[0] == project_id and share.id == share_id:
                del self.kept.shares[key]
                return
        raise NotFound

    def permission(self, project_id: str, thing: Thing, user_id: str) -> Permission | None:
        """See `Shares.permission`."""
        held = {
            share.permission
            for share in self.of_thing(project_id, thing)
            if self._reaches(share, user_id)
        }
        return max(held, key=list(Permission).index, default=None)

    def forget_thing(self, project_id: str, thing: Thing) -> None:
        """See `Shares.forget_thing`."""
        for share in self.of_thing(project_id, thing):
            self.delete(project_id, share.id)

    def forget_person(self, project_id: str, user_id: str) -> None:
        """See `Shares.forget_person`."""
        for share in page_of(self.kept.shares, project_id, None, 1000).items:
            if (share.grantee.kind, share.grantee.id) == (GranteeKind.USER, user_id):
                self.delete(project_id, share.id)
        self.kept.members -= {m for m in self.kept.members if (m[0], m[2]) == (project_id, user_id)}

    def _reaches(self, share: Share, user_id: str) -> bool:
        if share.grantee.kind is GranteeKind.USER:
            return share.grantee.id == user_id
        group = (share.project_id, share.grantee.id)
        return group in self.kept.groups and (*group, user_id) in self.kept.members


def _name(share: Share) -> str:
    """Return what puts shares in the order of things."""
    thing, grantee = share.thing, share.grantee
    return f"{thing.kind}#{thing.name}#{grantee.kind}#{grantee.id}"
