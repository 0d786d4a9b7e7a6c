"""Service apps."""

from dataclasses import replace

from gatehouse.domain.service_apps import ServiceApp
from gatehouse.edge.rest.app_models import (
    AppChange,
    AppList,
    AppOfProjectList,
    CreatedAppKeyAnswer,
    NewApp,
    NewKeyBody,
    app_answer,
    given_parts,
    key_answer,
    of_project,
)
from gatehouse.edge.rest.models import Nothing, PageQuery
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.edge.rest.versions import etag, expected_version, lost_race
from gatehouse.usecases.management import Management


def create_app(management: Management, _call: Call, body: NewApp) -> Answered:
    """Register a service app; it has no key as yet."""
    apps = management.apps
    now = apps.clock()
    app = ServiceApp(id=apps.new_id(), name=body.name, created_at=now)
    return _answered(apps.create(replace(app, **given_parts(body, now=now))))  # type: ignore[arg-type]


def list_apps(management: Management, _call: Call, query: PageQuery) -> Answered:
    """List the service apps."""
    page = management.apps.page(after=query.cursor, limit=query.limit)
    return Answered(answer=AppList.of(map(app_answer, page.items), page.next_after))


def read_app(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read a service app."""
    return _answered(management.apps.get(call.params["id"]))


def change_app(management: Management, call: Call, body: AppChange) -> Answered:
    """Change what a service app may do, and whether it may do anything."""
    apps = management.apps
    version = expected_version(call.request, body.version)
    current = apps.get(call.params["id"])
    given = given_parts(body, now=apps.clock())
    if body.is_active is not None:
        given["is_active"] = body.is_active
    changed = replace(current, **given)  # type: ignore[arg-type]
    with lost_race(call.request):
        return _answered(apps.change(current, changed, version=version))


def delete_app(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End a service app, its keys and its tokens, at once."""
    management.apps.delete(call.params["id"])
    return Answered()


def create_app_key(management: Management, call: Call, body: NewKeyBody) -> Answered:
    """Give a service app another key, the second at most; it is shown once."""
    created = management.apps.create_key(call.params["id"], days=body.days)
    known = key_answer(created.key).model_dump()
    return Answered(answer=CreatedAppKeyAnswer(**known, key=created.text))


def delete_app_key(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """End a key of a service app at once."""
    management.apps.delete_key(call.params["id"], call.params["key_id"])
    return Answered()


def list_apps_of_project(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the service apps that are granted something in the project."""
    project_id = call.project_id
    page = management.apps.of_project(project_id, after=query.cursor, limit=query.limit)
    items = (of_project(app, project_id) for app in page.items)
    return Answered(answer=AppOfProjectList.of(items, page.next_after))


def _answered(app: ServiceApp) -> Answered:
    return Answered(answer=app_answer(app), etag=etag(app.version))
