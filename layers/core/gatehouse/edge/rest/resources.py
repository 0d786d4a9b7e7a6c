"""Resources."""

from dataclasses import replace

from gatehouse.domain.resources import Resource
from gatehouse.edge.rest.models import Nothing, PageQuery
from gatehouse.edge.rest.resource_models import (
    NewResource,
    ResourceChange,
    ResourceList,
    changed_resource,
    new_resource,
    resource_answer,
)
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.edge.rest.stored_models import Approval
from gatehouse.edge.rest.versions import etag, expected_version, lost_race
from gatehouse.usecases.manage_resources import WrittenResource
from gatehouse.usecases.management import Management


def create_resource(management: Management, call: Call, body: NewResource) -> Answered:
    """Store a resource."""
    written = WrittenResource(
        definition=new_resource(body),
        is_enabled=body.is_enabled is not False,
        secret=body.secret,
    )
    return _answered(management.resources.create(call.project, written))


def list_resources(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the project's resources, disabled ones included."""
    page = management.resources.page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=ResourceList.of(map(resource_answer, page.items), page.next_after))


def read_resource(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read a resource."""
    return _answered(management.resources.get(call.project_id, call.params["id"]))


def change_resource(management: Management, call: Call, body: ResourceChange) -> Answered:
    """Change the given fields of a resource, on the version that the caller knows."""
    version = expected_version(call.request, body.version)
    current = management.resources.get(call.project_id, call.params["id"])
    written = WrittenResource(
        definition=replace(current.definition, **changed_resource(body)),
        is_enabled=current.is_enabled if body.is_enabled is None else body.is_enabled,
        secret=body.secret,
    )
    project = call.project
    with lost_race(call.request):
        return _answered(management.resources.replace(project, current, written, version=version))


def approve_resource(management: Management, call: Call, body: Approval) -> Answered:
    """Approve a resource's present definition, named by its digest."""
    resource_id = call.params["id"]
    return _answered(management.resources.approve(call.project_id, resource_id, body.digest))


def delete_resource(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Remove a resource at once."""
    management.resources.delete(call.project_id, call.params["id"])
    return Answered(answer=None)


def _answered(resource: Resource) -> Answered:
    return Answered(answer=resource_answer(resource), etag=etag(resource.version))
