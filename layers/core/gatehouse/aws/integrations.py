"""Integrations."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE
from gatehouse.aws.failures import ConditionFailed
from gatehouse.aws.metadata_integrations import listing, unlisting
from gatehouse.aws.project_items import integration_item, read_integration
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import INTEGRATION, integration_key
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.projects import Integration
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import ConditionCheckTypeDef, TransactWriteItemTypeDef


@dataclass(frozen=True, slots=True)
class DynamoIntegrations:
    """Keeps `Integrations`, one item each."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def create(self, integration: Integration) -> None:
        """See `Integrations.create`."""
        item = integration_item(integration)
        parts: list[TransactWriteItemTypeDef] = [
            {"Put": {"TableName": self.table, "Item": item, "ConditionExpression": IS_ABSENT}}
        ]
        if (parent_id := integration.parent_id) is not None:
            # A key that is deleted at this moment must not leave a fresh one behind.
            creator = integration_key(integration.project_id, parent_id)
            check: ConditionCheckTypeDef = {
                "TableName": self.table,
                "Key": creator,
                "ConditionExpression": IS_THERE,
            }
            parts.append({"ConditionCheck": check})
        parts += listing(self.table, integration)
        try:
            self.writes.write(integration.project_id, parts, while_active=True)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise Conflict("This integration id is taken") from failure
            raise NotFound from failure

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Integration]:
        """See `Integrations.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=INTEGRATION,
            read=read_integration,
            after=after,
            limit=limit,
        )

    def delete(self, project_id: str, integration_id: str) -> None:
        """See `Integrations.delete`."""
        key = integration_key(project_id, integration_id)
        gone: TransactWriteItemTypeDef = {
            "Delete": {"TableName": self.table, "Key": key, "ConditionExpression": IS_THERE}
        }
        try:
            self.writes.write(project_id, [gone, unlisting(self.table, project_id, integration_id)])
        except ConditionFailed as failure:
            raise NotFound from failure
