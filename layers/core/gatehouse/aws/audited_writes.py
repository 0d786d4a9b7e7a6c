"""Changes that leave an entry in the audit, in the transaction that makes them.

Every write of an administrator's is made through here: a change whose entry cannot be written is
not made, and an entry is not written of a change that is not made. What is to be changed, and where
its chain ends, are read in one snapshot; the transaction is bound to that end, and whatever moves
it is a change itself. So an entry's `before` is what was replaced, whoever else was at work.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import NewItem, number_value, text_value
from gatehouse.aws.audit_items import (
    chain_item,
    entry_items,
    read_head,
    state_digest,
    target_of,
)
from gatehouse.aws.copied_writes import IS_ABSENT, CopiedWrites
from gatehouse.aws.copies import read_copies
from gatehouse.aws.failures import ConditionFailed, Contended, translated
from gatehouse.aws.tables import audit_head_key, project_key
from gatehouse.domain.audit import DEPLOYMENT, AuditHead, Author, Change
from gatehouse.domain.audit_chain import next_entry

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item
    from gatehouse.aws.tables import Key

    Part = TransactWriteItemTypeDef

ATTEMPTS: Final = 8
"""How often a change is made anew when others moved the end of its chain."""


@dataclass(frozen=True, slots=True)
class AuditedWrites:
    """Writes what an administrator changes, by one request; without an author, nothing.

    `pause` waits a little, longer and at random with each attempt that lost (from 0).
    """

    client: "DynamoDBClient"
    table: str
    author: Author | None
    pause: Callable[[int], None]

    def write(
        self,
        project_id: str,
        parts: "Sequence[Part]",
        *,
        while_active: bool = False,
        becomes: "Callable[[Item | None], NewItem] | None" = None,
    ) -> None:
        """Write `parts`, none of which concerns META, and their copies; the first is the target.

        Where that is an update, `becomes` says what of it the item becomes that stands there.

        Raises:
            ConditionFailed: A part's condition did not hold; or, with `while_active`, the project
                is not active: then `index` is beyond the parts.
            Contended: Others changed something again and again.
        """

        def attempt() -> None:
            meta, end, there = self._snapshot(
                project_key(project_id), audit_head_key(project_id), _key(parts[0])
            )
            change = _change(parts[0], there, becomes)
            self._copied.write(
                project_id,
                [*parts, *self._entry(project_id, read_head(end), change)],
                while_active=while_active,
                believed=read_copies(meta),
            )

        self._repeated(attempt, len(parts))

    def rewrite(
        self, project_id: str, change: "Callable[[Item | None], NewItem]", *more: "Part"
    ) -> NewItem:
        """Put META as `change` makes it of what stands there, together with `more`; return it.

        `change` may raise; it is asked again when META has changed meanwhile.
        """
        for attempt in range(ATTEMPTS):
            try:
                seen, end = self._snapshot(project_key(project_id), audit_head_key(project_id))
                changed = change(seen)
                parts = [*self._copied.rewritten(seen, changed), *more]
                said = _change(parts[0], seen, None)
                self._transact([*parts, *self._entry(project_id, read_head(end), said)])
            except (ConditionFailed, Contended):
                self.pause(attempt)
                continue
            return changed
        raise Contended

    def write_alone(
        self,
        parts: "Sequence[Part]",
        *,
        becomes: "Callable[[Item | None], NewItem] | None" = None,
    ) -> None:
        """Write what concerns no project; the first part is the target, as in `write`.

        Raises:
            ConditionFailed: A part's condition did not hold.
            Contended: Others changed something again and again.
        """

        def attempt() -> None:
            end, there = self._snapshot(audit_head_key(DEPLOYMENT), _key(parts[0]))
            change = _change(parts[0], there, becomes)
            self._transact([*parts, *self._entry(DEPLOYMENT, read_head(end), change)])

        self._repeated(attempt, len(parts))

    @property
    def _copied(self) -> CopiedWrites:
        return CopiedWrites(self.client, self.table)

    def _repeated(self, write: Callable[[], None], own_parts: int) -> None:
        """Write; again where only the end of the chain has moved."""
        for attempt in range(ATTEMPTS):
            try:
                return write()
            except ConditionFailed as failure:
                if not own_parts <= failure.index < own_parts + ENTRY_PARTS:
                    raise
            except Contended:
                pass
            self.pause(attempt)
        raise Contended

    def _entry(self, chain: str, head: AuditHead, change: Change) -> "list[Part]":
        """Return the parts that write the next entry, while the chain ends at `head`."""
        if self.author is None:
            raise PermissionError("nobody has come in, so nobody changes anything")
        entry, end = entry_items(next_entry(head, chain, self.author, change))
        moved: Part = {
            "Put": {"TableName": self.table, "Item": end, "ConditionExpression": IS_ABSENT}
        }
        listed: list[Part] = []
        if head.digest is None:
            listed.append({"Put": {"TableName": self.table, "Item": chain_item(chain)}})
        else:
            moved["Put"]["ConditionExpression"] = "seq = :seq AND digest = :digest"
            moved["Put"]["ExpressionAttributeValues"] = {
                ":seq": number_value(head.seq),
                ":digest": text_value(head.digest),
            }
        kept: Part = {
            "Put": {"TableName": self.table, "Item": entry, "ConditionExpression": IS_ABSENT}
        }
        return [moved, kept, *listed]

    def _snapshot(self, *keys: "Key") -> "list[Item | None]":
        """Read items as they are at one moment."""
        with translated():
            answer = self.client.transact_get_items(
                TransactItems=[{"Get": {"TableName": self.table, "Key": key}} for key in keys]
            )
        return [response.get("Item") for response in answer["Responses"]]

    def _transact(self, parts: "Sequence[Part]") -> None:
        with translated():
            self.client.transact_write_items(TransactItems=parts)


ENTRY_PARTS: Final = 2
"""The parts of an entry that have conditions: the end of the chain, and the entry itself."""


def _key(part: "Part") -> "Key":
    """Return the key of the item that a part writes."""
    if "Put" in part:
        item = part["Put"]["Item"]
        return cast("Key", {"PK": item["PK"], "SK": item["SK"]})
    written = part["Delete"] if "Delete" in part else part["Update"]
    return cast("Key", written["Key"])


def _change(
    part: "Part", there: "Item | None", becomes: "Callable[[Item | None], NewItem] | None"
) -> Change:
    """Return what `part` makes of the item that is `there`."""
    target = target_of(cast("Item", _key(part)))
    after: NewItem | None = None
    if "Put" in part:
        after = cast("NewItem", part["Put"]["Item"])
    elif "Update" in part:
        if becomes is None:
            raise ValueError("nobody says what an update makes of its item")
        after = becomes(there)
    return Change(
        target=target,
        before=state_digest(there, target.kind),
        after=state_digest(cast("Item | None", after), target.kind),
    )
