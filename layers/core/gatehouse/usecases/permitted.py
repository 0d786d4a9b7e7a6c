"""Which calls a member may have made, and the record with which each begins."""

from gatehouse.domain import ids
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.tools import ToolDefinition


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
