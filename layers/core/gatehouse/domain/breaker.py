"""Circuit breakers: when a tool's origin is left alone, and who tries it again.

    closed    --  FAILURES in a row within WINDOW_SECONDS                  -->  open
    open      --  after OPEN_SECONDS, for the one call that wins the race  -->  half open
    half open --  that call succeeds                                       -->  closed
    half open --  that call fails                                          -->  open
    half open --  it has not come back after PROBE_SECONDS, for one other  -->  half open

A failure is a transport that broke, or a status of 5xx: with any other answer the origin works.
What stands in the table is shared; failures are counted by each instance for itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

FAILURES: Final = 5
WINDOW_SECONDS: Final = 60
OPEN_SECONDS: Final = 30
PROBE_SECONDS: Final = 30
"""Longer than any call may take, so that a probe that comes back still holds."""
_SERVER_ERROR: Final = 500


class BreakerState(StrEnum):
    """Whether calls pass."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Verdict(StrEnum):
    """What becomes of a call."""

    PASS = "pass"  # noqa: S105 - no password
    REFUSE = "refuse"
    PROBE = "probe"
    """It may be made if it wins the race for being the one that tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """The breaker of a tool, for the origin it was tripped by; times are epoch seconds.

    `retry_at` is when the next call may try; `probe` is the request that is trying.
    """

    origin: str
    state: BreakerState
    since: int
    retry_at: int
    probe: str | None = None

    def verdict(self, now: int) -> Verdict:
        """Say what becomes of a call at `now`."""
        if self.state is BreakerState.CLOSED:
            return Verdict.PASS
        return Verdict.REFUSE if now < self.retry_at else Verdict.PROBE

    def probed(self, request_id: str, now: int) -> "Breaker":
        """Return it while `request_id` tries the origin."""
        return replace(
            self,
            state=BreakerState.HALF_OPEN,
            since=self.since if self.state is BreakerState.HALF_OPEN else now,
            retry_at=now + PROBE_SECONDS,
            probe=request_id,
        )

    def closed(self, now: int) -> "Breaker":
        """Return it once the origin has answered."""
        return Breaker(origin=self.origin, state=BreakerState.CLOSED, since=now, retry_at=now)


def standing(breaker: Breaker | None, origin: str) -> Breaker | None:
    """Return the breaker if it is about `origin`: a tool that moved starts afresh."""
    return breaker if breaker and breaker.origin == origin else None


def opened(origin: str, now: int) -> Breaker:
    """Return a breaker that leaves `origin` alone."""
    return Breaker(origin=origin, state=BreakerState.OPEN, since=now, retry_at=now + OPEN_SECONDS)


def is_failure(status: int) -> bool:
    """Say whether an answer means that the origin does not work."""
    return status >= _SERVER_ERROR


def counted(failures: Sequence[int], now: int) -> tuple[int, ...]:
    """Return the latest failures in a row within the window, with one at `now`."""
    recent = [at for at in failures if now - at < WINDOW_SECONDS]
    return (*recent, now)[-FAILURES:]


def trips(failures: Sequence[int]) -> bool:
    """Say whether `counted` failures are enough to leave the origin alone."""
    return len(failures) >= FAILURES
