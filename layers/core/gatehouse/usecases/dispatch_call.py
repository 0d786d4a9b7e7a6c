"""Make one outbound call: claim, render, open, sign, send, keep, record."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.calls import CallRecord, Dispatched, Invocation, Outcome, UpstreamAnswer
from gatehouse.domain.errors import ToolRefused, Unavailable
from gatehouse.domain.probing import forged
from gatehouse.domain.redaction import redacted
from gatehouse.domain.remembered import Remembered
from gatehouse.domain.rendering import render
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.rich_results import is_interim
from gatehouse.domain.sealing import SealBroken, SecretBinding
from gatehouse.domain.signatures import authenticated
from gatehouse.domain.tools import AuthStrategy, OnOversize, Tool, ToolDefinition
from gatehouse.ports.calls import CallRecords, Deduplications
from gatehouse.ports.secrets import SecretOpener
from gatehouse.ports.upstreams import UpstreamForbidden, UpstreamUncertain, UpstreamUnreachable
from gatehouse.usecases.send_call import Attempts, SendCall
from gatehouse.usecases.write_receipts import Lost, WriteReceipts

SETTLE_SECONDS: Final = 3
"""What a call may take beyond its upstream's time, until its result is kept."""

_binding: Final[Remembered[Tool, SecretBinding]] = Remembered(lambda tool: tool.secret_binding)

NOTHING_TO_REPEAT: Final = Dispatched(
    outcome=Outcome.DENIED, duration_ms=0, error="There is no equal call to repeat"
)


