"""Calls, newest first, over the partitions of many hours.

Request ids are UUIDv7, so their order is that of time, and a page goes on below the id at which
the one before stopped.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import NewValue, text, text_value
from gatehouse.aws.call_items import read_call
from gatehouse.aws.failures import translated
from gatehouse.aws.tables import CALL_SHARDS, SECONDS_PER_HOUR, call_partition
from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.ids import request_id, request_time_ms
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

    from gatehouse.aws.services import DynamoDb

MAX_HOURS: Final = 48
"""Hours that one page looks through, each with one Query per shard."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which calls are asked for; times in epoch seconds, None means any."""

    project_id: str
    starts_at: int
    ends_at: int
    tool_name: str | None
    member_external_id: str | None
    outcome: Outcome | None

    def filters(self) -> dict[str, NewValue]:
        """Return the attributes that must have one value."""
        named = {
            "tool_name": self.tool_name,
            "member_external_id": self.member_external_id,
            "outcome": self.outcome,
        }
        return {name: text_value(value) for name, value in named.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """What one Query found, and the id down to which it looked; None means to the end."""

    calls: Sequence[CallRecord]
    looked_down_to: str | None


@dataclass(frozen=True, slots=True)
class CallHistory:
    """Reads pages; `threads` run an hour's queries side by side."""

    client: "DynamoDb"
    table: str
    threads: ThreadPoolExecutor

    def page(self, wanted: Wanted, *, after: str | None, limit: int) -> Page[CallRecord]:
        """Return up to `limit` calls below the id `after`; raise `NotFound` when it is none."""
        below = min(_first_id(wanted.ends_at), after or "~")
        if below <= _first_id(wanted.starts_at):
            return Page(items=())
        newest = (request_time_ms(below) - (after is None)) // 1000 // SECONDS_PER_HOUR
        oldest = max(wanted.starts_at // SECONDS_PER_HOUR, newest - MAX_HOURS + 1)
        found: list[CallRecord] = []
        for hour in range(newest, oldest - 1, -1):
            calls, stopped_at = self._hour(wanted, hour, below=below, limit=limit)
            found += calls
            if len(found) > limit or (stopped_at and len(found) == limit):
                return Page(items=found[:limit], next_after=found[limit - 1].request_id)
            if stopped_at:
                return Page(items=found, next_after=stopped_at)
        more = oldest * SECONDS_PER_HOUR > wanted.starts_at
        return Page(items=found, next_after=_first_id(oldest * SECONDS_PER_HOUR) if more else None)

    def _hour(
        self, wanted: Wanted, hour: int, *, below: str, limit: int
    ) -> tuple[list[CallRecord], str | None]:
        """Return an hour's calls in order, as far down as *every* shard was looked through."""

        def read(shard: str) -> _Part:
            return self._part(wanted, hour, shard, below=below, limit=limit)

        parts = list(self.threads.map(read, CALL_SHARDS))
        stops = [part.looked_down_to for part in parts if part.looked_down_to is not None]
        stopped_at = max(stops, default=None)
        calls = [
            call
            for part in parts
            for call in part.calls
            if stopped_at is None or call.request_id >= stopped_at
        ]
        return sorted(calls, key=lambda call: call.request_id, reverse=True), stopped_at

    def _part(self, wanted: Wanted, hour: int, shard: str, *, below: str, limit: int) -> _Part:
        """Look through one partition with one Query, which DynamoDB ends at 1 MB."""
        filters = wanted.filters()
        asked: QueryInputTypeDef = {
            "TableName": self.table,
            "KeyConditionExpression": "PK = :partition AND SK BETWEEN :first AND :last",
            "ExpressionAttributeValues": {
                ":partition": text_value(call_partition(wanted.project_id, hour, shard)),
                ":first": text_value(_first_id(wanted.starts_at)),
                ":last": text_value(below),
                **{f":{name}": value for name, value in filters.items()},
            },
            "ScanIndexForward": False,
        }
        if filters:
            asked["FilterExpression"] = " AND ".join(f"{name} = :{name}" for name in filters)
        else:
            asked["Limit"] = limit + 1
        with translated():
            answer = self.client.query(**asked)
        stopped = answer.get("LastEvaluatedKey")
        return _Part(
            # BETWEEN is inclusive; the last call of the page before is not repeated.
            calls=[read_call(item) for item in answer["Items"] if text(item, "SK") < below],
            looked_down_to=text(stopped, "SK") if stopped else None,
        )


def _first_id(seconds: int) -> str:
    """Return the lowest request id of a second."""
    return request_id(seconds * 1000, 0)
