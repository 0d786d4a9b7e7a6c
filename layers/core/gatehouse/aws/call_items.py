"""The items of calls and of usage: each kind's two directions beside each other."""

from collections.abc import Iterator
from typing import Final

from gatehouse.aws.attributes import (
    CorruptItem,
    Item,
    NewItem,
    json_value,
    number,
    number_values,
    optional_number,
    optional_text,
    parsed,
    text,
    text_values,
)
from gatehouse.aws.tables import call_key
from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.usage import BUCKETS, ToolUsage, bucket_of
from gatehouse.domain.warrant_counts import VerdictCount, counter_of, meaning_of
from gatehouse.domain.warrant_verdict_documents import read_verdict, verdict_document

_DAY: Final = 86_400
CALL_DAYS: Final = 90
USAGE_DAYS: Final = 400

_FAILURES: Final = frozenset({Outcome.UPSTREAM_ERROR, Outcome.FAILED, Outcome.UNKNOWN})


def call_item(record: CallRecord) -> NewItem:
    """Write a call, without what there is none of."""
    texts = {
        "project_id": record.project_id,
        "integration_id": record.integration_id,
        "tool_name": record.tool_name,
        "tool_digest": record.tool_digest,
        "member_external_id": record.member_external_id,
        "outcome": record.outcome,
        "reason": record.reason,
        "repeated_of": record.repeated_of,
        "receipt": record.receipt,
    }
    numbers = {
        "started_at_ms": record.started_at_ms,
        "duration_ms": record.duration_ms,
        "upstream_status": record.upstream_status,
        "ttl": record.started_at_ms // 1000 + CALL_DAYS * _DAY,
    }
    item: NewItem = {
        **call_key(record.project_id, record.request_id),
        **text_values(texts),
        **number_values(numbers),
    }
    if record.attempts:
        item["attempts"] = json_value(list(record.attempts))
    if record.warrant is not None:
        item["warrant"] = json_value(verdict_document(record.warrant))
    return item


def read_call(item: Item) -> CallRecord:
    """Read a call."""
    return CallRecord(
        request_id=text(item, "SK"),
        project_id=text(item, "project_id"),
        integration_id=text(item, "integration_id"),
        tool_name=text(item, "tool_name"),
        tool_digest=optional_text(item, "tool_digest"),
        member_external_id=optional_text(item, "member_external_id"),
        outcome=Outcome(text(item, "outcome")),
        started_at_ms=number(item, "started_at_ms"),
        duration_ms=number(item, "duration_ms"),
        upstream_status=optional_number(item, "upstream_status"),
        reason=optional_text(item, "reason"),
        repeated_of=optional_text(item, "repeated_of"),
        attempts=_read_attempts(item),
        warrant=read_verdict(parsed(item, "warrant")) if "warrant" in item else None,
        receipt=optional_text(item, "receipt"),
    )


def _read_attempts(item: Item) -> tuple[int | None, ...]:
    value = parsed(item, "attempts") if "attempts" in item else []
    if not isinstance(value, list):
        raise CorruptItem("attempts is not a list")
    return tuple(status if isinstance(status, int) else None for status in value)


def usage_expires_at(record: CallRecord) -> int:
    """Return the `ttl` of the counters that a call raises, in epoch seconds."""
    return record.started_at_ms // 1000 + USAGE_DAYS * _DAY


def usage_counts(record: CallRecord) -> dict[str, int]:
    """Return what a call adds to the counters of its tool and hour.

    Only calls that reached for the upstream have a duration worth counting.
    """
    decided = {} if record.warrant is None else {counter_of(record.warrant): 1}
    if record.outcome is Outcome.DENIED:
        return {"calls": 0, "failures": 0, "denied": 1, **decided}
    counts = {**decided, "calls": 1, "failures": int(record.outcome in _FAILURES), "denied": 0}
    if record.outcome is not Outcome.REPEATED:
        counts[f"b{bucket_of(record.duration_ms)}"] = 1
    return counts


def read_usage(item: Item, *, starts_at: int) -> ToolUsage:
    """Read the counters of one tool and one part of the hour that begins at `starts_at`."""
    names = {bucket: f"b{bucket}" for bucket in range(BUCKETS)}
    return ToolUsage(
        tool_name=text(item, "SK"),
        starts_at=starts_at,
        calls=number(item, "calls"),
        failures=number(item, "failures"),
        denied=number(item, "denied"),
        histogram={bucket: number(item, name) for bucket, name in names.items() if name in item},
    )


def read_verdicts(item: Item, *, starts_at: int) -> Iterator[VerdictCount]:
    """Yield what was decided about one tool's warrants in a part of the hour at `starts_at`."""
    for name in item:
        if meaning := meaning_of(name):
            decision, reason = meaning
            yield VerdictCount(
                tool_name=text(item, "SK"),
                starts_at=starts_at,
                decision=decision,
                reason=reason,
                calls=number(item, name),
            )
