"""Counts of calls, and the slots of those that run at a time, in the Activity table."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from gatehouse.aws.limit_items import SlotItems, WindowItems, entry_of
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.leases import Leases
from gatehouse.domain.limits import Limit, Quota, Slots
from gatehouse.ports.limits import HeldSlot, Taken

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb

THREADS: Final = 16
"""No call has more limits: four scopes with four each."""
LEASE_TRIES: Final = 4
"""Items that are asked for a leased rate; for an exact one it is all of them."""
SLOT_TRIES: Final = 4
"""Items that are asked for a slot; only limits above 128 have more."""

Asked = TypeVar("Asked")
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What one limit says to one call; `shard` has counted it, None means that none would."""

    limit: Limit
    shard: int | None = None
    remaining: int = 0
    entry: str = ""


@dataclass(frozen=True, slots=True)
class DynamoLimits:
    """Keeps `LimitCounters`: all limits of a call are counted at the same time.

    `choose(n)` returns a random number below `n`: which shard to begin with.
    """

    client: "DynamoDb"
    table: str
    choose: Callable[[int], int]
    leases: Leases = field(default_factory=Leases)
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="limits"),
        repr=False,
    )

    def take(self, limits: Sequence[Limit], *, holder: str, now_ms: int) -> Taken:
        """See `LimitCounters.take`.

        No transaction: those that meet on one item cancel each other, and a counter is where all
        calls meet. Instead, what was counted is given back when another limit refuses. A call may
        therefore be refused on account of one that is being refused at the same moment.
        """
        reached = tuple(limit for limit in limits if self.leases.is_reached(limit, now_ms))
        if reached:
            return Taken(remaining=dict.fromkeys(reached, 0), refused=reached)
        answers = self._at_once(lambda limit: self._take(limit, holder, now_ms), limits)
        counted = [answer for answer in answers if isinstance(answer, _Counted)]
        refused = tuple(answer.limit for answer in counted if answer.shard is None)
        if refused or len(counted) < len(answers):
            self._at_once(lambda answer: self._give_back(answer, now_ms), counted)
        _raise_first(answers)
        return Taken(
            remaining={answer.limit: answer.remaining for answer in counted},
            refused=refused,
            held=() if refused else tuple(_held(counted)),
        )

    def free(self, held: Sequence[HeldSlot], *, now_ms: int) -> None:
        """See `LimitCounters.free`."""
        items = SlotItems(self.client, self.table)
        _raise_first(
            self._at_once(
                lambda slot: items.free(slot.limit, slot.shard, {slot.entry}, now_ms), held
            )
        )

    def _take(self, limit: Limit, holder: str, now_ms: int) -> _Counted:
        if isinstance(limit, Slots):
            counted = self._slot(limit, entry_of(holder, now_ms), now_ms)
        elif self.leases.spend(limit, now_ms):
            left = self.leases.left(limit, now_ms)
            counted = _Counted(limit=limit, shard=0, remaining=left * limit.shards)
        else:
            counted = self._count(limit, now_ms)
        if counted.shard is None:
            self.leases.note_reached(limit, now_ms)
        return counted

    def _count(self, quota: Quota, now_ms: int) -> _Counted:
        """Take a lease, or one call, of the first shard that has as much."""
        items = WindowItems(self.client, self.table)
        size = self.leases.size(quota, now_ms)
        order = self.leases.open_shards(quota, self._order(quota.shards), now_ms)
        if quota.is_leased:
            order = order[:LEASE_TRIES]
        tries = [(shard, 1) for shard in order]
        if size > 1:
            tries[:0] = [(shard, size) for shard in order[:1]]
        for shard, calls in tries:
            remaining = items.add(quota, shard, calls, now_ms)
            if remaining is not None:
                self.leases.keep(quota, calls, now_ms)
                return _Counted(limit=quota, shard=shard, remaining=remaining * quota.shards)
            if calls == 1:
                self.leases.note_full(quota, shard, now_ms)
        return _Counted(limit=quota)

    def _slot(self, slots: Slots, entry: str, now_ms: int) -> _Counted:
        items = SlotItems(self.client, self.table)
        for shard in self._order(slots.shards)[:SLOT_TRIES]:
            remaining = items.hold(slots, shard, entry, now_ms)
            if remaining is not None:
                remaining *= slots.shards
                return _Counted(limit=slots, shard=shard, remaining=remaining, entry=entry)
        return _Counted(limit=slots)

    def _give_back(self, counted: _Counted, now_ms: int) -> None:
        if counted.shard is None:
            return
        match counted.limit:
            case Slots() as slots:
                items = SlotItems(self.client, self.table)
                items.free(slots, counted.shard, {counted.entry}, now_ms)
            case Quota() as quota if quota.is_leased:
                self.leases.give_back(quota, now_ms)
            case Quota() as quota:
                WindowItems(self.client, self.table).give_back(quota, counted.shard, now_ms)

    def _order(self, shards: int) -> list[int]:
        first = self.choose(shards)
        return [*range(first, shards), *range(first)]

    def _at_once(
        self, ask: Callable[[Asked], Told], asked: Sequence[Asked]
    ) -> "list[Told | Unavailable]":
        """Ask all at the same time, the first of them here; a failure is an answer too."""

        def told(one: Asked) -> "Told | Unavailable":
            try:
                return ask(one)
            except Unavailable as failure:
                return failure

        others = [self._threads.submit(told, one) for one in asked[1:]]
        return [*map(told, asked[:1]), *(other.result() for other in others)]


def _raise_first(answers: Sequence[object]) -> None:
    for answer in answers:
        if isinstance(answer, Unavailable):
            raise answer


def _held(counted: Sequence[_Counted]) -> Iterator[HeldSlot]:
    for answer in counted:
        if isinstance(answer.limit, Slots) and answer.shard is not None:
            yield HeldSlot(limit=answer.limit, shard=answer.shard, entry=answer.entry)
