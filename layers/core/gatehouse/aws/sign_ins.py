"""Sign-ins under way, and what became of them, in the Activity table.

What is used once is deleted by its use, on the condition that it may be used: of all who try, one
finds it.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import number, number_value, text, text_value
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.sign_in_items import (
    arrival_attributes,
    pending_item,
    read_pending,
    read_transaction,
    record_item,
    transaction_item,
)
from gatehouse.aws.tables import pending_authorization_key, transaction_key
from gatehouse.domain.authorization_requests import Arrival, PendingAuthorization
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.sign_ins import SignInRecord, SignInTransaction

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from gatehouse.aws.attributes import Item, NewItem
    from gatehouse.aws.tables import Key

IS_NEW: Final = "attribute_not_exists(PK)"
IS_THIS_BROWSERS: Final = "browser = :browser AND expires_at > :now"


@dataclass(frozen=True, slots=True)
class DynamoSignInTransactions:
    """Keeps `SignInTransactions`."""

    client: "DynamoDBClient"
    table: str

    def begin(self, digest: str, transaction: SignInTransaction) -> None:
        """See `SignInTransactions.begin`."""
        with translated():
            self.client.put_item(
                TableName=self.table,
                Item=transaction_item(digest, transaction),
                ConditionExpression=IS_NEW,
            )

    def take(
        self, digest: str, *, provider_id: str, browser: str, now: int
    ) -> SignInTransaction | None:
        """See `SignInTransactions.take`."""
        item = _taken(
            self.client,
            self.table,
            transaction_key(digest),
            f"{IS_THIS_BROWSERS} AND provider_id = :provider",
            {**_mine(browser, now), ":provider": text_value(provider_id)},
        )
        return read_transaction(item) if item else None


@dataclass(frozen=True, slots=True)
class DynamoPendingAuthorizations:
    """Keeps `PendingAuthorizations`."""

    client: "DynamoDBClient"
    table: str

    def begin(self, digest: str, pending: PendingAuthorization) -> None:
        """See `PendingAuthorizations.begin`."""
        with translated():
            self.client.put_item(
                TableName=self.table,
                Item=pending_item(digest, pending),
                ConditionExpression=IS_NEW,
            )

    def get(self, digest: str, *, browser: str, now: int) -> PendingAuthorization | None:
        """See `PendingAuthorizations.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=pending_authorization_key(digest), ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None or text(item, "browser") != browser or number(item, "expires_at") <= now:
            return None
        return read_pending(item)

    def arrive(self, digest: str, arrival: Arrival, *, browser: str, now: int) -> bool:
        """See `PendingAuthorizations.arrive`; whoever came before is forgotten."""
        attributes = arrival_attributes(arrival)
        sets = ", ".join(f"{name} = :{name}" for name in sorted(attributes))
        gone = "" if "user_id" in attributes else " REMOVE user_id"
        values = {f":{name}": value for name, value in attributes.items()}
        try:
            with translated():
                self.client.update_item(
                    TableName=self.table,
                    Key=pending_authorization_key(digest),
                    UpdateExpression=f"SET {sets}{gone}",
                    ConditionExpression=IS_THIS_BROWSERS,
                    ExpressionAttributeValues={**values, **_mine(browser, now)},
                )
        except ConditionFailed:
            return False
        return True

    def take(self, digest: str, *, browser: str, now: int) -> PendingAuthorization | None:
        """See `PendingAuthorizations.take`."""
        item = _taken(
            self.client,
            self.table,
            pending_authorization_key(digest),
            f"{IS_THIS_BROWSERS} AND attribute_exists(provider)",
            _mine(browser, now),
        )
        return read_pending(item) if item else None


@dataclass(frozen=True, slots=True)
class DynamoSignInRecords:
    """Keeps `SignInRecords`."""

    client: "DynamoDBClient"
    table: str

    def note(self, record: SignInRecord) -> None:
        """See `SignInRecords.note`."""
        with suppress(Unavailable), translated():
            self.client.put_item(TableName=self.table, Item=record_item(record))


def _mine(browser: str, now: int) -> "NewItem":
    return {":browser": text_value(browser), ":now": number_value(now)}


def _taken(
    client: "DynamoDBClient", table: str, key: "Key", condition: str, values: "NewItem"
) -> "Item | None":
    try:
        with translated():
            answer = client.delete_item(
                TableName=table,
                Key=key,
                ConditionExpression=condition,
                ExpressionAttributeValues=values,
                ReturnValues="ALL_OLD",
            )
    except ConditionFailed:
        return None
    return answer.get("Attributes")
