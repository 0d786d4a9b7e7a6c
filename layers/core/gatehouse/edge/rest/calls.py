"""Calls that were made, and usage."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, ConfigDict, Field

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.usage import ToolUsage, percentile_ms
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict
from gatehouse.edge.rest.models import (
    Answer,
    Input,
    Listing,
    Nothing,
    PageQuery,
    rfc3339,
    rfc3339_ms,
)
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.management import Management
from gatehouse.usecases.read_calls import DAY, HOUR, CallFilter, Period


class CallQuery(PageQuery):
    """Which calls of at most 31 days; by default those of the last one."""

    tool: str | None = Field(default=None, description="A tool's name.")
    member: str | None = Field(default=None, description="A member's external id.")
    outcome: Outcome | None = None
    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None


class UsageQuery(Input):
    """Which period of at most 7 days; by default the last one, by day."""

    model_config = ConfigDict(strict=False)

    from_: AwareDatetime | None = Field(default=None, alias="from")
    to: AwareDatetime | None = None
    granularity: Literal["hour", "day"] = "day"


class WarrantAnswer(Answer):
    """What was decided about a call on account of its warrants."""

    mode: Annotated[WarrantMode, Field(description="In force for this call.")]
    decision: Decision
    warrant_id: Annotated[
        str | None, Field(description="Of the last in its chain, where one could be read.")
    ]
    reason: Annotated[str | None, Field(description="The rule that was not kept.")]
    code: int | None
    field: Annotated[str | None, Field(description="The argument at fault.")]
    hint: str | None


class CallAnswer(Answer):
    """What remains of a call: never arguments or results."""

    request_id: str
    integration_id: str
    tool: str
    tool_digest: str | None
    member: str | None
    outcome: Outcome
    reason: str | None
    upstream_status: int | None
    attempts: Annotated[
        list[int | None],
        Field(description="The status of each sending's answer; null where none came."),
    ]
    repeated_of: str | None
    started_at: str
    duration_ms: int
    warrant: Annotated[
        WarrantAnswer | None, Field(description="Null where warrants were not looked at.")
    ]
    receipt: Annotated[
        str | None, Field(description="The chain and sequence of the signed receipt: `chain/0`.")
    ]


class CallList(Listing[CallAnswer]):
    """A page of calls, newest first."""


class UsageAnswer(Answer):
    """One tool in one period. Percentiles are upper bounds, at most 41 % above the truth."""

    tool: str
    starts_at: str
    calls: Annotated[int, Field(description="That were sent to dispatch.")]
    failures: Annotated[int, Field(description="Of these, those that did not succeed.")]
    denied: Annotated[int, Field(description="Refused before.")]
    p50_ms: int | None
    p95_ms: int | None


class UsageList(Listing[UsageAnswer]):
    """Usage by tool and period."""


def list_calls(management: Management, call: Call, query: CallQuery) -> Answered:
    """List calls, newest first."""
    wanted = CallFilter(
        period=read_period(query.from_, query.to),
        tool_name=query.tool,
        member_external_id=query.member,
        outcome=query.outcome,
    )
    page = management.calls.page(call.project_id, wanted, after=query.cursor, limit=query.limit)
    return Answered(answer=CallList.of(map(_call, page.items), page.next_after))


def read_call(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read what remains of one call."""
    return Answered(answer=_call(management.calls.get(call.project_id, call.params["request_id"])))


def read_usage(management: Management, call: Call, query: UsageQuery) -> Answered:
    """Count calls, failures and durations by tool and period."""
    seconds = HOUR if query.granularity == "hour" else DAY
    period = read_period(query.from_, query.to)
    usage = management.calls.usage(call.project_id, period, seconds=seconds)
    return Answered(answer=UsageList(items=[_usage(each) for each in usage], next_cursor=None))


def read_period(starts_at: datetime | None, ends_at: datetime | None) -> Period:
    """Return the period that a query names."""
    return Period(
        starts_at=None if starts_at is None else int(starts_at.timestamp()),
        ends_at=None if ends_at is None else int(ends_at.timestamp()),
    )


def _call(record: CallRecord) -> CallAnswer:
    return CallAnswer(
        request_id=record.request_id,
        integration_id=record.integration_id,
        tool=record.tool_name,
        tool_digest=record.tool_digest,
        member=record.member_external_id,
        outcome=record.outcome,
        reason=record.reason,
        upstream_status=record.upstream_status,
        attempts=list(record.attempts),
        repeated_of=record.repeated_of,
        started_at=rfc3339_ms(record.started_at_ms),
        duration_ms=record.duration_ms,
        warrant=_warrant(record.warrant),
        receipt=record.receipt,
    )


def _warrant(verdict: WarrantVerdict | None) -> WarrantAnswer | None:
    if verdict is None:
        return None
    return WarrantAnswer(
        mode=verdict.mode,
        decision=verdict.decision,
        warrant_id=verdict.warrant_id,
        reason=verdict.reason,
        code=verdict.code,
        field=verdict.field,
        hint=verdict.hint,
    )


def _usage(usage: ToolUsage) -> UsageAnswer:
    return UsageAnswer(
        tool=usage.tool_name,
        starts_at=rfc3339(usage.starts_at),
        calls=usage.calls,
        failures=usage.failures,
        denied=usage.denied,
        p50_ms=percentile_ms(usage.histogram, 0.5),
        p95_ms=percentile_ms(usage.histogram, 0.95),
    )
