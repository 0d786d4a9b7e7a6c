"""Tools."""

from dataclasses import replace

from gatehouse.domain.ids import tool_name
from gatehouse.domain.sharing import Thing, ThingKind
from gatehouse.domain.tools import Tool
from gatehouse.edge.rest.limit_models import read_limits
from gatehouse.edge.rest.models import Nothing, PageQuery
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.edge.rest.stored_models import Approval
from gatehouse.edge.rest.tool_answers import ToolList, tool_answer, tool_detail
from gatehouse.edge.rest.tool_inputs import NewTool, ToolChange, changed_fields, new_definition
from gatehouse.edge.rest.versions import etag, expected_version, lost_race
from gatehouse.usecases.manage_tools import WrittenTool
from gatehouse.usecases.management import Management


def create_tool(management: Management, call: Call, body: NewTool) -> Answered:
    """Register a tool."""
    return _answered(management.tools.create(call.project, written_tool(body)))


def written_tool(body: NewTool) -> WrittenTool:
    """Return the tool that a request describes."""
    return WrittenTool(
        definition=new_definition(body),
        is_enabled=body.is_enabled is not False,
        secret=body.encrypted_auth_secret,
        limits=read_limits(body.limits),
        warrant_mode=body.warrant_mode,
        allow_equal_calls=body.allow_equal_calls is True,
    )


def list_tools(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the project's tools, disabled ones included."""
    page = management.tools.page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=ToolList.of(map(tool_answer, page.items), page.next_after))


def read_tool(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read a tool, and how it is doing."""
    tool = management.tools.get(call.project_id, call.params["id"])
    detail = tool_detail(tool, management.tools.breaker(tool))
    return Answered(answer=detail, etag=etag(tool.version))


def change_tool(management: Management, call: Call, body: ToolChange) -> Answered:
    """Change the given fields of a tool, on the version that the caller knows."""
    version = expected_version(call.request, body.version)
    current = management.tools.get(call.project_id, call.params["id"])
    given = body.model_fields_set
    written = WrittenTool(
        definition=replace(current.definition, **changed_fields(body)),
        is_enabled=current.is_enabled if body.is_enabled is None else body.is_enabled,
        secret=body.encrypted_auth_secret,
        rotation_seconds=body.rotation_seconds,
        limits=read_limits(body.limits) if "limits" in given else current.limits,
        warrant_mode=body.warrant_mode if "warrant_mode" in given else current.warrant_mode,
        allow_equal_calls=(
            body.allow_equal_calls is True
            if "allow_equal_calls" in given
            else current.allow_equal_calls
        ),
    )
    project = call.project
    with lost_race(call.request):
        return _answered(management.tools.replace(project, current, written, version=version))


def approve_tool(management: Management, call: Call, body: Approval) -> Answered:
    """Approve a tool's present definition, named by its digest."""
    tool_id = call.params["id"]
    return _answered(management.tools.approve(call.project_id, tool_id, body.digest))


def delete_tool(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Remove a tool at once."""
    thing = Thing(kind=ThingKind.TOOL, name=tool_name(call.params["id"]))
    management.sharing.forget(call.project_id, thing)
    management.tools.delete(call.project_id, call.params["id"])
    return Answered(answer=None)


def _answered(tool: Tool) -> Answered:
    return Answered(answer=tool_answer(tool), etag=etag(tool.version))