@dataclass(slots=True, kw_only=True)
class _End:
    """How a call ended; `reason` is a stable code for its record, `attempts` what it says there."""

    outcome: Outcome
    answer: UpstreamAnswer | None = None
    error: str | None = None
    reason: str | None = None
    repeated_of: str | None = None
    attempts: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DispatchCall:
    """The only use case that has requests sent to tools and opens their secrets."""

    send: SendCall
    secrets: SecretOpener
    deduplications: Deduplications
    records: CallRecords
    receipts: WriteReceipts
    clock_ms: Callable[[], int]
    lost: Lost

    def __call__(self, invocation: Invocation, *, seconds_left: float) -> Dispatched:
        """Make the call, at most once, and leave exactly one record of it.

        Only where there is nothing to repeat, and nothing but that was asked, is none left: what
        becomes of the call is then for its sender to say. What fails after the upstream answered
        does not cost the answer: it is reported as lost.

        Args:
            invocation: What to call, for whom; authorized and validated by its sender.
            seconds_left: Until this process must have answered.

        Raises:
            Unavailable: A service that the call needs failed before anything was sent.
        """
        started = self.clock_ms()
        try:
            end = self._earlier(invocation, seconds_left)
            if end is None and invocation.only_repeat:
                return NOTHING_TO_REPEAT
            if end is None:
                end = self._made(invocation, deadline_ms=started + int(seconds_left * 1000))
                self._settle(invocation, end, started)
        except Unavailable as error:
            end = _End(outcome=Outcome.FAILED, error=str(error), reason="unavailable")
            self._record(invocation, end, started)
            raise
        except Exception:
            self._record(invocation, _End(outcome=Outcome.UNKNOWN, reason="unexpected"), started)
            raise
        self._record(invocation, end, started)
        return self._dispatched(end, started)

    def _earlier(self, invocation: Invocation, seconds_left: float) -> _End | None:
        """Return how an equal call ended, or claim this one as the first if it may be made."""
        if invocation.deduplication is None:
            return None
        now = self.clock_ms() // 1000
        seconds = min(seconds_left, invocation.tool.definition.timeout_seconds)
        if invocation.only_repeat:
            earlier = self.deduplications.find(invocation.deduplication, now=now)
        else:
            earlier = self.deduplications.claim(
                invocation.deduplication,
                request_id=invocation.request_id,
                deadline=now + math.ceil(seconds) + SETTLE_SECONDS,
                now=now,
            )
        if earlier is None:
            return None
        return _End(
            outcome=earlier.outcome,
            answer=earlier.answer,
            error=earlier.error,
            reason="repeated",
            repeated_of=earlier.repeated_of,
        )

    def _made(self, invocation: Invocation, *, deadline_ms: int) -> _End:
        attempts: Attempts = []
        end = self._ended(invocation, deadline_ms, attempts)
        end.attempts = tuple(attempts)
        return end

    def _ended(self, invocation: Invocation, deadline_ms: int, attempts: Attempts) -> _End:
        try:
            answer = self._answer(invocation, deadline_ms, attempts)
        except ToolRefused as error:
            return _End(outcome=Outcome.FAILED, error=str(error), reason=error.code)
        except SealBroken:
            return _End(
                outcome=Outcome.FAILED,
                error="The tool's stored secret cannot be opened. Its owner must set it again.",
                reason="secret_broken",
            )
        except UpstreamForbidden as error:
            return _End(outcome=Outcome.FAILED, error=str(error), reason="forbidden")
        except UpstreamUnreachable as error:
            return _End(outcome=Outcome.FAILED, error=str(error), reason="unreachable")
        except UpstreamUncertain as error:
            return _End(outcome=Outcome.UNKNOWN, error=str(error), reason="uncertain")
        except Unavailable:
            self._release(invocation)
            raise
        return _answered(answer, invocation.tool.definition)

    def _answer(
        self, invocation: Invocation, deadline_ms: int, attempts: Attempts
    ) -> UpstreamAnswer:
        """Render, open, sign and send; the secret lives in here only."""
        definition = invocation.tool.definition
        if definition.needs_member and invocation.member is None:
            raise ToolRefused("Member context required", code="member_required")
        opened: tuple[str, ...] | None = None

        def make(timestamp: int) -> OutboundRequest:
            nonlocal opened
            rendered = render(invocation, timestamp=timestamp)
            if invocation.probe is not None:
                return forged(rendered, definition.signature_scheme, invocation.probe)
            if opened is None:
                opened = self._opened(invocation)
            return authenticated(rendered, definition, opened)

        def lost(failed: Invocation) -> None:
            end = _End(outcome=Outcome.UNKNOWN)
            self.lost("breaker", self._record_of(failed, end, self.clock_ms()))

        answer = self.send(invocation, make, deadline_ms=deadline_ms, attempts=attempts, lost=lost)
        return redacted(answer, opened or ())

    def _opened(self, invocation: Invocation) -> tuple[str, ...]:
        tool = invocation.tool
        if tool.definition.auth_strategy is AuthStrategy.NONE:
            return ()
        if tool.sealed_secret is None:
            raise ToolRefused("The tool's secret is not set", code="secret_missing")
        in_force = tool.sealed_secrets(self.clock_ms() // 1000)
        if tool.definition.auth_strategy is AuthStrategy.STATIC_BEARER:
            in_force = in_force[:1]  # a bearer token is one; only signatures come in pairs
        binding = _binding(tool)
        return tuple([self.secrets.open(sealed, binding) for sealed in in_force])

    def _settle(self, invocation: Invocation, end: _End, started: int) -> None:
        """Keep the result for equal calls; give the claim back when nothing was executed.

        An unknown outcome leaves the claim as it is: nobody may make the call again.
        """
        deduplication = invocation.deduplication
        if deduplication is None or end.outcome is Outcome.UNKNOWN:
            return
        if not _was_executed(end):
            self._release(invocation)
            return
        try:
            self.deduplications.complete(
                deduplication, self._dispatched(end, started), now=self.clock_ms() // 1000
            )
        except Exception:  # noqa: BLE001 - the upstream has answered; the claim still stands
            self.lost("result", self._record_of(invocation, end, started))

    def _release(self, invocation: Invocation) -> None:
        if invocation.deduplication is None:
            return
        try:
            self.deduplications.release(invocation.deduplication, request_id=invocation.request_id)
        except Exception:  # noqa: BLE001 - the claim lapses by itself
            end = _End(outcome=Outcome.FAILED)
            self.lost("release", self._record_of(invocation, end, self.clock_ms()))

    def _record(self, invocation: Invocation, end: _End, started: int) -> None:
        record = self._record_of(invocation, end, started)
        with self.receipts.beside(record) as linked:
            try:
                self.records.write(linked)
            except Exception:  # noqa: BLE001 - the answer goes back all the same
                self.lost("record", linked)

    def _record_of(self, invocation: Invocation, end: _End, started: int) -> CallRecord:
        tool, member = invocation.tool, invocation.member
        return CallRecord(
            request_id=invocation.request_id,
            project_id=tool.project_id,
            integration_id=invocation.integration_id,
            tool_name=tool.definition.name,
            tool_digest=tool.digest,
            member_external_id=member.external_id if member else None,
            outcome=end.outcome,
            started_at_ms=started,
            duration_ms=self.clock_ms() - started,
            upstream_status=_status(end),
            reason=end.reason or (invocation.probe and f"probe_{invocation.probe}"),
            repeated_of=end.repeated_of,
            attempts=end.attempts,
            warrant=invocation.warrant,
        )

    def _dispatched(self, end: _End, started: int) -> Dispatched:
        return Dispatched(
            outcome=end.outcome,
            duration_ms=self.clock_ms() - started,
            answer=end.answer,
            error=end.error,
            repeated_of=end.repeated_of,
            reason=end.reason,
        )


def _was_executed(end: _End) -> bool:
    """Say whether repeating the call could do something twice.

    With a 4xx status the upstream says that it did not accept the request (RFC 9110 section
    15.5), so the model may try again once the cause is gone, say a limit or a wrong secret; and
    one that only asks the client something expects the call again.
    """
    if not any(status and not 400 <= status < 500 for status in end.attempts):  # noqa: PLR2004
        return False
    return end.answer is None or not is_interim(end.answer)


def _answered(answer: UpstreamAnswer, definition: ToolDefinition) -> _End:
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        return _End(outcome=Outcome.UPSTREAM_ERROR, answer=answer)
    if answer.truncated and definition.on_oversize is OnOversize.ERROR:
        message = (
            f"The upstream's answer is larger than the {definition.max_response_bytes} bytes that "
            "this tool takes. The call was carried out."
        )
        return _End(outcome=Outcome.UPSTREAM_ERROR, error=message, reason="oversize")
    return _End(outcome=Outcome.SUCCEEDED, answer=answer)


def _status(end: _End) -> int | None:
    """Return the status that the record shows: of the answer, also of one not handed on."""
    if end.answer:
        return end.answer.status
    return end.attempts[-1] if end.attempts else None
