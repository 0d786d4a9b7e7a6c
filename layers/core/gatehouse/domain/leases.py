"""What one instance knows of the counters: its leases, and what it has seen full.

All of it only ever spares a request to the store. A lease is a part of a window's amount that the
store has already counted. What was seen full is not asked again for a moment, so that a flood of
refused calls costs a few writes per instance and moment instead of some for each call.
"""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Final, TypeVar

from gatehouse.domain.limits import Limit, Quota, Window, lease_size

REACHED_MS: Final = {Window.SECOND: 1_000, Window.MINUTE: 5_000, Window.DAY: 60_000}
"""For how long a rate counts as reached, at most to its window's end. A count only falls when a
call that another limit refused is given back; so much may stay unused for so long."""
BUSY_MS: Final = 100
"""For how long all slots count as taken; they come free at any time."""
LEASED_REACHED_MS: Final = 1_000
"""The same for a leased rate, which is refused before every shard was asked."""
MAX_KNOWN: Final = 4096

Known = TypeVar("Known")
Value = TypeVar("Value")


@dataclass(slots=True)
class _Pace:
    second: int
    passed: int = 0
    before: int = 0


@dataclass(slots=True)
class Leases:
    """One instance's memory; safe for several threads."""

    _left: dict[Quota, tuple[int, int]] = field(default_factory=dict)
    _reached: dict[Limit, int] = field(default_factory=dict)
    _full: dict[Quota, dict[int, int]] = field(default_factory=dict)
    _pace: dict[Quota, _Pace] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def is_reached(self, limit: Limit, now_ms: int) -> bool:
        """Say whether the limit was just seen reached."""
        return self._reached.get(limit, 0) > now_ms

    def note_reached(self, limit: Limit, now_ms: int) -> None:
        """Remember that the store refused."""
        if isinstance(limit, Quota):
            pause = LEASED_REACHED_MS if limit.is_leased else REACHED_MS[limit.window]
            until = min(now_ms + pause, _ends_ms(limit, now_ms))
        else:
            until = now_ms + BUSY_MS
        with self._lock:
            _make_room(self._reached)
            self._reached[limit] = until

    def open_shards(self, quota: Quota, order: Sequence[int], now_ms: int) -> list[int]:
        """Return the shards of `order` that were not just seen full."""
        with self._lock:
            full = self._full.get(quota, {})
            return [shard for shard in order if full.get(shard, 0) <= now_ms]

    def note_full(self, quota: Quota, shard: int, now_ms: int) -> None:
        """Remember that a shard had no room for one call; leased calls never make room again."""
        ends_ms = _ends_ms(quota, now_ms)
        until = ends_ms if quota.is_leased else min(now_ms + REACHED_MS[Window.SECOND], ends_ms)
        with self._lock:
            if quota not in self._full:
                _make_room(self._full)
            self._full.setdefault(quota, {})[shard] = until

    def spend(self, quota: Quota, now_ms: int) -> bool:
        """Take one call of the present window's lease, if one is left."""
        with self._lock:
            left = self._present(quota, now_ms)
            if left:
                self._put(quota, left - 1, now_ms)
                self._paced(quota, now_ms).passed += 1
            return left > 0

    def size(self, quota: Quota, now_ms: int) -> int:
        """Return how many calls to take now."""
        if not quota.is_leased:
            return 1
        with self._lock:
            return lease_size(self._paced(quota, now_ms).before)

    def keep(self, quota: Quota, taken: int, now_ms: int) -> None:
        """Remember a lease of `taken` calls, of which the present call is the first."""
        if not quota.is_leased:
            return
        with self._lock:
            self._paced(quota, now_ms).passed += 1
            self._put(quota, self._present(quota, now_ms) + taken - 1, now_ms)

    def give_back(self, quota: Quota, now_ms: int) -> None:
        """Return the present call to the lease: another limit refused it."""
        with self._lock:
            self._put(quota, self._present(quota, now_ms) + 1, now_ms)
            self._paced(quota, now_ms).passed -= 1

    def left(self, quota: Quota, now_ms: int) -> int:
        """Return what is left of the lease."""
        with self._lock:
            return self._present(quota, now_ms)

    def _present(self, quota: Quota, now_ms: int) -> int:
        starts_at, left = self._left.get(quota, (0, 0))
        return left if starts_at == quota.window.starts_at(now_ms) else 0

    def _put(self, quota: Quota, left: int, now_ms: int) -> None:
        if quota not in self._left:
            _make_room(self._left)
        self._left[quota] = (quota.window.starts_at(now_ms), left)

    def _paced(self, quota: Quota, now_ms: int) -> _Pace:
        second = now_ms // 1000
        pace = self._pace.get(quota)
        if pace is None:
            _make_room(self._pace)
            pace = self._pace[quota] = _Pace(second)
        if pace.second != second:
            pace.before = pace.passed if pace.second == second - 1 else 0
            pace.second, pace.passed = second, 0
        return pace


def _ends_ms(quota: Quota, now_ms: int) -> int:
    return 1000 * (quota.window.starts_at(now_ms) + quota.window.value)


def _make_room(known: MutableMapping[Known, Value]) -> None:
    """Forget everything when there is much; at worst as many leases end unused."""
    if len(known) >= MAX_KNOWN:
        known.clear()
