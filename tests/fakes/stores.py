"""The stores of the Authority table in memory; each shares its dictionaries with `table`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.projects import Integration, Project
from gatehouse.domain.tool_documents import tool_descriptor_text
from gatehouse.domain.tools import Tool
from gatehouse.ports.pages import Page
from tests.fakes.authority import MemoryAuthority

Item = TypeVar("Item")


def page_of(
    items: Mapping[tuple[str, str], Item], project_id: str, after: str | None, limit: int
) -> Page[Item]:
    names = sorted(
        name
        for owner, name in items
        if owner == project_id and (after is None or name.encode() > after.encode())
    )
    shown = names[:limit]
    found = tuple(items[project_id, name] for name in shown)
    return Page(items=found, next_after=shown[-1] if len(names) > limit else None)


def require_active(table: MemoryAuthority, project_id: str) -> None:
    project = table.projects.get(project_id)
    if project is None or not project.is_active:
        raise NotFound


@dataclass
class MemoryProjects:
    """Keeps `Projects`."""

    table: MemoryAuthority

    def create(self, project: Project) -> None:
        """See `Projects.create`."""
        if project.id in self.table.projects:
            raise Conflict("This project id is taken")
        self.table.projects[project.id] = project

    def get(self, project_id: str) -> Project:
        """See `Projects.get`."""
        require_active(self.table, project_id)
        return self.table.projects[project_id]

    def page(self, *, after: str | None, limit: int) -> Page[Project]:
        """See `Projects.page`."""
        active = {("", p.id): p for p in self.table.projects.values() if p.is_active}
        return page_of(active, "", after, limit)

    def change(
        self, project_id: str, *, name: str, settings: ProjectSettings, version: int
    ) -> Project:
        """See `Projects.change`."""
        project = self.get(project_id)
        if project.version != version:
            raise Conflict("The project has changed", current_version=project.version)
        self.table.projects[project_id] = replace(
            project,
            name=name,
            settings=settings,
            version=version + 1,
            replicas_in_use=min(project.replicas_in_use, settings.replicas),
        )
        return self.table.projects[project_id]

    def mark_deleted(self, project_id: str, *, now: int) -> None:
        """See `Projects.mark_deleted`."""
        project = self.get(project_id)
        self.table.projects[project_id] = replace(
            project, deleted_at=now, version=project.version + 1
        )


@dataclass
class MemoryReplication:
    """Keeps `Replication`: in memory there is nothing to copy."""

    table: MemoryAuthority

    def settle(self, project_id: str) -> Iterator[None]:
        """See `Replication.settle`."""
        project = self.table.projects[project_id]
        if project.replicas_in_use != project.settings.replicas:
            yield
            self.table.projects[project_id] = replace(
                project, replicas_in_use=project.settings.replicas
            )
            yield


@dataclass
class MemoryIntegrations:
    """Keeps `Integrations`."""

    table: MemoryAuthority

    def create(self, integration: Integration) -> None:
        """See `Integrations.create`."""
        project_id, parent_id = integration.project_id, integration.parent_id
        require_active(self.table, project_id)
        if parent_id is not None and (project_id, parent_id) not in self.table.integrations:
            raise NotFound
        self.table.integrations[project_id, integration.id] = integration

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Integration]:
        """See `Integrations.page`."""
        return page_of(self.table.integrations, project_id, after, limit)

    def delete(self, project_id: str, integration_id: str) -> None:
        """See `Integrations.delete`."""
        if self.table.integrations.pop((project_id, integration_id), None) is None:
            raise NotFound


@dataclass
class MemoryAssertionKeys:
    """Keeps `AssertionKeys`."""

    table: MemoryAuthority

    def register(self, project_id: str, key: AssertionKey) -> None:
        """See `AssertionKeys.register`."""
        if (project_id, key.kid) in self.table.assertion_keys:
            raise Conflict("This kid was used before")
        require_active(self.table, project_id)
        self.table.assertion_keys[project_id, key.kid] = key

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[AssertionKey]:
        """See `AssertionKeys.page`."""
        return page_of(self.table.assertion_keys, project_id, after, limit)

    def deactivate(self, project_id: str, kid: str, *, now: int) -> None:
        """See `AssertionKeys.deactivate`."""
        key = self.table.assertion_keys.get((project_id, kid))
        if key is None or not key.is_active:
            raise NotFound
        self.table.assertion_keys[project_id, kid] = replace(key, deactivated_at=now)


@dataclass
class MemoryTools:
    """Keeps `Tools`."""

    table: MemoryAuthority

    def create(self, tool: Tool) -> None:
        """See `Tools.create`."""
        key = (tool.project_id, tool.definition.name)
        if key in self.table.tools:
            raise Conflict("A tool of this name exists")
        require_active(self.table, tool.project_id)
        self.table.tools[key] = tool

    def get(self, project_id: str, name: str) -> Tool:
        """See `Tools.get`."""
        try:
            return self.table.tools[project_id, name]
        except KeyError:
            raise NotFound from None

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Tool]:
        """See `Tools.page`."""
        return page_of(self.table.tools, project_id, after, limit)

    def replace(self, tool: Tool, *, expected_version: int) -> None:
        """See `Tools.replace`."""
        current = self.get(tool.project_id, tool.definition.name).version
        if current != expected_version:
            raise Conflict("The tool has changed", current_version=current)
        self.table.tools[tool.project_id, tool.definition.name] = tool

    def delete(self, project_id: str, name: str) -> None:
        """See `Tools.delete`."""
        self.get(project_id, name)
        del self.table.tools[project_id, name]


@dataclass
class MemoryEnabledTools:
    """Keeps `Descriptors` of tools."""

    table: MemoryAuthority
    only_approved: bool = False

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        """See `Descriptors.page`."""
        enabled = {
            key: tool
            for key, tool in self.table.tools.items()
            if tool.is_offered(only_approved=self.only_approved)
        }
        page = page_of(enabled, project_id, after, limit)
        texts = tuple(tool_descriptor_text(tool.definition) for tool in page.items)
        return Page(items=texts, next_after=page.next_after)


@dataclass
class MemoryMembers:
    """Keeps `Members`."""

    table: MemoryAuthority

    def upsert(self, project_id: str, member: MemberIdentity, *, now: int) -> None:
        """See `Members.upsert`."""
        unseen = MemberStanding(external_id=member.external_id)
        known = self.table.members.get((project_id, member.external_id), unseen)
        self.table.members[project_id, member.external_id] = replace(
            known,
            email=member.email,
            roles=member.roles,
            first_seen=known.first_seen or now,
            last_seen=now,
        )

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[MemberStanding]:
        """See `Members.page`."""
        return page_of(self.table.members, project_id, after, limit)

    def block(self, project_id: str, external_id: str, *, now: int) -> None:
        """See `Members.block`."""
        known = self._standing(project_id, external_id)
        self.table.members[project_id, external_id] = replace(
            known, epoch=known.epoch + 1, blocked_at=known.blocked_at or now
        )

    def unblock(self, project_id: str, external_id: str) -> None:
        """See `Members.unblock`."""
        known = self._standing(project_id, external_id)
        if not known.is_blocked:
            raise NotFound
        self.table.members[project_id, external_id] = replace(
            known, epoch=known.epoch + 1, blocked_at=None
        )

    def end_sessions(self, project_id: str, external_id: str) -> None:
        """See `Members.end_sessions`."""
        known = self._standing(project_id, external_id)
        self.table.members[project_id, external_id] = replace(known, epoch=known.epoch + 1)

    def _standing(self, project_id: str, external_id: str) -> MemberStanding:
        if (project_id, external_id) not in self.table.members:
            raise NotFound
        return self.table.members[project_id, external_id]
