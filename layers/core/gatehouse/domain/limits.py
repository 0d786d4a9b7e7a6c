"""How many calls may be made in a time, and how many at once; and how such counts are kept apart.

A rate is counted in fixed windows: seconds, minutes and days of Unix time. Between two windows
up to twice the amount can therefore pass in any one span of a window's length.

A counter that DynamoDB keeps as one item takes 1,000 writes a second. An amount is therefore
split over as many items, "shards", as it has times 500, at most 20: a shard either passes at most
500 calls in its window, or the window has 20 shards, which 10,000 calls a second load with 500
writes each. The shards' shares add up to the amount, so never more than the amount passes.

Where a rate is at most 500 a second, each call is counted by itself and refused only when every
shard is full: the count is exact. Above, an instance takes several calls at once, a "lease", and
a call is refused when four shards had no room. The count then errs to one side, for never more
than the amount passes. A lease is at most a tenth of what its instance passed in the second
before, or one call:

    unused, all instances together <= sum over instances of (passed in that second) / 10

so no more than a tenth of what passed is lost to leases (see docs/decisions/0015-limits.md).
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from enum import Enum, StrEnum
from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue

EXACT_PER_SECOND: Final = 500
"""Half of what one item of DynamoDB takes, which leaves as much for calls that are refused."""
MAX_SHARDS: Final = 20
MAX_PER_SECOND: Final = EXACT_PER_SECOND * MAX_SHARDS
LEASE_PART: Final = 10
MAX_CONCURRENT: Final = 1000
SLOTS_PER_SHARD: Final = 32
"""An item of so many slots has less than 1 KB, the unit in which writes are counted."""
SLOT_SECONDS: Final = 30
"""Longer than the function that holds a slot may run: no call outlives its slot."""


class LimitScope(StrEnum):
    """Whose calls are counted together."""

    PROJECT = "project"
    INTEGRATION = "integration"
    MEMBER = "member"
    TOOL = "tool"
    SOURCE = "source"
    """A network address, before it is known who is calling."""
    PRINCIPAL = "principal"
    """Whoever was proven, at a door where everybody counts."""


class Window(Enum):
    """A span in which calls are counted; its value is its length in seconds."""

    SECOND = 1
    MINUTE = 60
    DAY = 86_400

    @property
    def label(self) -> str:
        """What it is called in keys and headers."""
        return self.name.lower()

    def starts_at(self, now_ms: int) -> int:
        """Return the first second of the window that `now_ms` lies in."""
        seconds = now_ms // 1000
        return seconds - seconds % self.value

    def left_at(self, now_ms: int) -> int:
        """Return the seconds until the next window, rounded up; at least 1."""
        return -(-(1000 * (self.starts_at(now_ms) + self.value) - now_ms) // 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one scope's owner allows; None means without limit."""

    per_second: int | None = None
    per_minute: int | None = None
    per_day: int | None = None
    concurrent: int | None = None


UNLIMITED: Final = Limits()
LARGEST: Final = Limits(
    per_second=MAX_PER_SECOND,
    per_minute=MAX_PER_SECOND * Window.MINUTE.value,
    per_day=MAX_PER_SECOND * Window.DAY.value,
    concurrent=MAX_CONCURRENT,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """At most `amount` calls of `subject` in each window."""

    scope: LimitScope
    subject: str
    window: Window
    amount: int

    @property
    def name(self) -> str:
        """What the limit is called in headers and messages."""
        return f"{self.scope}-{self.window.label}"

    @property
    def is_leased(self) -> bool:
        """Whether instances take several calls at once."""
        return self.amount > EXACT_PER_SECOND * self.window.value

    @property
    def shards(self) -> int:
        """How many items count it."""
        return max(1, min(MAX_SHARDS, math.ceil(self.amount / EXACT_PER_SECOND)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slots:
    """At most `amount` calls of `subject` at a time."""

    scope: LimitScope
    subject: str
    amount: int

    @property
    def name(self) -> str:
        """What the limit is called in headers and messages."""
        return f"{self.scope}-concurrent"

    @property
    def shards(self) -> int:
        """How many items hold its slots."""
        return max(1, math.ceil(self.amount / SLOTS_PER_SHARD))


Limit = Quota | Slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a caller stands with one limit; `remaining` is None where nobody asked.

    Of several shards only one is known: `remaining` is then what it would be if all were alike.
    """

    limit: Limit
    remaining: int | None
    resets_in: int | None


def share(amount: int, shards: int, shard: int) -> int:
    """Return the part of `amount` that a shard may pass; the parts add up to it."""
    return amount // shards + (shard < amount % shards)


def lease_size(passed_in_the_second_before: int) -> int:
    """Return how many calls an instance takes at once."""
    return max(1, passed_in_the_second_before // LEASE_PART)


def limits_of(scope: LimitScope, subject: str, limits: Limits) -> tuple[Limit, ...]:
    """Return what has to be counted for one scope."""
    if limits is UNLIMITED or limits == UNLIMITED:
        return ()
    amounts = {
        Window.SECOND: limits.per_second,
        Window.MINUTE: limits.per_minute,
        Window.DAY: limits.per_day,
    }
    counted: list[Limit] = [
        Quota(scope=scope, subject=subject, window=window, amount=amount)
        for window, amount in amounts.items()
        if amount is not None
    ]
    if limits.concurrent is not None:
        counted.append(Slots(scope=scope, subject=subject, amount=limits.concurrent))
    return tuple(counted)


def limits_document(limits: Limits) -> JsonObject:
    """Return the limits that are set, as JSON."""
    return {name: value for name, value in asdict(limits).items() if value is not None}


def read_limits(document: JsonValue) -> Limits:
    """Return the limits that `limits_document` wrote; raise `ValueError` for anything else."""
    if document is None:
        return UNLIMITED
    if not isinstance(document, Mapping) or document.keys() - {f.name for f in fields(Limits)}:
        raise ValueError("these are no limits")
    values = {}
    for name, value in document.items():
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(f"{name} is no number")  # noqa: TRY004 - a document is unreadable
        values[name] = value
    return Limits(**values) if values else UNLIMITED


def limit_problems(limits: Limits) -> tuple[tuple[str, str], ...]:
    """Return each field that is not acceptable, with what is wrong with it."""
    problems = []
    for item in fields(Limits):
        value, largest = getattr(limits, item.name), getattr(LARGEST, item.name)
        if value is not None and not 0 <= value <= largest:
            problems.append((item.name, f"must be from 0 to {largest}, or null for no limit"))
    return tuple(problems)


def looser(limits: Limits, *, than: Limits) -> tuple[tuple[str, str], ...]:
    """Return each field of `limits` that would let more pass, with what is wrong with it."""
    problems = []
    for item in fields(Limits):
        value, bound = getattr(limits, item.name), getattr(than, item.name)
        if bound is not None and (value is None or value > bound):
            problems.append((item.name, f"must be at most {bound}, as of the key that asks"))
    return tuple(problems)
