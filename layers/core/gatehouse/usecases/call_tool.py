"""Make one tool call: decide whether it may be made, have it made, and keep what remains of it."""

import hashlib
import hmac
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from gatehouse.domain import ids, tool_results
from gatehouse.domain.arguments import Schemas, UnusableSchema
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import CallRecord, Deduplication, Invocation, Outcome
from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.errors import NotFound, ToolRefused, Unavailable
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.tool_results import ToolResult
from gatehouse.domain.tools import Tool
from gatehouse.ports import CallRecords, Dispatcher, DispatchUncertain

UNCERTAIN: Final = (
    "The call was handed over, but no answer came: it may or may not have been carried out. "
    "Check before you repeat it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What is asked: `tool` is what the caller's project has under `name`, if anything.

    `request_id` is a UUIDv7 of the moment at which the request came.
    """

    request_id: str
    caller: Caller
    name: str
    tool: Tool | None
    arguments: JsonObject = field(repr=False)
    traceparent: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledTool:
    """A call's result, and what the log says of it."""

    outcome: Outcome
    result: ToolResult


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTool:
    """Authorize, validate and hand over; every decision against the caller is recorded."""

    dispatcher: Dispatcher
    records: CallRecords
    clock_ms: Callable[[], int]
    schemas: Schemas = field(default_factory=Schemas)

    def __call__(self, call: ToolCall) -> CalledTool:
        """Return the call's result, which may be an error for the model.

        Raises:
            NotFound: There is no such tool for this caller: unknown, disabled or another
                project's, which read the same.
            Unavailable: The call was certainly not made.
        """
        if not ids.TOOL_NAME.fullmatch(call.name):
            # No project can have such a tool, so there is nothing to record either.
            raise NotFound(f"Unknown tool: {call.name[:64]}")
        record = _record(call)
        try:
            tool = _callable_tool(call)
            self._check_arguments(tool, call.arguments)
        except ToolRefused as refused:
            self._deny(record, refused.code)
            result = tool_results.refusal(str(refused))
            return _called(record, Outcome.DENIED, result)
        except NotFound:
            self._deny(record, "tool_disabled" if call.tool else "unknown_tool")
            raise
        return self._dispatch(call, tool, record)

    def _check_arguments(self, tool: Tool, arguments: JsonObject) -> None:
        try:
            schema = self.schemas.of(tool.digest, "input", tool.definition.input_schema)
        except UnusableSchema as error:
            message = "This tool's input schema cannot be used; its owner has to repair it"
            raise ToolRefused(message, code="unusable_schema") from error
        if problems := schema.problems(arguments, name="arguments"):
            listed = "\n".join(f"- {problem}" for problem in problems)
            message = f"The arguments do not fit the tool's input schema:\n{listed}"
            raise ToolRefused(message, code="invalid_arguments")

    def _dispatch(self, call: ToolCall, tool: Tool, record: CallRecord) -> CalledTool:
        invocation = Invocation(
            request_id=record.request_id,
            tool=tool,
            integration_id=call.caller.integration.id,
            member=call.caller.member,
            arguments=call.arguments,
            deduplication=_deduplication(call, tool),
            traceparent=call.traceparent,
        )
        try:
            dispatched = self.dispatcher.dispatch(invocation)
        except DispatchUncertain:
            # Whether or not it can be recorded, the model must hear that it may have happened.
            with suppress(Unavailable):
                self._write(record, Outcome.UNKNOWN, "no_answer_from_dispatch")
            return _called(record, Outcome.UNKNOWN, tool_results.refusal(UNCERTAIN))
        return _called(
            record,
            dispatched.outcome,
            tool_results.tool_result(dispatched, conforms=self._output_check(tool)),
        )

    def _output_check(self, tool: Tool) -> tool_results.Conforms | None:
        declared = tool.definition.output_schema
        if declared is None:
            return None
        try:
            schema = self.schemas.of(tool.digest, "output", declared)
        except UnusableSchema:
            return lambda _value: ("the output schema itself cannot be used",)
        return partial(schema.problems, name="answer")

    def _deny(self, record: CallRecord, reason: str) -> None:
        self._write(record, Outcome.DENIED, reason)

    def _write(self, record: CallRecord, outcome: Outcome, reason: str) -> None:
        duration_ms = max(0, self.clock_ms() - record.started_at_ms)
        self.records.write(replace(record, outcome=outcome, reason=reason, duration_ms=duration_ms))


def _callable_tool(call: ToolCall) -> Tool:
    """Return the tool if this caller may call it with arguments that fit."""
    tool, member = call.tool, call.caller.member
    if tool is None or not tool.is_enabled or tool.project_id != call.caller.project.id:
        raise NotFound(f"Unknown tool: {call.name}")
    if tool.definition.needs_member and member is None:
        raise ToolRefused("Member context required", code="member_required")
    allowed = tool.definition.allowed_roles
    if allowed and not (member and set(allowed) & set(member.roles)):
        raise ToolRefused("None of the member's roles may call this tool", code="role_not_allowed")
    return tool


def _record(call: ToolCall) -> CallRecord:
    member = call.caller.member
    return CallRecord(
        request_id=call.request_id,
        project_id=call.caller.project.id,
        integration_id=call.caller.integration.id,
        tool_name=call.name,
        tool_digest=call.tool.digest if call.tool else None,
        member_external_id=member.external_id if member else None,
        outcome=Outcome.UNKNOWN,
        started_at_ms=ids.request_time_ms(call.request_id),
        duration_ms=0,
    )


def _called(record: CallRecord, outcome: Outcome, result: ToolResult) -> CalledTool:
    notes = {"gatehouse/requestId": record.request_id, **result.notes}
    return CalledTool(outcome=outcome, result=replace(result, notes=notes))


def _deduplication(call: ToolCall, tool: Tool) -> Deduplication | None:
    """Say how an equal call is recognized, under keys that only this project has."""
    window = tool.definition.deduplicate_seconds
    if window == 0:
        return None
    caller = call.caller
    # The prefix keeps a member who is called "-" apart from a call without a member.
    member = f"member:{caller.member.external_id}" if caller.member else "-"
    who = [caller.project.id, caller.integration.id, member, tool.digest]
    equal = canonical_bytes([*who, call.arguments])
    key = caller.project.derived_key("deduplication")
    digest = hmac.new(key, equal, hashlib.sha256).hexdigest()
    sealing = caller.project.derived_key("deduplication-result")
    return Deduplication(
        digest=digest,
        sealing_key=hmac.digest(sealing, digest.encode(), hashlib.sha256),
        window_seconds=window,
    )
