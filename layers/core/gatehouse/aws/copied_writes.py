"""Writes that reach an item and all its copies, in one transaction.

Whatever `copies.is_copied` names is written through here and nowhere else; changes that have to
leave an entry in the audit come through `audited_writes`. A write is made for the
copies that it believes there are, on condition that META says the same; where META says otherwise
it is made again for those.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import number, number_value
from gatehouse.aws.copies import (
    COPIES,
    NONE,
    Copies,
    copies_attribute,
    copy_key,
    is_copied,
    read_copies,
    still,
)
from gatehouse.aws.failures import ATTEMPTS, ConditionFailed, Contended, settled, translated
from gatehouse.aws.tables import project_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item, NewItem

IS_ACTIVE: Final = "attribute_exists(PK) AND attribute_not_exists(deleted_at)"
IS_ABSENT: Final = "attribute_not_exists(PK)"
IS_THERE: Final = "attribute_exists(PK)"


def copied(
    table: str, parts: "Sequence[TransactWriteItemTypeDef]", numbers: Sequence[int]
) -> "Iterator[TransactWriteItemTypeDef]":
    """Yield what the puts and deletes in `parts` are for the copies `numbers`.

    Conditions are left to the items themselves. Whoever changes an item puts it whole: an update
    would leave a fragment in a copy that is still being filled.
    """
    for part in parts:
        for copy in numbers:
            if "Put" in part and is_copied(item := part["Put"]["Item"]):
                yield {"Put": {"TableName": table, "Item": {**item, **copy_key(item, copy)}}}
            elif "Delete" in part and is_copied(key := part["Delete"]["Key"]):
                yield {"Delete": {"TableName": table, "Key": copy_key(key, copy)}}
            elif "Update" in part and is_copied(part["Update"]["Key"]):
                raise ValueError("what is copied is put whole")


@dataclass(frozen=True, slots=True)
class CopiedWrites:
    """Writes a project's items; not safe against writes that go around it."""

    client: "DynamoDBClient"
    table: str

    def write(
        self,
        project_id: str,
        parts: "Sequence[TransactWriteItemTypeDef]",
        *,
        while_active: bool = False,
        believed: Copies = NONE,
    ) -> None:
        """Write `parts`, none of which concerns META, and all their copies.

        The first attempt is made for the copies that are `believed` to be there.

        Raises:
            ConditionFailed: A part's condition did not hold; or, with `while_active`, the project
                is not active: then `index` is the number of parts.
            Contended: It lost against other writes again and again.
        """
        copies = believed
        for _attempt in range(ATTEMPTS):
            check = self._checked(project_id, copies, while_active=while_active)
            everything = [*parts, check, *copied(self.table, parts, copies.written)]
            try:
                settled(partial(self._transact, everything))
            except ConditionFailed as failure:
                seen = read_copies(failure.item)
                if failure.index != len(parts) or seen == copies:
                    raise
                copies = seen
            else:
                return
        raise Contended

    def rewrite(
        self,
        project_id: str,
        change: "Callable[[Item | None], NewItem]",
        *more: "TransactWriteItemTypeDef",
    ) -> "NewItem":
        """Put META as `change` makes it of what stands there, together with `more`; return it.

        It stands in exactly those copies that it says are read. `change` may raise; it is asked
        again when META has changed meanwhile.
        """
        for _attempt in range(ATTEMPTS):
            seen = self.project(project_id)
            changed = change(seen)
            try:
                self._transact([*self.rewritten(seen, changed), *more])
            except (ConditionFailed, Contended):
                continue
            return changed
        raise Contended

    def project(self, project_id: str) -> "Item | None":
        """Return META, if there is one."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=project_key(project_id), ConsistentRead=True
            )
        return answer.get("Item")

    def rewritten(
        self, seen: "Item | None", changed: "NewItem"
    ) -> "list[TransactWriteItemTypeDef]":
        """Return the parts that put META, the first of them, if it still is as it was `seen`."""
        before, after = read_copies(seen).read, read_copies(changed).read
        withdrawn = [copy for copy in before if copy not in after]
        gone: TransactWriteItemTypeDef = {
            "Delete": {"TableName": self.table, "Key": {k: changed[k] for k in ("PK", "SK")}}
        }
        put: TransactWriteItemTypeDef = {
            "Put": {"TableName": self.table, "Item": changed, "ConditionExpression": IS_ABSENT}
        }
        if seen is not None:
            condition, values = still(read_copies(seen))
            put["Put"]["ConditionExpression"] = f"version = :version AND {condition}"
            version = number_value(number(seen, "version"))
            put["Put"]["ExpressionAttributeValues"] = {**values, ":version": version}
        return [
            put,
            *copied(self.table, [put], after),
            *copied(self.table, [gone], withdrawn),
        ]

    def _checked(
        self, project_id: str, copies: Copies, *, while_active: bool
    ) -> "TransactWriteItemTypeDef":
        condition, values = still(copies)
        check: ConditionCheckTypeDef = {
            "TableName": self.table,
            "Key": project_key(project_id),
            "ConditionExpression": f"{IS_ACTIVE} AND {condition}" if while_active else condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            check["ExpressionAttributeValues"] = values
        return {"ConditionCheck": check}

    def _transact(self, parts: "Sequence[TransactWriteItemTypeDef]") -> None:
        with translated():
            self.client.transact_write_items(TransactItems=parts)


def with_copies(item: "Item", copies: Copies) -> "NewItem":
    """Return META `item` as it says that there are these copies."""
    return {k: v for k, v in item.items() if k != COPIES} | copies_attribute(copies)
