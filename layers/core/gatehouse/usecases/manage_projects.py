"""Create, list, change and end projects: what the deployment's administrator does."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import base62
from gatehouse.domain.api_keys import ID_LENGTH
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.project_rules import settings_errors
from gatehouse.domain.projects import Project
from gatehouse.domain.shown_text import text_problem
from gatehouse.domain.upstreams import UpstreamPolicy
from gatehouse.ports.pages import Page
from gatehouse.ports.projects import Projects, Replication

MAX_NAME = 200
PEPPER_LENGTH = 32
SETTLING_SECONDS = 15
"""How long a change waits for its copies: a request has less than 28 s."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageProjects:
    """The use cases around projects; `random_bytes` returns that many."""

    projects: Projects
    replication: Replication
    clock: Callable[[], int]
    choose: base62.Choose
    random_bytes: Callable[[int], bytes]
    upstreams: UpstreamPolicy

    def create(self, name: str) -> Project:
        """Create a project; raise `InvalidFields`."""
        _require_name(name)
        project = Project(
            id=base62.random_text(ID_LENGTH, self.choose),
            name=name,
            created_at=self.clock(),
            version=1,
            pepper=self.random_bytes(PEPPER_LENGTH),
        )
        self.projects.create(project)
        return project

    def get(self, project_id: str) -> Project:
        """Return a project; raise `NotFound`."""
        return self.projects.get(project_id)

    def page(self, *, after: str | None, limit: int) -> Page[Project]:
        """List projects."""
        return self.projects.page(after=after, limit=limit)

    def change(self, current: Project, *, version: int) -> Project:
        """Keep what `current` was changed to; its `version` does not count, `version` does.

        Copies that this takes are made as far as there is time; any change goes on with them.

        Raises:
            InvalidFields: The name or a setting breaks a rule.
            NotFound: There is no such project.
            Conflict: Somebody else changed it (with the current version).
        """
        _require_name(current.name)
        if errors := tuple(settings_errors(current.settings, self.upstreams)):
            raise InvalidFields(errors)
        changed = self.projects.change(
            current.id, name=current.name, settings=current.settings, version=version
        )
        return self.projects.get(current.id) if self._settled(current.id) else changed

    def delete(self, project_id: str, *, confirm: str | None) -> None:
        """End a project for everybody at once; `confirm` repeats its name.

        Raises:
            NotFound: There is no such project.
            InvalidFields: `confirm` is not the name.
        """
        if confirm != self.projects.get(project_id).name:
            raise InvalidFields((FieldError("confirm", "must be the project's name"),))
        self.projects.mark_deleted(project_id, now=self.clock())

    def _settled(self, project_id: str) -> bool:
        """Make the copies that are missing; say whether there were any."""
        ends_at = self.clock() + SETTLING_SECONDS
        steps = 0
        for _step in self.replication.settle(project_id):
            steps += 1
            if self.clock() >= ends_at:
                break
        return steps > 0


def _require_name(name: str) -> None:
    if problem := text_problem(name, longest=MAX_NAME):
        raise InvalidFields((FieldError("name", problem),))
