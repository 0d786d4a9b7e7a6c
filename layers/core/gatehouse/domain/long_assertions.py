"""That a project's backend makes assertions which live longer than they should, week by week.

A mark for each week in which there was one says it: no count, no member and no key.
"""

import hashlib
from typing import Final

WEEK: Final = 7 * 86_400
WEEKS: Final = 5
KEPT_SECONDS: Final = (WEEKS + 1) * WEEK


def long_assertion_mark(project_id: str, at: int) -> str:
    """Return the mark of the week of `at`, in Unix seconds."""
    return hashlib.sha256(f"long-assertion\n{project_id}\n{at // WEEK}".encode()).hexdigest()


def recent_marks(project_id: str, now: int) -> tuple[str, ...]:
    """Return the marks of this week and of those before it."""
    return tuple(long_assertion_mark(project_id, now - week * WEEK) for week in range(WEEKS))
