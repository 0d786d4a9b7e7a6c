"""Projects."""

from pydantic import Field

from gatehouse.domain.projects import Project
from gatehouse.edge.rest.models import Answer, Input, Nothing, PageQuery, rfc3339, write_cursor
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.edge.rest.versions import etag, expected_version, lost_race
from gatehouse.usecases.management import Management


class NewProject(Input):
    """A project to create."""

    name: str


class ProjectChange(Input):
    """A change of a project's settings, based on a version."""

    name: str
    version: int | None = Field(default=None, description="Or in If-Match.")


class ProjectDeletion(Input):
    """The confirmation."""

    confirm: str | None = Field(default=None, description="The project's name.")


class ProjectAnswer(Answer):
    """A project, as the administrator sees it."""

    id: str
    name: str
    version: int
    created_at: str


class ProjectSettings(Answer):
    """What a project's owner has set; nothing so far."""


class OwnProject(Answer):
    """The project of an API key."""

    id: str
    name: str
    integration_id: str
    settings: ProjectSettings


class ProjectList(Answer):
    """A page of projects."""

    items: list[ProjectAnswer]
    next_cursor: str | None


class Health(Answer):
    """A sign of life."""

    status: str


def health(_management: Management, _call: Call, _nothing: Nothing) -> Answered:
    """Say that the function answers; nothing behind it is asked."""
    return Answered(answer=Health(status="ok"))


def own_project(_management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Tell a key which project and integration it belongs to."""
    caller = call.caller
    return Answered(
        answer=OwnProject(
            id=caller.project.id,
            name=caller.project.name,
            integration_id=caller.integration.id,
            settings=ProjectSettings(),
        )
    )


def create_project(management: Management, _call: Call, body: NewProject) -> Answered:
    """Create a project."""
    return _answered(management.projects.create(body.name))


def list_projects(management: Management, _call: Call, query: PageQuery) -> Answered:
    """List the projects."""
    page = management.projects.page(after=query.cursor, limit=query.limit)
    items = [_answer(project) for project in page.items]
    return Answered(answer=ProjectList(items=items, next_cursor=write_cursor(page.next_after)))


def read_project(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read a project."""
    return _answered(management.projects.get(call.params["id"]))


def change_project(management: Management, call: Call, body: ProjectChange) -> Answered:
    """Change a project's settings."""
    version = expected_version(call.request, body.version)
    with lost_race(call.request):
        return _answered(management.projects.rename(call.params["id"], body.name, version=version))


def delete_project(management: Management, call: Call, query: ProjectDeletion) -> Answered:
    """End a project for everybody at once."""
    management.projects.delete(call.params["id"], confirm=query.confirm)
    return Answered(answer=None)


def _answered(project: Project) -> Answered:
    return Answered(answer=_answer(project), etag=etag(project.version))


def _answer(project: Project) -> ProjectAnswer:
    return ProjectAnswer(
        id=project.id,
        name=project.name,
        version=project.version,
        created_at=rfc3339(project.created_at),
    )
