"""Sessions and their refresh tokens in the Activity table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import number_value, optional_text, text, text_value
from gatehouse.aws.failures import ConditionFailed, settled, translated
from gatehouse.aws.queries import query_page
from gatehouse.aws.session_items import KEPT_SECONDS, family_item, read_family
from gatehouse.aws.tables import family_key, refresh_token_key, session_key, sessions_partition
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.families import TOUCH_SECONDS, Family
from gatehouse.ports.pages import Page
from gatehouse.ports.sessions import Rotation

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item, NewItem
    from gatehouse.aws.tables import Key

IS_NEW: Final = "attribute_not_exists(PK)"
IS_LIVE: Final = (
    "attribute_exists(PK) AND attribute_not_exists(revoked_at)"
    " AND ends_at > :now AND used_at > :idle_since"
)
"""`Family.is_live`, as a condition."""
IS_UNUSED: Final = "family_id = :family AND attribute_not_exists(used_at)"


def beginning(
    table: str, family: Family, refresh_digest: str | None
) -> "list[TransactWriteItemTypeDef]":
    """Return the writes that begin a family: itself, its place in the list, its refresh token."""
    listed: NewItem = {
        **session_key(family.grant.subject, family.id),
        "ttl": number_value(family.ends_at + KEPT_SECONDS),
    }
    items = [family_item(family), listed]
    if refresh_digest is not None:
        items.append(_refresh_token_item(family, refresh_digest))
    return [
        {"Put": {"TableName": table, "Item": item, "ConditionExpression": IS_NEW}} for item in items
    ]


@dataclass(frozen=True, slots=True)
class DynamoFamilies:
    """Keeps `Families`; every race is decided by a condition."""

    client: "DynamoDBClient"
    table: str

    def begin(self, family: Family, *, refresh_digest: str | None = None) -> None:
        """See `Families.begin`."""
        with translated():
            self.client.transact_write_items(
                TransactItems=beginning(self.table, family, refresh_digest)
            )

    def get(self, family_id: str) -> Family | None:
        """See `Families.get`."""
        item = self._item(family_key(family_id))
        return read_family(item) if item else None

    def rotate(self, family: Family, *, used: str, fresh: str, now: int) -> Rotation:
        """See `Families.rotate`.

        When an answer is lost, the SDK repeats the transaction under its own token, and DynamoDB
        answers as it did the first time.
        """
        try:
            settled(lambda: self._rotate(family, used=used, fresh=fresh, now=now))
        except ConditionFailed as failure:
            item = failure.item if failure.index == 0 else None
            was_used = (
                item is not None and "used_at" in item and text(item, "family_id") == family.id
            )
            return Rotation.REUSED if was_used else Rotation.REFUSED
        return Rotation.ROTATED

    def touch(self, family: Family, *, now: int) -> None:
        """See `Families.touch`."""
        if now < family.used_at + TOUCH_SECONDS:
            return
        try:
            with translated():
                self.client.update_item(
                    TableName=self.table,
                    Key=family_key(family.id),
                    UpdateExpression="SET used_at = :now",
                    ConditionExpression=f"{IS_LIVE} AND used_at <= :before",
                    ExpressionAttributeValues={
                        **_moment(family, now),
                        ":before": number_value(now - TOUCH_SECONDS),
                    },
                )
        except ConditionFailed:
            return  # it has ended, or another request has just noted it

    def end(self, family_id: str, *, now: int) -> None:
        """See `Families.end`; the time of the first end stays."""
        try:
            with translated():
                self.client.update_item(
                    TableName=self.table,
                    Key=family_key(family_id),
                    UpdateExpression="SET revoked_at = if_not_exists(revoked_at, :now)",
                    ConditionExpression="attribute_exists(PK)",
                    ExpressionAttributeValues={":now": number_value(now)},
                )
        except ConditionFailed:
            return

    def page(self, subject: str, *, after: str | None, limit: int) -> Page[Family]:
        """See `Families.page`; one Query and one BatchGetItem."""
        listed, more = query_page(
            self.client,
            self.table,
            partition=sessions_partition(subject),
            prefix="",
            after=after,
            limit=limit,
        )
        found = self._batch([family_key(text(item, "SK")) for item in listed])
        return Page(items=sorted(found, key=lambda family: family.id), next_after=more)

    def refresh_token_is_good(self, family_id: str, digest: str) -> bool:
        """See `Families.refresh_token_is_good`."""
        item = self._item(refresh_token_key(digest))
        return (
            item is not None
            and "used_at" not in item
            and optional_text(item, "family_id") == family_id
        )

    def _rotate(self, family: Family, *, used: str, fresh: str, now: int) -> None:
        spend: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self.table,
                "Key": refresh_token_key(used),
                "UpdateExpression": "SET used_at = :now",
                "ConditionExpression": IS_UNUSED,
                "ExpressionAttributeValues": {
                    ":now": number_value(now),
                    ":family": text_value(family.id),
                },
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            }
        }
        stay: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self.table,
                "Key": family_key(family.id),
                "UpdateExpression": "SET used_at = :now",
                "ConditionExpression": IS_LIVE,
                "ExpressionAttributeValues": _moment(family, now),
            }
        }
        item = _refresh_token_item(family, fresh)
        keep: TransactWriteItemTypeDef = {
            "Put": {"TableName": self.table, "Item": item, "ConditionExpression": IS_NEW}
        }
        with translated():
            self.client.transact_write_items(TransactItems=[spend, stay, keep])

    def _item(self, key: "Key") -> "Item | None":
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return answer.get("Item")

    def _batch(self, keys: "list[Key]") -> list[Family]:
        """Read up to 100 families; an unprocessed key is unavailable, never absent."""
        found: list[Family] = []
        for _attempt in range(3):
            if not keys:
                return found
            with translated():
                answer = self.client.batch_get_item(
                    RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}}
                )
            found += map(read_family, answer["Responses"].get(self.table, []))
            left = answer["UnprocessedKeys"].get(self.table)
            keys = cast("list[Key]", left["Keys"]) if left else []
        if keys:
            raise Unavailable
        return found


def _moment(family: Family, now: int) -> "NewItem":
    """Return the values of `IS_LIVE`."""
    return {
        ":now": number_value(now),
        ":idle_since": number_value(now - family.kind.idle_lifetime),
    }


def _refresh_token_item(family: Family, digest: str) -> "NewItem":
    """Write a refresh token; used or not, it is kept for as long as its family may last."""
    return {
        **refresh_token_key(digest),
        "family_id": text_value(family.id),
        "ttl": number_value(family.ends_at + KEPT_SECONDS),
    }
