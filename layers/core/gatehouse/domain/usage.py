"""How often each tool was called, and how long it took."""

import math
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

BUCKETS: Final = 32
"""Bucket `k` counts calls of at most `bucket_ms(k)` milliseconds; the last holds the rest."""


def bucket_ms(bucket: int) -> int:
    """Return the upper bound of a bucket in milliseconds: powers of the square root of two."""
    return math.ceil(2 ** (bucket / 2))


_BOUNDS: Final = tuple(bucket_ms(k) for k in range(BUCKETS - 1))


def bucket_of(duration_ms: int) -> int:
    """Return the bucket of a call that took `duration_ms`."""
    return bisect_left(_BOUNDS, duration_ms)


def percentile_ms(histogram: Mapping[int, int], share: float) -> int | None:
    """Return an upper bound of the duration that `share` (0 to 1) of the calls stayed within.

    `histogram` counts calls per bucket. The bound is at most 41 % above the true value.
    """
    rank = math.ceil(sum(histogram.values()) * share)
    seen = 0
    for bucket in sorted(histogram):
        seen += histogram[bucket]
        if seen >= rank > 0:
            return bucket_ms(bucket)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUsage:
    """What happened to one tool in one period; `starts_at` is epoch seconds.

    `calls` were dispatched, `failures` of them did not succeed; `denied` were refused before.
    """

    tool_name: str
    starts_at: int
    calls: int
    failures: int
    denied: int
    histogram: Mapping[int, int]
