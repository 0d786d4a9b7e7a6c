"""The audit as it is read: its entries, and the signed statements of where its chains end."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import NewItem, number_value, text, text_value
from gatehouse.aws.audit_items import (
    read_entry_item,
    read_head,
    read_statement,
    statement_item,
    target_text,
)
from gatehouse.aws.copied_writes import IS_ABSENT
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import (
    AUDITS,
    SEQUENCE_DIGITS,
    audit_head_key,
    audit_partition,
    audit_statement_key,
    audit_statement_partition,
)
from gatehouse.domain.audit import AuditEntry, AuditFilter, AuditHead
from gatehouse.domain.audit_heads import SignedHead
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

    from gatehouse.aws.attributes import Item
    from gatehouse.aws.tables import Key

FILTERS: Final = ("at", "actor", "action", "entry")
FILTERED: Final = 1000
"""Entries that one Query looks at where a filter may leave some out."""
MAX_READS: Final = 5
"""Queries for one page."""
LAST: Final = 10**SEQUENCE_DIGITS - 1
CHAINS: Final = 100
"""Chains that are read at a time."""


@dataclass(frozen=True, slots=True)
class DynamoAuditEntries:
    """Keeps `AuditEntries`."""

    client: "DynamoDBClient"
    table: str

    def page(
        self,
        chain: str,
        wanted: AuditFilter,
        *,
        newest_first: bool,
        after: int | None,
        limit: int,
    ) -> Page[AuditEntry]:
        """See `AuditEntries.page`."""
        found: list[AuditEntry] = []
        for _read in range(MAX_READS):
            place = _Place(after=after, newest_first=newest_first)
            items, after = self._query(chain, wanted, place, limit - len(found))
            found += map(read_entry_item, items)
            if after is None or len(found) == limit:
                break
        return Page(items=found, next_after=None if after is None else str(after))

    def signed_heads(self, chain: str, *, after: str | None, limit: int) -> Page[SignedHead]:
        """See `AuditEntries.signed_heads`."""
        items, more = query_page(
            self.client,
            self.table,
            partition=audit_statement_partition(chain),
            prefix="",
            after=after,
            limit=limit,
        )
        return Page(items=tuple(map(read_statement, items)), next_after=more)

    def _query(
        self, chain: str, wanted: AuditFilter, place: "_Place", limit: int
    ) -> "tuple[list[Item], int | None]":
        """Return what one Query finds, and the number after which there is more."""
        filters, values = _filter(wanted)
        query: QueryInputTypeDef = {
            "TableName": self.table,
            "ConsistentRead": True,
            "KeyConditionExpression": "PK = :partition AND SK BETWEEN :first AND :last",
            "ExpressionAttributeValues": {
                ":partition": text_value(audit_partition(chain)),
                ":first": text_value(f"{place.first:0{SEQUENCE_DIGITS}}"),
                ":last": text_value(f"{place.last:0{SEQUENCE_DIGITS}}"),
                **values,
            },
            "ScanIndexForward": not place.newest_first,
            "Limit": limit,
        }
        if filters:
            query["FilterExpression"] = " AND ".join(filters)
            query["ExpressionAttributeNames"] = {
                f"#{name}": name for name in FILTERS if any(f"#{name}" in f for f in filters)
            }
            query["Limit"] = FILTERED
        with translated():
            answer = self.client.query(**query)
        items: list[Item] = list(answer["Items"])
        if len(items) > limit:
            return items[:limit], int(text(items[limit - 1], "SK"))
        end = answer.get("LastEvaluatedKey")
        return items, None if end is None else int(text(end, "SK"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in a chain to go on."""

    after: int | None
    newest_first: bool

    @property
    def first(self) -> int:
        """The lowest number that is wanted."""
        return 0 if self.after is None or self.newest_first else self.after + 1

    @property
    def last(self) -> int:
        """The highest one."""
        return LAST if self.after is None or not self.newest_first else self.after - 1


@dataclass(frozen=True, slots=True)
class DynamoAuditChains:
    """Keeps `AuditChains`."""

    client: "DynamoDBClient"
    table: str

    def ends(self) -> Iterator[tuple[str, AuditHead]]:
        """See `AuditChains.ends`."""
        after: str | None = None
        while True:
            items, after = query_page(
                self.client, self.table, partition=AUDITS, prefix="", after=after, limit=CHAINS
            )
            for item in items:
                chain = text(item, "SK")
                yield chain, read_head(self._item(audit_head_key(chain)))
            if after is None:
                return

    def has_statement(self, chain: str, date: str) -> bool:
        """See `AuditChains.has_statement`."""
        return self._item(audit_statement_key(chain, date)) is not None

    def state(self, head: SignedHead) -> None:
        """See `AuditChains.state`."""
        with suppress(ConditionFailed), translated():
            self.client.put_item(
                TableName=self.table, Item=statement_item(head), ConditionExpression=IS_ABSENT
            )

    def _item(self, key: "Key") -> "Item | None":
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return answer.get("Item")


def _filter(wanted: AuditFilter) -> tuple[list[str], NewItem]:
    """Return conditions on entries, and their values."""
    given = {
        ("#at >= :from", ":from"): wanted.starts_at,
        ("#at < :to", ":to"): wanted.ends_at,
        ("#actor = :actor", ":actor"): wanted.actor,
        ("#action = :action", ":action"): wanted.action,
        ("contains(#entry, :target)", ":target"): (
            None if wanted.target is None else target_text(wanted.target)
        ),
    }
    filters: list[str] = []
    values: NewItem = {}
    for (condition, name), value in given.items():
        if value is not None:
            filters.append(condition)
            values[name] = number_value(value) if isinstance(value, int) else text_value(value)
    return filters, values
