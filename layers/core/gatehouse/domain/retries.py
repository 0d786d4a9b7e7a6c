"""When a call is sent again, and after how long; pure.

Only what may be sent twice is (see `ToolDefinition.is_repeatable`): after a POST that may have
been carried out there is no second one.
"""

from typing import Final

MAX_RETRIES: Final = 2
FIRST_SECONDS: Final = 0.2
LONGEST_SECONDS: Final = 2.0

_PASSING: Final = frozenset({429, 502, 503, 504})
"""Statuses that say "not now" (RFC 6585 section 4, RFC 9110 sections 15.6.3 to 15.6.5)."""


def is_passing(status: int) -> bool:
    """Say whether a status may be another one a moment later."""
    return status in _PASSING


def pause_seconds(retry: int, *, retry_after: int | None, fraction: float) -> float:
    """Return how long to wait before sending again.

    Args:
        retry: How often the call was sent again before, from 0.
        retry_after: What the endpoint asks for, in seconds; never less is waited.
        fraction: At random from 0 to 1, "full jitter": callers that failed together do not come
            back together.
    """
    jitter = fraction * min(LONGEST_SECONDS, FIRST_SECONDS * (1 << retry))
    return (retry_after or 0) + jitter
