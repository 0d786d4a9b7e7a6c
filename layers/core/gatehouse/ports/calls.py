"""Handing a call over, and what remains of it."""

from collections.abc import Sequence
from typing import Protocol

from gatehouse.domain.calls import CallRecord, Deduplication, Dispatched, Invocation, Outcome
from gatehouse.domain.usage import ToolUsage
from gatehouse.domain.warrant_counts import VerdictCount
from gatehouse.ports.pages import Page


class Dispatcher(Protocol):
    """Reaches the dispatch function."""

    def dispatch(self, invocation: Invocation) -> Dispatched:
        """Have one call made.

        Raises:
            Unavailable: The call was certainly not made.
            DispatchUncertain: It may have been made.
        """
        ...


class DispatchUncertain(Exception):
    """The dispatch function did not answer; nobody knows whether the call was made."""


class Deduplications(Protocol):
    """Equal calls within a window, so that only the first is executed."""

    def claim(
        self, deduplication: Deduplication, *, request_id: str, deadline: int, now: int
    ) -> Dispatched | None:
        """Claim the call, or return what to answer instead.

        `None` means that this request is to execute the call. Otherwise the earlier equal
        call's kept result, or a `Dispatched` without answer that says it is still running
        (until its `deadline`, epoch seconds), or that its outcome is unknown.
        """
        ...

    def find(self, deduplication: Deduplication, *, now: int) -> Dispatched | None:
        """Return what `claim` would answer instead, or None; nothing is claimed."""
        ...

    def complete(self, deduplication: Deduplication, dispatched: Dispatched, *, now: int) -> None:
        """Keep the result for the rest of the window, sealed; too large a one is only noted."""
        ...

    def release(self, deduplication: Deduplication, *, request_id: str) -> None:
        """Give the claim back, because nothing was executed."""
        ...


class CallRecords(Protocol):
    """The project's history of calls."""

    def write(self, record: CallRecord) -> None:
        """Keep one record and count it in the usage of its tool and hour."""
        ...

    def get(self, project_id: str, request_id: str) -> CallRecord:
        """Return one record; raise `NotFound`."""
        ...

    def page(  # noqa: PLR0913 - a filter has as many parts as it has
        self,
        project_id: str,
        *,
        starts_at: int,
        ends_at: int,
        tool_name: str | None,
        member_external_id: str | None,
        outcome: Outcome | None,
        after: str | None,
        limit: int,
    ) -> Page[CallRecord]:
        """List newest first those of [`starts_at`, `ends_at`) epoch seconds that match."""
        ...

    def usage(self, project_id: str, *, starts_at: int, ends_at: int) -> Sequence[ToolUsage]:
        """Return hourly usage of each tool in [`starts_at`, `ends_at`) epoch seconds."""
        ...

    def verdicts(self, project_id: str, *, starts_at: int, ends_at: int) -> Sequence[VerdictCount]:
        """Return hourly counts of what was decided about warrants; one may come in parts."""
        ...
