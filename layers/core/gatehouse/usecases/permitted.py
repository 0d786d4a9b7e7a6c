"""Which calls a member may have made, and the record with which each begins."""

from gatehouse.domain import ids
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.errors import NotFound, ToolRefused
from gatehouse.domain.tools import Tool, ToolDefinition


def callable_tool(tool: Tool | None, name: str, caller: Caller) -> Tool:
    """Return what the caller's project has under `name`, if this caller may call it.

    Raises:
        NotFound: It has none, or none that it offers.
        ToolRefused: This caller may not call it.
    """
    project = caller.project
    if (
        tool is None
        or tool.project_id != project.id
        or not tool.is_offered(only_approved=project.settings.require_approval)
    ):
        raise NotFound(f"Unknown tool: {name}")
    require_permitted(tool.definition, caller)
    return tool


def hidden_reason(tool: Tool | None, caller: Caller) -> str:
    """Say in the record, to the tool's owner alone, why its callers hear that there is none."""
    if tool is None:
        return "unknown_tool"
    is_pending = tool.is_enabled and tool.project_id == caller.project.id
    return "not_approved" if is_pending else "tool_disabled"


def require_permitted(definition: ToolDefinition, caller: Caller) -> None:
    """Raise `ToolRefused` unless this caller may call what `definition` describes."""
    member = caller.member
    if definition.needs_member and member is None:
        raise ToolRefused("Member context required", code="member_required")
    allowed = definition.allowed_roles
    if allowed and not (member and set(allowed) & set(member.roles)):
        raise ToolRefused("None of the member's roles may call this tool", code="role_not_allowed")
    if not caller.project.settings.allows(definition.origin):
        raise ToolRefused("This project may not call the tool's origin", code="origin_not_allowed")


def begun(request_id: str, caller: Caller, *, name: str, digest: str | None) -> CallRecord:
    """Return the record of a call of the tool `name`, of which nothing is known yet.

    `request_id` is a UUIDv7 of the moment at which the request came.
    """
    return CallRecord(
        request_id=request_id,
        project_id=caller.project.id,
        integration_id=caller.integration.id,
        tool_name=name,
        tool_digest=digest,
        member_external_id=caller.member.external_id if caller.member else None,
        outcome=Outcome.UNKNOWN,
        started_at_ms=ids.request_time_ms(request_id),
        duration_ms=0,
    )
