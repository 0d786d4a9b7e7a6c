"""Make one tool call: decide whether it may be made, have it made, and keep what remains of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from gatehouse.domain import ids, tool_results
from gatehouse.domain.arguments import Schemas, UnusableSchema
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import CallRecord, Deduplication, Invocation, Outcome
from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.equal_calls import deduplication
from gatehouse.domain.errors import InvalidRequest, NotFound, ToolRefused, Unavailable
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.request_state import Round
from gatehouse.domain.tool_results import ToolResult
from gatehouse.domain.tools import Tool
from gatehouse.ports.calls import CallRecords, Dispatcher, DispatchUncertain
from gatehouse.usecases.permitted import begun, require_permitted
from gatehouse.usecases.rounds import InputRequired, Rounds

UNCERTAIN: Final = (
    "The call was handed over, but no answer came: it may or may not have been carried out. "
    "Check before you repeat it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What is asked: `tool` is what the caller's project has under `name`, if anything.

    `request_id` is a UUIDv7 of the moment at which the request came; `request_state` is what the
    client was given when it was asked for its answers, if it was.
    """

    request_id: str
    caller: Caller
    name: str
    tool: Tool | None
    arguments: JsonObject = field(repr=False)
    traceparent: str | None = None
    client: ClientContext = field(default_factory=ClientContext)
    request_state: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledTool:
    """A call's result, or what its client is asked first; and what the log says of it."""

    outcome: Outcome
    result: ToolResult | InputRequired


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTool:
    """Authorize, validate and hand over; every decision against the caller is recorded."""

    dispatcher: Dispatcher
    records: CallRecords
    rounds: Rounds
    clock_ms: Callable[[], int]
    schemas: Schemas = field(default_factory=Schemas)

    def __call__(self, call: ToolCall) -> CalledTool:
        """Return the call's result, which may be an error for the model.

        Raises:
            InvalidRequest: What came back from an earlier round does not belong to this call.
            MissingCapabilities: The client has to be able to do more than it declared.
            NotFound: There is no such tool for this caller: unknown, disabled or another
                project's, which read the same.
            Unavailable: The call was certainly not made.
        """
        if not ids.TOOL_NAME.fullmatch(call.name):
            # No project can have such a tool, so there is nothing to record either.
            raise NotFound(f"Unknown tool: {call.name[:64]}")
        digest = call.tool.digest if call.tool else None
        record = begun(call.request_id, call.caller, name=call.name, digest=digest)
        try:
            tool = _callable_tool(call)
            self._check_arguments(tool, call.arguments)
            client = self.rounds.resumed(call.client, call.request_state, _round(call, tool))
        except ToolRefused as refused:
            self._deny(record, refused.code)
            result = tool_results.refusal(str(refused))
            return _called(record, Outcome.DENIED, result)
        except NotFound:
            self._deny(record, _hidden_reason(call))
            raise
        except InvalidRequest:
            self._deny(record, "invalid_input")
            raise
        if isinstance(client, InputRequired):
            self._deny(record, "input_missing")
            return CalledTool(outcome=Outcome.DENIED, result=client)
        return self._dispatch(replace(call, client=client), tool, record)

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
            client=call.client,
        )
        try:
            dispatched = self.dispatcher.dispatch(invocation)
        except DispatchUncertain:
            # Whether or not it can be recorded, the model must hear that it may have happened.
            with suppress(Unavailable):
                self._write(record, Outcome.UNKNOWN, "no_answer_from_dispatch")
            return _called(record, Outcome.UNKNOWN, tool_results.refusal(UNCERTAIN))
        made = tool_results.made(dispatched, conforms=self._output_check(tool))
        result = self.rounds.concluded(made, call.client, _round(call, tool))
        if isinstance(result, InputRequired):
            return CalledTool(outcome=dispatched.outcome, result=result)
        return _called(record, dispatched.outcome, result)

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
    tool = call.tool
    project = call.caller.project
    only_approved = project.settings.require_approval
    if (
        tool is None
        or tool.project_id != project.id
        or not tool.is_offered(only_approved=only_approved)
    ):
        raise NotFound(f"Unknown tool: {call.name}")
    require_permitted(tool.definition, call.caller)
    return tool


def _hidden_reason(call: ToolCall) -> str:
    """Say in the record, to the tool's owner alone, why its callers hear that there is none."""
    tool = call.tool
    if tool is None:
        return "unknown_tool"
    is_pending = tool.is_enabled and tool.project_id == call.caller.project.id
    return "not_approved" if is_pending else "tool_disabled"


def _called(record: CallRecord, outcome: Outcome, result: ToolResult) -> CalledTool:
    notes = {"gatehouse/requestId": record.request_id, **result.notes}
    return CalledTool(outcome=outcome, result=replace(result, notes=notes))


def _round(call: ToolCall, tool: Tool) -> Round:
    return Round.of(
        call.caller,
        method="tools/call",
        name=call.name,
        digest=tool.digest,
        arguments=call.arguments,
    )


def _deduplication(call: ToolCall, tool: Tool) -> Deduplication | None:
    # What the client answered is new, even where the arguments are the same.
    if call.client.responses is not None:
        return None
    return deduplication(call.caller, tool, call.arguments)
