"""Try whether a tool's endpoint refuses what it has to refuse."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import ids
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import Invocation
from gatehouse.domain.checklist.snapshot import Probe
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.probing import NOBODY, ProbeKind, is_harmless, sample_arguments
from gatehouse.domain.tools import AuthStrategy, Tool
from gatehouse.ports.calls import Dispatcher, DispatchUncertain
from gatehouse.ports.offers import Tools
from gatehouse.usecases.limit_requests import LimitedRequest, LimitRequests


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTool:
    """The use case; what is sent goes through dispatch, guarded as every call is."""

    tools: Tools
    dispatcher: Dispatcher
    limit: LimitRequests
    new_request_id: Callable[[], str]

    def __call__(self, caller: Caller, tool_id: str, *, may_change: bool) -> tuple[Probe, ...]:
        """Send one wrong request of each kind.

        Args:
            caller: For whom it counts.
            tool_id: A tool of the caller's project.
            may_change: Whether to try a tool whose call may change something.

        Raises:
            NotFound: There is no such tool.
            InvalidFields: Its calls are not signed, or may change something.
            TooManyRequests: A limit is reached that holds for calls.
            Unavailable: The call was certainly not made.
        """
        tool = self.tools.get(caller.project.id, ids.tool_name(tool_id))
        definition = tool.definition
        if definition.auth_strategy is not AuthStrategy.HMAC_SIGNATURE:
            raise InvalidFields((FieldError("id", "is of a tool whose calls are not signed"),))
        if not (may_change or is_harmless(definition.http_method, definition.annotations)):
            message = "must be true for a tool whose call may change something"
            raise InvalidFields((FieldError("may_change", message),))
        return tuple(self._sent(caller, tool, kind) for kind in ProbeKind)

    def _sent(self, caller: Caller, tool: Tool, kind: ProbeKind) -> Probe:
        invocation = Invocation(
            request_id=self.new_request_id(),
            tool=tool,
            integration_id=caller.integration.id,
            member=NOBODY,
            arguments=sample_arguments(tool.definition.input_schema),
            probe=kind,
        )
        name = tool.definition.name
        asked = LimitedRequest(
            request_id=invocation.request_id, caller=caller, tool_name=name, tool=tool
        )
        with self.limit(asked):
            try:
                answer = self.dispatcher.dispatch(invocation).answer
            except DispatchUncertain:
                answer = None
        return Probe(tool_name=name, kind=kind, status=answer.status if answer else None)
