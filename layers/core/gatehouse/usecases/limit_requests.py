"""Hold an admitted request to the limits that were set for whoever sends it."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from gatehouse.domain.call_limits import call_limits, failure_limit, too_many
from gatehouse.domain.caller import Caller
from gatehouse.domain.calls import Outcome
from gatehouse.domain.errors import GatehouseError, ToolRefused, TooManyRequests, Unavailable
from gatehouse.domain.limits import UNLIMITED, Limit, Quota, Standing
from gatehouse.domain.tools import Tool
from gatehouse.ports.calls import CallRecords
from gatehouse.ports.limits import LimitCounters, Taken
from gatehouse.usecases.permitted import begun, require_permitted

Standings: TypeAlias = tuple[Standing, ...]

_UNLIMITED: Final[AbstractContextManager[Standings]] = nullcontext(())


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedRequest:
    """What is asked for: `tool_name` where it is a tool's call, `tool` where there is such a one.

    `request_id` is a UUIDv7 of the moment at which the request came.
    """

    request_id: str
    caller: Caller
    tool_name: str | None = None
    tool: Tool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitRequests:
    """Count, let the request run, and give its places back; nothing is asked without a limit."""

    counters: LimitCounters
    records: CallRecords
    clock_ms: Callable[[], int]

    def __call__(self, asked: LimitedRequest) -> AbstractContextManager[Standings]:
        """Run the request within its limits; yield where the caller then stands.

        A refusal of the request says so too, in its `standings`.

        Raises:
            TooManyRequests: A limit is reached. A tool's call leaves a record.
            Unavailable: It could not be counted, so it is not made.
        """
        limits = call_limits(asked.caller, _callable(asked))
        return self._within(asked, limits) if limits else _UNLIMITED

    @contextmanager
    def _within(
        self, asked: LimitedRequest, limits: tuple[Limit, ...]
    ) -> Generator[Standings, None, None]:
        now_ms = self.clock_ms()
        taken = self.counters.take(limits, holder=asked.request_id, now_ms=now_ms)
        standings = tuple(_standing(limit, taken, now_ms) for limit in limits)
        if taken.refused:
            self._record(asked)
            raise too_many(taken.refused, standings, now_ms=now_ms)
        try:
            yield standings
        except GatehouseError as error:
            error.standings = standings
            raise
        finally:
            if taken.held:
                # What cannot be given back ends by itself.
                with suppress(Unavailable):
                    self.counters.free(taken.held, now_ms=self.clock_ms())

    def _record(self, asked: LimitedRequest) -> None:
        if asked.tool_name is None:
            return
        digest = asked.tool.digest if asked.tool else None
        record = begun(asked.request_id, asked.caller, name=asked.tool_name, digest=digest)
        self.records.write(replace(record, outcome=Outcome.DENIED, reason="limit_reached"))


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitFailures:
    """Count the credentials from one address that did not hold, and only those.

    A credential that holds is never refused here: many callers may share an address.
    """

    counters: LimitCounters
    per_minute: int
    clock_ms: Callable[[], int]

    def __call__(self, source_ip: str, *, request_id: str) -> TooManyRequests | Unavailable | None:
        """Count one more failure; return what to answer instead of its own refusal, if anything."""
        now_ms = self.clock_ms()
        limit = failure_limit(source_ip, self.per_minute)
        try:
            taken = self.counters.take([limit], holder=request_id, now_ms=now_ms)
        except Unavailable as failure:
            return failure
        if not taken.refused:
            return None
        return TooManyRequests(
            "Too many requests with credentials that do not hold",
            retry_after=limit.window.left_at(now_ms),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitDoor:
    """Count one request at a door where every request counts; closed when it cannot be counted."""

    counters: LimitCounters
    clock_ms: Callable[[], int]

    def __call__(self, quota: Quota, *, request_id: str) -> Standing:
        """Return where the principal or address then stands.

        Raises:
            TooManyRequests: The door's amount is reached.
            Unavailable: The request could not be counted, so it is not let in.
        """
        now_ms = self.clock_ms()
        taken = self.counters.take([quota], holder=request_id, now_ms=now_ms)
        standing = _standing(quota, taken, now_ms)
        if taken.refused:
            raise too_many((quota,), (standing,), now_ms=now_ms)
        return standing


def _callable(asked: LimitedRequest) -> Tool | None:
    """Return the tool if its own limits count: for those who may call it, and nobody else."""
    tool, project = asked.tool, asked.caller.project
    if tool is None or tool.limits is UNLIMITED or tool.project_id != project.id:
        return None
    if not tool.is_offered(only_approved=project.settings.require_approval):
        return None
    try:
        require_permitted(tool.definition, asked.caller)
    except ToolRefused:
        return None
    return tool


def _standing(limit: Limit, taken: Taken, now_ms: int) -> Standing:
    resets_in = limit.window.left_at(now_ms) if isinstance(limit, Quota) else None
    return Standing(limit=limit, remaining=taken.remaining.get(limit), resets_in=resets_in)
