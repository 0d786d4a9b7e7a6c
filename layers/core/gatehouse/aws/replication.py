"""Fills and sweeps copies, step by step; what is half done is never read."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE, CopiedWrites, with_copies
from gatehouse.aws.copies import COPIED, Copies, copy_key, copy_partition, read_copies
from gatehouse.aws.failures import ConditionFailed, settled, translated
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import META, project_partition
from gatehouse.domain.errors import NotFound

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item, NewItem
    from gatehouse.aws.tables import Key

KINDS: Final = tuple(kind for kind in COPIED if kind != META)
"""What is filled and swept: META comes last, to say that all is there, and goes first."""
PAGE: Final = 100
"""Items of a step; BatchGetItem takes no more."""
MAX_PARTS: Final = 100
MAX_BYTES: Final = 3_000_000
"""Of one transaction; DynamoDB takes 100 parts and 4 MB."""


@dataclass(frozen=True, slots=True)
class DynamoReplication:
    """Keeps `Replication`."""

    client: "DynamoDBClient"
    table: str

    def settle(self, project_id: str) -> Iterator[None]:
        """See `Replication.settle`."""
        copies = self._copies(project_id)
        if copies.filling:
            for page in self._pages(project_id):
                if self._copies(project_id) != copies:
                    return  # Somebody else has filled them, or they are of no use any more.
                self._fill(page, copies.filling)
                yield
            self._replace(project_id, copies, copies.filled())
            copies = copies.filled()
        if copies.leaving:
            for number in copies.leaving:
                yield from self._sweep(project_id, number)
            self._replace(project_id, copies, copies.swept())
            yield

    def _copies(self, project_id: str) -> Copies:
        return read_copies(CopiedWrites(self.client, self.table).project(project_id))

    def _replace(self, project_id: str, before: Copies, after: Copies) -> None:
        """Write down what was done, unless the aim was changed meanwhile."""

        def change(item: "Item | None") -> "NewItem":
            if item is None:
                raise NotFound
            return with_copies(item, after if read_copies(item) == before else read_copies(item))

        CopiedWrites(self.client, self.table).rewrite(project_id, change)

    def _pages(self, project_id: str) -> "Iterator[list[Item]]":
        for kind in KINDS:
            yield from self._of(project_partition(project_id), kind)

    def _of(self, partition: str, kind: str) -> "Iterator[list[Item]]":
        after: str | None = None
        while True:
            page, after = query_page(
                self.client, self.table, partition=partition, prefix=kind, after=after, limit=PAGE
            )
            if page:
                yield page
            if after is None:
                return

    def _fill(self, page: "list[Item]", numbers: tuple[int, ...]) -> None:
        there = self._there([copy_key(item, numbers[0]) for item in page])
        missing = [item for item in page if item["SK"]["S"] not in there]
        for group in _grouped(missing, len(numbers)):
            self._copy(group, numbers)

    def _there(self, keys: "list[Key]") -> set[str]:
        """Return what an earlier run has filled; what this does not tell is found out later."""
        with translated():
            answer = self.client.batch_get_item(
                RequestItems={
                    self.table: {
                        "Keys": keys,
                        "ConsistentRead": True,
                        "ProjectionExpression": "SK",
                    }
                }
            )
        return {item["SK"]["S"] for item in answer["Responses"].get(self.table, [])}

    def _copy(self, items: "list[Item]", numbers: tuple[int, ...]) -> None:
        """Copy items that are still there to where nobody has written a newer state meanwhile."""
        parts: list[TransactWriteItemTypeDef] = []
        for item in items:
            key = {"PK": item["PK"], "SK": item["SK"]}
            check = {"TableName": self.table, "Key": key, "ConditionExpression": IS_THERE}
            parts.append(cast("TransactWriteItemTypeDef", {"ConditionCheck": check}))
            for number in numbers:
                copy: NewItem = {**cast("NewItem", item), **copy_key(item, number)}
                put = {"TableName": self.table, "Item": copy, "ConditionExpression": IS_ABSENT}
                parts.append(cast("TransactWriteItemTypeDef", {"Put": put}))
        try:
            settled(partial(self._transact, parts))
        except ConditionFailed:
            # Whoever wrote or deleted an item since it was read has done so in its copies too.
            if len(items) > 1:
                for item in items:
                    self._copy([item], numbers)

    def _sweep(self, project_id: str, number: int) -> Iterator[None]:
        for kind in KINDS:
            for page in self._of(copy_partition(project_id, kind, number), kind):
                for group in _grouped(page, 1):
                    self._transact(
                        [
                            {
                                "Delete": {
                                    "TableName": self.table,
                                    "Key": {"PK": item["PK"], "SK": item["SK"]},
                                }
                            }
                            for item in group
                        ]
                    )
                yield

    def _transact(self, parts: "list[TransactWriteItemTypeDef]") -> None:
        with translated():
            self.client.transact_write_items(TransactItems=parts)


def _grouped(items: "list[Item]", times: int) -> "Iterator[list[Item]]":
    """Yield groups whose copies fit into a transaction; an item written out is never shorter."""
    group: list[Item] = []
    size = 0
    for item in items:
        own = times * len(repr(item).encode())
        full = (len(group) + 1) * (times + 1) > MAX_PARTS or size + own > MAX_BYTES
        if group and full:
            yield group
            group, size = [], 0
        group.append(item)
        size += own
    if group:
        yield group
