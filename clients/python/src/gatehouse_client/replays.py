"""Remembering request ids, so that each request is acted upon once."""

import heapq
from threading import Lock
from typing import Protocol

from gatehouse_client.errors import ReplaysUnavailable


class Replays(Protocol):
    """Keeps the ids of requests that were let through.

    With several processes, keep them where all can see them, for example in Redis by
    `bool(redis.set(f"seen:{request_id}", 1, nx=True, exat=expires_at))`.
    """

    def claim(self, request_id: str, expires_at: int, now: int) -> bool:
        """Mark `request_id` until `expires_at` and tell whether the caller is the first to.

        Of several callers at once exactly one may be told True. Both times are seconds since
        the Unix epoch; a mark is dead at `expires_at` itself.

        Raises:
            ReplaysUnavailable: The answer cannot be known now.
        """
        ...


class MemoryReplays:
    """Keeps `Replays` in the memory of one process, safe for its threads.

    When full it refuses instead of forgetting, since a forgotten id could be sent again.
    """

    def __init__(self, max_ids: int = 100_000) -> None:
        """Keep at most `max_ids`; the default takes some 20 MB and 160 requests a second."""
        self._max_ids = max_ids
        self._ids: set[str] = set()
        self._by_expiry: list[tuple[int, str]] = []
        self._lock = Lock()

    def claim(self, request_id: str, expires_at: int, now: int) -> bool:
        """Mark `request_id`, as `Replays` says."""
        with self._lock:
            while self._by_expiry and self._by_expiry[0][0] <= now:
                self._ids.discard(heapq.heappop(self._by_expiry)[1])
            if request_id in self._ids:
                return False
            if len(self._ids) >= self._max_ids:
                raise ReplaysUnavailable("too many requests are remembered")
            self._ids.add(request_id)
            heapq.heappush(self._by_expiry, (expires_at, request_id))
            return True
