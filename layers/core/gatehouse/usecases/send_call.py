"""Send one call, and send it again where that is safe and there is time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

from gatehouse.domain.breaker import is_failure
from gatehouse.domain.calls import Invocation, UpstreamAnswer
from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.retries import MAX_RETRIES, is_passing, pause_seconds
from gatehouse.domain.tools import ToolDefinition
from gatehouse.ports.upstreams import (
    Upstream,
    UpstreamForbidden,
    UpstreamUncertain,
    UpstreamUnreachable,
)
from gatehouse.usecases.circuits import Circuits

MIN_SECONDS: Final = 1.0
"""Less time than this is not worth beginning a call that could then be cut off."""
UNCERTAIN: Final = (
    "The tool did not answer the first time, and did not take the call the second time: it may "
    "or may not have been carried out"
)

Make: TypeAlias = Callable[[int], OutboundRequest]
"""Renders and signs the request for a second since the epoch: each sending has its own."""
Prepared: TypeAlias = tuple[OutboundRequest, float]
End: TypeAlias = UpstreamAnswer | UpstreamUnreachable | UpstreamUncertain
Lost: TypeAlias = Callable[[Invocation], None]
Attempts: TypeAlias = list[int | None]
"""The status of each sending's answer, None where none came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendCall:
    """Knows the upstream and each origin's state; `sleep` takes seconds, `random` gives 0 to 1."""

    upstream: Upstream
    circuits: Circuits
    clock_ms: Callable[[], int]
    sleep: Callable[[float], None]
    random: Callable[[], float]

    def __call__(
        self,
        invocation: Invocation,
        make: Make,
        *,
        deadline_ms: int,
        attempts: Attempts,
        lost: Lost,
    ) -> UpstreamAnswer:
        """Return the answer that counts.

        Args:
            invocation: The call.
            make: Makes its request.
            deadline_ms: When the last attempt must have ended.
            attempts: Is filled as they are made, whatever becomes of the call.
            lost: Is called while an error is handled that must not change how the call ended.

        Raises:
            ToolRefused: There is no time, or the tool's origin is left alone; nothing was sent.
            UpstreamUnreachable: Nothing was sent by any attempt.
            UpstreamUncertain: An attempt may have been carried out, and no later one succeeded.
        """
        tool, definition = invocation.tool, invocation.tool.definition
        deadline_ms = min(deadline_ms, self.clock_ms() + definition.timeout_seconds * 1000)
        prepared = self._prepared(make, deadline_ms)
        self.circuits.enter(tool, request_id=invocation.request_id, now=self.clock_ms() // 1000)
        ends = [self._sent(definition, prepared, attempts)]
        while definition.is_repeatable and len(ends) <= MAX_RETRIES:
            pause = self._pause(ends, deadline_ms)
            if pause is None:
                break
            self.sleep(pause)
            try:
                prepared = self._prepared(make, deadline_ms)
            except ToolRefused:  # the pause has taken longer than it should
                break
            ends.append(self._sent(definition, prepared, attempts))
        self._note(invocation, ends, lost)
        return _concluded(ends)

    def _pause(self, ends: list[End], deadline_ms: int) -> float | None:
        """Return the seconds until the next attempt; None when there is to be none."""
        end = ends[-1]
        if isinstance(end, UpstreamForbidden):
            return None
        retry_after = None
        if isinstance(end, UpstreamAnswer):
            if not is_passing(end.status):
                return None
            retry_after = end.retry_after
        pause = pause_seconds(len(ends) - 1, retry_after=retry_after, fraction=self.random())
        left = (deadline_ms - self.clock_ms()) / 1000 - pause
        return pause if left >= MIN_SECONDS else None

    def _prepared(self, make: Make, deadline_ms: int) -> Prepared:
        """Return the next request with the seconds that it has."""
        now_ms = self.clock_ms()
        request = make(now_ms // 1000)
        seconds = (deadline_ms - now_ms) / 1000
        if seconds < MIN_SECONDS:
            raise ToolRefused("There was no time left to make this call", code="no_time")
        return request, seconds

    def _sent(self, definition: ToolDefinition, prepared: Prepared, attempts: Attempts) -> End:
        request, seconds = prepared
        limit = definition.max_response_bytes
        try:
            answer = self.upstream.send(request, timeout_seconds=seconds, max_bytes=limit)
        except (UpstreamUnreachable, UpstreamUncertain) as error:
            attempts.append(None)
            return error
        attempts.append(answer.status)
        return answer

    def _note(self, invocation: Invocation, ends: list[End], lost: Lost) -> None:
        """Tell the breaker whether the origin works: once for a call, however often it was sent."""
        telling = [end for end in ends if not isinstance(end, UpstreamForbidden)]
        if not telling:  # what is forbidden says nothing of the origin
            return
        end, now = telling[-1], self.clock_ms() // 1000
        failed = not isinstance(end, UpstreamAnswer) or is_failure(end.status)
        try:
            self.circuits.leave(
                invocation.tool, request_id=invocation.request_id, failed=failed, now=now
            )
        except Exception:  # noqa: BLE001 - the breaker must not change how the call ended
            lost(invocation)


def _concluded(ends: list[End]) -> UpstreamAnswer:
    """Return or raise what all attempts together mean.

    One that may have been carried out is not undone by a later one that was not taken.
    """
    end = ends[-1]
    uncertain = next((each for each in reversed(ends) if isinstance(each, UpstreamUncertain)), None)
    if isinstance(end, UpstreamAnswer) and not (uncertain and _is_refusal(end.status)):
        return end
    if uncertain:
        raise uncertain if uncertain is end else UpstreamUncertain(UNCERTAIN) from uncertain
    answer = next((each for each in reversed(ends) if isinstance(each, UpstreamAnswer)), None)
    if answer is not None:
        return answer
    raise UpstreamUnreachable if isinstance(end, UpstreamAnswer) else end


def _is_refusal(status: int) -> bool:
    """Say whether this attempt was not taken, whatever became of others."""
    return is_passing(status) or 400 <= status < 500  # noqa: PLR2004
