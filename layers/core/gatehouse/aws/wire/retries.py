"""When a request is repeated: as botocore's `standard` mode does it.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, TypeVar

from gatehouse.aws.wire.errors import (
    NoCredentials,
    NotConnected,
    Refused,
    TimedOut,
    Unanswered,
    WireError,
    WrongChecksum,
)

MAX_PAUSE: Final = 20.0
CAPACITY: Final = 500
_COST: Final = 5
_COST_OF_WAITING: Final = 10
_GAIN: Final = 1

PASSING_STATUSES: Final = frozenset({500, 502, 503, 504})
PASSING_CODES: Final = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
"""What AWS says when it may do later what it does not do now."""

Done = TypeVar("Done")


class Quota:
    """Ends repetitions when most requests of a client fail: they would add to an outage."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.left = capacity
        self._lock = Lock()

    def take(self, amount: int) -> bool:
        """Take `amount`, if there is as much."""
        with self._lock:
            if amount > self.left:
                return False
            self.left -= amount
            return True

    def give(self, amount: int) -> None:
        """Give `amount` back, after a request that succeeded."""
        with self._lock:
            self.left = min(self.capacity, self.left + amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """Repeats what may pass. `random` returns a number of at least 0 and below 1."""

    attempts: int
    sleep: Callable[[float], None]
    random: Callable[[], float]
    quota: Quota = field(default_factory=Quota)

    def run(self, once: Callable[[], Done]) -> Done:
        """Run `once` until it succeeds; raise what it raised last."""
        taken = 0
        attempt = 0
        while True:
            attempt += 1
            try:
                done = once()
            except WireError as failure:
                cost = _cost(failure)
                if attempt >= self.attempts or not may_pass(failure) or not self.quota.take(cost):
                    raise
                taken = cost
                self.sleep(self.random() * min(2.0 ** (attempt - 1), MAX_PAUSE))
            else:
                if self.quota.left != self.quota.capacity:
                    self.quota.give(taken or _GAIN)
                return done


def may_pass(failure: WireError) -> bool:
    """Say whether the same request may succeed a moment later."""
    if isinstance(failure, Refused):
        return failure.status in PASSING_STATUSES or failure.code in PASSING_CODES
    if isinstance(failure, NoCredentials):
        return False
    return isinstance(failure, Unanswered | WrongChecksum)


def _cost(failure: WireError) -> int:
    return _COST_OF_WAITING if isinstance(failure, TimedOut | NotConnected) else _COST
