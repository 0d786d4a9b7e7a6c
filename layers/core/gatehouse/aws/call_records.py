"""The history of calls, and the counters of usage."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from gatehouse.aws.attributes import Item, number_values, text_value
from gatehouse.aws.call_history import CallHistory, Wanted
from gatehouse.aws.call_items import (
    call_item,
    read_call,
    read_usage,
    read_verdicts,
    usage_counts,
    usage_expires_at,
)
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.tables import (
    CALL_SHARDS,
    SECONDS_PER_HOUR,
    call_key,
    usage_key,
    usage_partition,
)
from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.errors import NotFound
from gatehouse.domain.usage import ToolUsage
from gatehouse.domain.warrant_counts import VerdictCount
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef, UpdateItemInputTypeDef

    from gatehouse.aws.services import DynamoDb

Begin: TypeAlias = Callable[..., Callable[[], object]]
"""Begins an update, and returns what waits for its answer."""

THREADS: Final = 16
"""As many as an hour has partitions; the client's connection pool should hold as many."""


@dataclass(frozen=True, slots=True)
class DynamoCallRecords:
    """Keeps `CallRecords`: one item per call, one item of counters per tool, hour and shard."""

    client: "DynamoDb"
    table: str
    _threads: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(THREADS, thread_name_prefix="calls"), repr=False
    )

    def write(self, record: CallRecord) -> None:
        """See `CallRecords.write`; both writes run at the same time, and both are waited for."""
        counted = self._counting(record)
        try:
            self._put(record)
        finally:
            with translated():
                counted()

    def get(self, project_id: str, request_id: str) -> CallRecord:
        """See `CallRecords.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=call_key(project_id, request_id), ConsistentRead=True
            )
        if "Item" not in answer:
            raise NotFound
        return read_call(answer["Item"])

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
        """See `CallRecords.page`; a page may be short, or empty, and still have a next one."""
        wanted = Wanted(
            project_id=project_id,
            starts_at=starts_at,
            ends_at=ends_at,
            tool_name=tool_name,
            member_external_id=member_external_id,
            outcome=outcome,
        )
        history = CallHistory(self.client, self.table, self._threads)
        return history.page(wanted, after=after, limit=limit)

    def usage(self, project_id: str, *, starts_at: int, ends_at: int) -> Sequence[ToolUsage]:
        """See `CallRecords.usage`."""
        counted = self._hourly(project_id, starts_at, ends_at)
        return _merged([read_usage(item, starts_at=hour) for hour, item in counted])

    def verdicts(self, project_id: str, *, starts_at: int, ends_at: int) -> Sequence[VerdictCount]:
        """See `CallRecords.verdicts`."""
        counted = self._hourly(project_id, starts_at, ends_at)
        return [each for hour, item in counted for each in read_verdicts(item, starts_at=hour)]

    def _put(self, record: CallRecord) -> None:
        """Keep the record, unless there is one that knows more: two sides may report a call.

        When dispatch does not answer, its caller reports an unknown outcome; whichever comes
        last, what dispatch knows stands.
        """
        try:
            with translated():
                self.client.put_item(
                    TableName=self.table,
                    Item=call_item(record),
                    ConditionExpression="attribute_not_exists(PK) OR outcome = :unknown",
                    ExpressionAttributeValues={":unknown": text_value(Outcome.UNKNOWN)},
                )
        except ConditionFailed:
            return

    def _counting(self, record: CallRecord) -> Callable[[], object]:
        """Begin to raise the counters; return what waits for the end."""
        counts = usage_counts(record)
        names = ", ".join([f"{name} :{name}" for name in counts])
        asked: UpdateItemInputTypeDef = {
            "TableName": self.table,
            "Key": usage_key(record.project_id, record.request_id, record.tool_name),
            "UpdateExpression": f"ADD {names} SET #ttl = :ttl",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": number_values(
                {":ttl": usage_expires_at(record), **{f":{name}": counts[name] for name in counts}}
            ),
        }
        begin: Begin | None = getattr(self.client, "begin_update_item", None)
        if begin is None:  # boto3's client waits for each answer, so a thread does
            return self._threads.submit(self.client.update_item, **asked).result
        return begin(**asked)

    def _hourly(
        self, project_id: str, starts_at: int, ends_at: int
    ) -> "Iterator[tuple[int, Item]]":
        """Yield all counters of a period, with the epoch seconds at which their hour begins."""
        hours = range(starts_at // SECONDS_PER_HOUR, -(-ends_at // SECONDS_PER_HOUR))
        parts = [(hour, shard) for hour in hours for shard in CALL_SHARDS]

        def read(part: tuple[int, str]) -> list[Item]:
            return self._counters(usage_partition(project_id, *part))

        for (hour, _shard), items in zip(parts, self._threads.map(read, parts), strict=True):
            yield from ((hour * SECONDS_PER_HOUR, item) for item in items)

    def _counters(self, partition: str) -> list[Item]:
        """Read a whole partition: at most one small item per tool."""
        items: list[Item] = []
        asked: QueryInputTypeDef = {
            "TableName": self.table,
            "KeyConditionExpression": "PK = :partition",
            "ExpressionAttributeValues": {":partition": text_value(partition)},
        }
        while True:
            with translated():
                page = self.client.query(**asked)
            items += page["Items"]
            if "LastEvaluatedKey" not in page:
                return items
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _merged(parts: Sequence[ToolUsage]) -> Sequence[ToolUsage]:
    """Add up the shards of each tool and hour."""
    groups: defaultdict[tuple[int, str], list[ToolUsage]] = defaultdict(list)
    for usage in parts:
        groups[usage.starts_at, usage.tool_name].append(usage)
    return tuple(
        ToolUsage(
            tool_name=tool_name,
            starts_at=starts_at,
            calls=sum(usage.calls for usage in group),
            failures=sum(usage.failures for usage in group),
            denied=sum(usage.denied for usage in group),
            histogram=sum((Counter(usage.histogram) for usage in group), Counter()),
        )
        for (starts_at, tool_name), group in sorted(groups.items())
    )
