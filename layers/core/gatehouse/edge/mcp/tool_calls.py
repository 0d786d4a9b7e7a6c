"""tools/call: a result, with what there was to say before it, or a question to the client."""

from dataclasses import replace

from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.tool_results import ToolResult, refusal
from gatehouse.domain.warrant_policies import WarrantVerdict
from gatehouse.edge import log
from gatehouse.edge.mcp.clients import client_of, request_state_of, traceparent_of
from gatehouse.edge.mcp.envelope import Message
from gatehouse.edge.mcp.eras import Era
from gatehouse.edge.mcp.faults import invalid_params
from gatehouse.edge.mcp.headers import check_params
from gatehouse.edge.mcp.inbound import Inbound, Offered, Reply
from gatehouse.edge.mcp.notices import notice_texts
from gatehouse.edge.mcp.render import (
    MAX_RESULT_BYTES,
    REQUEST_ID_NOTE,
    JsonText,
    input_required,
    tool_result_text,
)
from gatehouse.edge.mcp.verdicts import (
    WARRANT_NOTE,
    shown_to_caller,
    verdict_header,
    verdict_note,
)
from gatehouse.edge.mcp.warrants import without_carrier
from gatehouse.usecases.call_tool import CalledTool, ToolCall
from gatehouse.usecases.rounds import InputRequired


def call_tool(offered: Offered, inbound: Inbound) -> Reply:
    """Call a tool."""
    name, arguments = _call_params(inbound.message)
    tool = inbound.admitted.tool
    only_approved = inbound.admitted.caller.project.settings.require_approval
    if tool and inbound.era is Era.MODERN and tool.is_offered(only_approved=only_approved):
        check_params(tool.definition.input_schema, arguments, inbound.headers)
    called = offered.call_tool(
        ToolCall(
            request_id=inbound.request_id,
            caller=inbound.admitted.caller,
            name=name,
            tool=tool,
            arguments=arguments,
            traceparent=traceparent_of(inbound),
            client=client_of(inbound),
            request_state=request_state_of(inbound),
            warrant=inbound.warrant,
            standing=inbound.admitted.warrants,
        )
    )
    log.note(outcome=called.outcome, warrant=_noted(called.warrant))
    shown = shown_to_caller(called.warrant)
    reply = _reply(inbound, called, {WARRANT_NOTE: verdict_note(shown)} if shown else {})
    return replace(reply, headers=verdict_header(shown)) if shown else reply


def _reply(inbound: Inbound, called: CalledTool, notes: JsonObject) -> Reply:
    result = called.result
    if isinstance(result, InputRequired):
        meta = {REQUEST_ID_NOTE: inbound.request_id, **notes}
        return _bounded(inbound, result, input_required(result, meta=meta), notes)
    return _bounded(inbound, result, _result_text(inbound, result, notes), notes)


def _bounded(
    inbound: Inbound, result: ToolResult | InputRequired, text: str, notes: JsonObject
) -> Reply:
    """Send what fits into one answer: all of it, or no notifications, or that it is too large."""
    notices = notice_texts(inbound, result.notifications)
    size = len(text.encode())
    if size + sum([len(notice.encode()) for notice in notices]) <= MAX_RESULT_BYTES:
        return Reply(result=text, notifications=notices)
    if size <= MAX_RESULT_BYTES or isinstance(result, InputRequired):
        return Reply(result=text)
    too_large = refusal("The call was made, but its result is too large to return")
    return Reply(result=_result_text(inbound, too_large, {**result.notes, **notes}))


def _result_text(inbound: Inbound, result: ToolResult, notes: JsonObject) -> JsonText:
    meta = {REQUEST_ID_NOTE: inbound.request_id, **result.notes, **notes}
    return tool_result_text(inbound.era, result, request_id=inbound.request_id, meta=meta)


def _call_params(message: Message) -> tuple[str, JsonObject]:
    name, arguments = message.params.get("name"), message.params.get("arguments")
    if not isinstance(name, str):
        raise invalid_params("name must be a string")
    if arguments is None:
        return name, {}
    if not isinstance(arguments, dict):
        raise invalid_params("arguments must be an object")
    return name, without_carrier(arguments)


def _noted(verdict: WarrantVerdict | None) -> str | None:
    """Return what the log says of a verdict: its decision and reason, which are of closed lists."""
    if verdict is None:
        return None
    return f"{verdict.decision}:{verdict.reason}" if verdict.reason else verdict.decision
