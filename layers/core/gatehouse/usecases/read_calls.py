"""What happened: a project's calls, and their counts by tool and period."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.usage import ToolUsage
from gatehouse.ports.calls import CallRecords
from gatehouse.ports.pages import Page

HOUR = 3600
DAY = 24 * HOUR
MAX_CALLS_PERIOD = 31 * DAY
MAX_USAGE_PERIOD = 7 * DAY
"""Usage lies in sixteen parts of each hour, and all of them are read for one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From `starts_at` to before `ends_at`, epoch seconds; None means the default."""

    starts_at: int | None = None
    ends_at: int | None = None

    def bounds(self, now: int, *, longest: int) -> tuple[int, int]:
        """Return start and end; raise `InvalidFields` for none or too long a period."""
        ends_at = now + 1 if self.ends_at is None else self.ends_at
        starts_at = ends_at - DAY if self.starts_at is None else self.starts_at
        if starts_at >= ends_at:
            raise InvalidFields((FieldError("from", "must be before `to`"),))
        if ends_at - starts_at > longest:
            message = f"must be at most {longest // DAY} days before `to`"
            raise InvalidFields((FieldError("from", message),))
        return starts_at, ends_at

    def hours(self, now: int) -> tuple[int, int]:
        """Return start and end of the whole hours that usage is counted by; as `bounds`."""
        starts_at, ends_at = self.bounds(now, longest=MAX_USAGE_PERIOD)
        return starts_at // HOUR * HOUR, -(-ends_at // HOUR) * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilter:
    """Which calls are asked for; None means any."""

    period: Period
    tool_name: str | None = None
    member_external_id: str | None = None
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadCalls:
    """The use cases around call records."""

    records: CallRecords
    clock: Callable[[], int]

    def get(self, project_id: str, request_id: str) -> CallRecord:
        """Return one call's record; raise `NotFound`."""
        return self.records.get(project_id, request_id)

    def page(
        self, project_id: str, wanted: CallFilter, *, after: str | None, limit: int
    ) -> Page[CallRecord]:
        """List calls, newest first, of the last day unless a period is given."""
        starts_at, ends_at = wanted.period.bounds(self.clock(), longest=MAX_CALLS_PERIOD)
        return self.records.page(
            project_id,
            starts_at=starts_at,
            ends_at=ends_at,
            tool_name=wanted.tool_name,
            member_external_id=wanted.member_external_id,
            outcome=wanted.outcome,
            after=after,
            limit=limit,
        )

    def usage(self, project_id: str, period: Period, *, seconds: int) -> Sequence[ToolUsage]:
        """Return usage by tool and period of `seconds`, of the last day unless one is given.

        Whole hours are counted: those in which the period starts and ends, too.
        """
        first, last = period.hours(self.clock())
        hourly = self.records.usage(project_id, starts_at=first, ends_at=last)
        return _summed(hourly, seconds)


def _summed(hourly: Sequence[ToolUsage], seconds: int) -> Sequence[ToolUsage]:
    """Add up hours to periods of `seconds`, in the order of tools and times."""
    groups: defaultdict[tuple[str, int], list[ToolUsage]] = defaultdict(list)
    for usage in hourly:
        groups[usage.tool_name, usage.starts_at // seconds * seconds].append(usage)
    return tuple(
        ToolUsage(
            tool_name=tool_name,
            starts_at=starts_at,
            calls=sum(usage.calls for usage in group),
            failures=sum(usage.failures for usage in group),
            denied=sum(usage.denied for usage in group),
            histogram=sum((Counter(usage.histogram) for usage in group), Counter()),
        )
        for (tool_name, starts_at), group in sorted(groups.items())
    )
