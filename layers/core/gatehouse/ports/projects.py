"""Projects and their integrations."""

from collections.abc import Iterator
from typing import Protocol

from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.projects import Integration, Project
from gatehouse.ports.pages import Page


class Projects(Protocol):
    """All projects of the deployment, by id."""

    def create(self, project: Project) -> None:
        """Add a project; raise `Conflict` when its id is taken."""
        ...

    def get(self, project_id: str) -> Project:
        """Return an active project; raise `NotFound`."""
        ...

    def page(self, *, after: str | None, limit: int) -> Page[Project]:
        """List active projects in the order of their ids."""
        ...

    def change(
        self, project_id: str, *, name: str, settings: ProjectSettings, version: int
    ) -> Project:
        """Replace both; raise `Conflict` unless `version` is current, `NotFound`."""
        ...

    def mark_deleted(self, project_id: str, *, now: int) -> None:
        """End the project for every caller at once; raise `NotFound`."""
        ...


class Replication(Protocol):
    """Copies of what every call of a project reads."""

    def settle(self, project_id: str) -> Iterator[None]:
        """Bring the copies to what the settings say, one step for each value.

        Whoever stops in between leaves a project that works, and may go on at any time.
        """
        ...


class Integrations(Protocol):
    """A project's integrations, by id."""

    def create(self, integration: Integration) -> None:
        """Add an integration; raise `NotFound` when its project is not active."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Integration]:
        """List in the order of ids."""
        ...

    def delete(self, project_id: str, integration_id: str) -> None:
        """Remove it, which revokes its key and sessions at once; raise `NotFound`."""
        ...
