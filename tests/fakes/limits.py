"""Counts in memory: exact, and without leases."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from gatehouse.domain.errors import Unavailable
from gatehouse.domain.limits import SLOT_SECONDS, Limit, Quota, Slots
from gatehouse.ports.limits import HeldSlot, Taken


@dataclass
class MemoryLimits:
    """Keeps `LimitCounters`."""

    counts: Counter[tuple[Quota, int]] = field(default_factory=Counter)
    held: dict[Slots, dict[str, int]] = field(default_factory=dict)
    fails: bool = False
    taken: int = 0

    def take(self, limits: Sequence[Limit], *, holder: str, now_ms: int) -> Taken:
        """See `LimitCounters.take`."""
        if self.fails:
            raise Unavailable
        self.taken += 1
        room = {limit: self._room(limit, now_ms) for limit in limits}
        refused = tuple(limit for limit in limits if room[limit] <= 0)
        if refused:
            return Taken(remaining=dict.fromkeys(refused, 0), refused=refused)
        for limit in limits:
            if isinstance(limit, Quota):
                self.counts[limit, limit.window.starts_at(now_ms)] += 1
            else:
                self.held.setdefault(limit, {})[holder] = now_ms + 1000 * SLOT_SECONDS
        return Taken(
            remaining={limit: room[limit] - 1 for limit in limits},
            held=tuple(
                HeldSlot(limit=limit, shard=0, entry=holder)
                for limit in limits
                if isinstance(limit, Slots)
            ),
        )

    def free(self, held: Sequence[HeldSlot], *, now_ms: int) -> None:
        """See `LimitCounters.free`."""
        del now_ms
        if self.fails:
            raise Unavailable
        for slot in held:
            self.held[slot.limit].pop(slot.entry, None)

    def _room(self, limit: Limit, now_ms: int) -> int:
        if isinstance(limit, Quota):
            return limit.amount - self.counts[limit, limit.window.starts_at(now_ms)]
        running = [end for end in self.held.get(limit, {}).values() if end > now_ms]
        return limit.amount - len(running)
