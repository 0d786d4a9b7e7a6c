"""The only place that reads the clock."""

import time
from typing import Final

seconds: Final = time.time  # noqa: TID251
"""Seconds since the Unix epoch, with their fraction; for what asks often."""


def now() -> int:
    """Whole seconds since the Unix epoch."""
    return int(time.time())  # noqa: TID251


def now_ms() -> int:
    """Milliseconds since the Unix epoch."""
    return time.time_ns() // 1_000_000
