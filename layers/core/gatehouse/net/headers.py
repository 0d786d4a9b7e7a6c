"""What an answer's header fields say."""

import re
from email.utils import parsedate_to_datetime
from typing import Final

_SECONDS: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


def retry_after(value: str, date: str) -> int | None:
    """Return the seconds that `Retry-After` asks for; None when it says nothing readable.

    Args:
        value: Seconds, or a moment (RFC 9110 section 10.2.3).
        date: The answer's own `Date`, which a moment is counted from: clocks differ.
    """
    if _SECONDS.fullmatch(value):
        return int(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(date)
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0, round(wait.total_seconds()))
