"""Make one tool call: decide whether it may be made, have it made, and keep what remains of it."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from gatehouse.domain import ids, tool_results
from gatehouse.domain.arguments import Schemas
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import Deduplication, Dispatched, Invocation, Outcome
from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.equal_calls import deduplication
from gatehouse.domain.errors import InvalidRequest, NotFound, ToolRefused, Unavailable
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.request_state import Round
from gatehouse.domain.tool_results import ToolResult
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_policies import Carried, WarrantStanding, WarrantVerdict
from gatehouse.ports.calls import CallRecords, Dispatcher, DispatchUncertain
from gatehouse.usecases.check_warrant import Checked, CheckWarrant, Warranted, WarrantRefused
from gatehouse.usecases.permitted import begun, callable_tool, hidden_reason
from gatehouse.usecases.rounds import Here, InputRequired, Rounds
from gatehouse.usecases.schema_checks import output_check, require_fitting
from gatehouse.usecases.spend_proof import SpendProof
from gatehouse.usecases.write_receipts import WriteReceipts

UNCERTAIN: Final = (
    "The call was handed over, but no answer came: it may or may not have been carried out. "
    "Check before you repeat it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    """What is asked: `tool` is what the caller's project has under `name`, if anything.

    `request_id` is a UUIDv7 of the moment at which the request came; `request_state` is what the
    client was given when it was asked for its answers, if it was. `warrant` came along with the
    arguments, and is none of them; `standing` is what the project holds about it.
    """

    request_id: str
    caller: Caller
    name: str
    tool: Tool | None
    arguments: JsonObject = field(repr=False)
    traceparent: str | None = None
    client: ClientContext = field(default_factory=ClientContext)
    request_state: str | None = field(default=None, repr=False)
    warrant: Carried = None
    standing: WarrantStanding = field(default_factory=WarrantStanding)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalledTool:
    """A call's result, or what its client is asked first; and what the log says of it.

    `warrant` is what was decided about its warrants, which is not for the caller in every mode.
    """

    outcome: Outcome
    result: ToolResult | InputRequired
    warrant: WarrantVerdict | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTool:
    """Authorize, validate and hand over; every decision against the caller is recorded."""

    check_warrant: CheckWarrant
    spend_proof: SpendProof
    dispatcher: Dispatcher
    records: CallRecords
    receipts: WriteReceipts
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
        verdict = None
        try:
            tool = callable_tool(call.tool, call.name, call.caller)
            checked = self.check_warrant(_warranted(call, tool))
            verdict = checked.verdict
            require_fitting(self.schemas, tool, call.arguments)
            client = self.rounds.resumed(call.client, call.request_state, _round(call, tool))
        except ToolRefused as refused:
            return self._refused(call, refused, verdict)
        except NotFound:
            self._deny(call, hidden_reason(call.tool, call.caller), verdict)
            raise
        except InvalidRequest:
            self._deny(call, "invalid_input", verdict)
            raise
        if isinstance(client, InputRequired):
            self._deny(call, "input_missing", verdict)
            return CalledTool(outcome=Outcome.DENIED, result=client, warrant=verdict)
        if client is not call.client:
            call = replace(call, client=client)
        return self._dispatch(call, tool, checked)

    def _dispatch(self, call: ToolCall, tool: Tool, checked: Checked) -> CalledTool:
        invocation = Invocation(
            request_id=call.request_id,
            tool=tool,
            integration_id=call.caller.integration.id,
            member=call.caller.member,
            arguments=call.arguments,
            deduplication=_deduplication(call, tool),
            traceparent=call.traceparent,
            client=call.client,
            warrant=checked.verdict,
        )
        verdict = checked.verdict
        try:
            # Last, so that nothing that is refused before spends the proof.
            spent = self.spend_proof(invocation, checked)
        except WarrantRefused as refused:
            return self._refused(call, refused, verdict)
        if isinstance(spent, Invocation):
            verdict = spent.warrant
            try:
                spent = self.dispatcher.dispatch(spent)
            except DispatchUncertain:
                return self._uncertain(call, verdict)
        return self._concluded(call, tool, verdict, spent)

    def _concluded(
        self, call: ToolCall, tool: Tool, verdict: WarrantVerdict | None, dispatched: Dispatched
    ) -> CalledTool:
        made = tool_results.made(dispatched, conforms=output_check(self.schemas, tool))
        result = self.rounds.concluded(made, call.client, _round(call, tool))
        return CalledTool(outcome=dispatched.outcome, result=result, warrant=verdict)

    def _refused(
        self, call: ToolCall, refused: ToolRefused, verdict: WarrantVerdict | None
    ) -> CalledTool:
        if isinstance(refused, WarrantRefused):
            verdict = refused.verdict
        self._deny(call, refused.code, verdict)
        result = tool_results.refusal(str(refused))
        return CalledTool(outcome=Outcome.DENIED, result=result, warrant=verdict)

    def _uncertain(self, call: ToolCall, verdict: WarrantVerdict | None) -> CalledTool:
        # Whether or not it can be recorded, the model must hear that it may have happened.
        with suppress(Unavailable):
            self._write(call, Outcome.UNKNOWN, "no_answer_from_dispatch", verdict)
        result = tool_results.refusal(UNCERTAIN)
        return CalledTool(outcome=Outcome.UNKNOWN, result=result, warrant=verdict)

    def _deny(self, call: ToolCall, reason: str, verdict: WarrantVerdict | None) -> None:
        self._write(call, Outcome.DENIED, reason, verdict)

    def _write(
        self, call: ToolCall, outcome: Outcome, reason: str, verdict: WarrantVerdict | None
    ) -> None:
        digest = call.tool.digest if call.tool else None
        record = begun(call.request_id, call.caller, name=call.name, digest=digest)
        duration_ms = max(0, self.clock_ms() - record.started_at_ms)
        ended = replace(
            record, outcome=outcome, reason=reason, duration_ms=duration_ms, warrant=verdict
        )
        with self.receipts.beside(ended) as linked:
            self.records.write(linked)


def _warranted(call: ToolCall, tool: Tool) -> Warranted:
    return Warranted(
        caller=call.caller,
        tool=tool,
        arguments=call.arguments,
        carried=call.warrant,
        standing=call.standing,
    )


def _round(call: ToolCall, tool: Tool) -> Here:
    return lambda: Round.of(
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
