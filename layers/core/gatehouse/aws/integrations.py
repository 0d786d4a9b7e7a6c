"""Integrations."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.failures import ConditionFailed, settled, translated
from gatehouse.aws.project_items import integration_item, read_integration
from gatehouse.aws.projects import IS_ABSENT, while_active
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import INTEGRATION, integration_key, project_partition
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.projects import ADMIN, Integration
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True, slots=True)
class DynamoIntegrations:
    """Keeps `Integrations`, one item each."""

    client: "DynamoDBClient"
    table: str

    def create(self, integration: Integration) -> None:
        """See `Integrations.create`."""
        try:
            settled(lambda: self._create(integration))
        except ConditionFailed as failure:
            if failure.index == 1:
                raise Conflict("This integration id is taken") from failure
            raise NotFound from failure

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Integration]:
        """See `Integrations.page`."""
        items, more = query_page(
            self.client,
            self.table,
            partition=project_partition(project_id),
            prefix=INTEGRATION,
            after=after,
            limit=limit,
        )
        return Page(items=tuple(map(read_integration, items)), next_after=more)

    def delete(self, project_id: str, integration_id: str) -> None:
        """See `Integrations.delete`."""
        try:
            with translated():
                self.client.delete_item(
                    TableName=self.table,
                    Key=integration_key(project_id, integration_id),
                    ConditionExpression="attribute_exists(PK)",
                )
        except ConditionFailed as failure:
            raise NotFound from failure

    def _create(self, integration: Integration) -> None:
        parts: list[TransactWriteItemTypeDef] = [
            {"ConditionCheck": while_active(self.table, integration.project_id)},
            {
                "Put": {
                    "TableName": self.table,
                    "Item": integration_item(integration),
                    "ConditionExpression": IS_ABSENT,
                }
            },
        ]
        if integration.created_by != ADMIN:
            # A key that is deleted at this moment must not leave a fresh one behind.
            creator = integration_key(integration.project_id, integration.created_by)
            parts.append(
                {
                    "ConditionCheck": {
                        "TableName": self.table,
                        "Key": creator,
                        "ConditionExpression": "attribute_exists(PK)",
                    }
                }
            )
        with translated():
            self.client.transact_write_items(TransactItems=parts)
