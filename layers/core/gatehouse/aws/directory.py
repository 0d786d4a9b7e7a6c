"""Everybody who has an account, for the administrators of the deployment."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import flag_value, number_value, text
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.batch_reads import read_all
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.people_items import read_person
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import USERS, user_key
from gatehouse.domain.errors import Conflict
from gatehouse.domain.people import Person
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item, NewItem


@dataclass(frozen=True, slots=True)
class DynamoDirectory:
    """Keeps `Directory`."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def get(self, user_id: str) -> Person | None:
        """See `Directory.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=user_key(user_id), ConsistentRead=True
            )
        item = answer.get("Item")
        return read_person(item) if item else None

    def page(self, *, after: str | None, limit: int) -> Page[Person]:
        """See `Directory.page`; one Query and one BatchGetItem."""
        listed, more = query_page(
            self.client, self.table, partition=USERS, prefix="", after=after, limit=limit
        )
        keys = [user_key(text(item, "SK")) for item in listed]
        found = map(read_person, read_all(self.client, {self.table: keys}))
        return Page(items=tuple(sorted(found, key=lambda person: person.id)), next_after=more)

    def change(self, person: Person, *, is_active: bool, is_admin: bool) -> Person:
        """See `Directory.change`; whatever else stands there, such as the last sign-in, stays."""
        changed = replace(person, is_active=is_active, is_admin=is_admin, epoch=person.epoch + 1)
        values: NewItem = {
            "is_active": flag_value(is_active),
            "is_admin": flag_value(is_admin),
            "epoch": number_value(changed.epoch),
        }
        update: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self.table,
                "Key": user_key(person.id),
                "UpdateExpression": f"SET {', '.join(f'{name} = :{name}' for name in values)}",
                "ConditionExpression": "epoch = :before",
                "ExpressionAttributeValues": {
                    **{f":{name}": value for name, value in values.items()},
                    ":before": number_value(person.epoch),
                },
            }
        }

        def becomes(there: "Item | None") -> "NewItem":
            return {**(there or {}), **values}

        try:
            self.writes.write_alone([update], becomes=becomes)
        except ConditionFailed as failure:
            raise Conflict("The person has changed") from failure
        return changed
