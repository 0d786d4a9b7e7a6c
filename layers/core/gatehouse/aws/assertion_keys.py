"""Assertion keys."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import number_value
from gatehouse.aws.failures import ConditionFailed, settled, translated
from gatehouse.aws.principal_items import assertion_key_item, read_assertion_key
from gatehouse.aws.projects import IS_ABSENT, while_active
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import ASSERTION_KEY, assertion_key_key, project_partition
from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class DynamoAssertionKeys:
    """Keeps `AssertionKeys`, one item each; deactivated ones stay, so that no kid is used twice."""

    client: "DynamoDBClient"
    table: str

    def register(self, project_id: str, key: AssertionKey) -> None:
        """See `AssertionKeys.register`."""
        try:
            settled(lambda: self._register(project_id, key))
        except ConditionFailed as failure:
            if failure.index == 0:
                raise NotFound from failure
            raise Conflict("This kid was used before") from failure

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[AssertionKey]:
        """See `AssertionKeys.page`."""
        items, more = query_page(
            self.client,
            self.table,
            partition=project_partition(project_id),
            prefix=ASSERTION_KEY,
            after=after,
            limit=limit,
        )
        return Page(items=tuple(map(read_assertion_key, items)), next_after=more)

    def deactivate(self, project_id: str, kid: str, *, now: int) -> None:
        """See `AssertionKeys.deactivate`."""
        try:
            with translated():
                self.client.update_item(
                    TableName=self.table,
                    Key=assertion_key_key(project_id, kid),
                    UpdateExpression="SET deactivated_at = :now",
                    ConditionExpression="attribute_exists(PK) AND "
                    "attribute_not_exists(deactivated_at)",
                    ExpressionAttributeValues={":now": number_value(now)},
                )
        except ConditionFailed as failure:
            raise NotFound from failure

    def _register(self, project_id: str, key: AssertionKey) -> None:
        with translated():
            self.client.transact_write_items(
                TransactItems=[
                    {"ConditionCheck": while_active(self.table, project_id)},
                    {
                        "Put": {
                            "TableName": self.table,
                            "Item": assertion_key_item(project_id, key),
                            "ConditionExpression": IS_ABSENT,
                        }
                    },
                ]
            )
