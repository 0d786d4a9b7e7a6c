"""What a page of call records asks of the table, however many there are.

The real adapter reads over partitions that are made as they are asked for: records of one day,
spread evenly. DynamoDB's own time is not measured; queries, items and bytes are what it asks
money for.
"""

import json
from bisect import bisect_left
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Any, cast

from gatehouse.aws.call_history import CallHistory, Wanted
from gatehouse.aws.call_items import call_item
from gatehouse.aws.tables import CALL_SHARDS, call_partition
from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.ids import request_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DAY = 86_400
START = 1_700_006_400
"""The first second of an hour."""
PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading the newest page took, with so many records of the day."""

    records: int
    queries: int
    items: int
    bytes_read: int


@dataclass
class Partitions:
    """A day's records: each partition is known by its ids alone until it is read."""

    ids: dict[str, list[str]]
    queries: int = 0
    items: int = 0
    bytes_read: int = 0
    lock: Lock = field(default_factory=Lock)

    def query(self, **asked: Any) -> dict[str, Any]:  # noqa: ANN401
        """Answer a query from the newest record down, as far as its limit."""
        values = asked["ExpressionAttributeValues"]
        ids = self.ids.get(values[":partition"]["S"], [])
        first, last = (bisect_left(ids, values[name]["S"]) for name in (":first", ":last"))
        chosen = ids[first:last][::-1][: asked["Limit"]]
        items = [_item(each) for each in chosen]
        with self.lock:
            self.queries += 1
            self.items += len(items)
            self.bytes_read += sum(len(json.dumps(item)) for item in items)
        more = len(chosen) < last - first
        return {"Items": items, **({"LastEvaluatedKey": items[-1]} if more else {})}


def read_page(records: int) -> Reading:
    """Read the newest page of a day with so many records."""
    partitions: dict[str, list[str]] = {}
    for number in range(records):
        second = START + number * DAY // records
        shard = CALL_SHARDS[number % len(CALL_SHARDS)]
        made = request_id(second * 1000 + number % 1000, number)[:-1] + shard
        place = call_partition("Proj0001", second // 3600, shard)
        partitions.setdefault(place, []).append(made)
    for ids in partitions.values():
        ids.sort()
    table = Partitions(partitions)
    with ThreadPoolExecutor(16) as threads:
        history = CallHistory(cast("DynamoDBClient", table), "activity", threads)
        page = history.page(WANTED, after=None, limit=PAGE)
    assert len(page.items) == PAGE  # noqa: S101
    return Reading(
        records=records,
        queries=table.queries,
        items=table.items,
        bytes_read=table.bytes_read,
    )


WANTED = Wanted(
    project_id="Proj0001", starts_at=START, ends_at=START + DAY,
    tool_name=None, member_external_id=None, outcome=None,
)  # fmt: skip


def _item(made: str) -> Any:  # noqa: ANN401 - as DynamoDB spells items
    record = CallRecord(
        request_id=made, project_id="Proj0001", integration_id="Integ001",
        member_external_id="user-7", tool_name="tool_0000", tool_digest="d" * 64,
        started_at_ms=START * 1000, duration_ms=20, outcome=Outcome.SUCCEEDED, reason=None,
    )  # fmt: skip
    return call_item(record)
