"""The projects in which somebody is something, for them to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass

from gatehouse.domain.errors import NotFound
from gatehouse.domain.projects import Project
from gatehouse.domain.roles import Role
from gatehouse.ports.people import Memberships
from gatehouse.ports.projects import Projects


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnedProject:
    """A project, and what one is there."""

    project: Project
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOwnProjects:
    """Read them one by one: people are in few."""

    memberships: Memberships
    projects: Projects

    def __call__(self, user_id: str) -> Sequence[OwnedProject]:
        """Return the active ones by name."""
        found: list[OwnedProject] = []
        for membership in self.memberships.of_person(user_id):
            try:
                project = self.projects.get(membership.project_id)
            except NotFound:
                continue
            if project.is_active:
                found.append(OwnedProject(project=project, role=membership.role))
        return sorted(found, key=lambda each: (each.project.name.casefold(), each.project.id))
