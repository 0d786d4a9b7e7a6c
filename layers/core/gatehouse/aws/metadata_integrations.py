"""Which integrations let in clients that describe themselves, of all projects."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import text
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import METADATA_INTEGRATIONS, metadata_integration_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.domain.projects import Integration

MAX_LISTED: Final = 200


@dataclass(frozen=True, slots=True)
class DynamoMetadataIntegrations:
    """Keeps `MetadataIntegrations` with one Query; entries are written with their integrations."""

    client: "DynamoDBClient"
    table: str

    def all(self) -> tuple[tuple[str, str], ...]:
        """See `MetadataIntegrations.all`."""
        items, _ = query_page(
            self.client,
            self.table,
            partition=METADATA_INTEGRATIONS,
            prefix="",
            after=None,
            limit=MAX_LISTED,
        )
        split = (text(item, "SK").partition("#") for item in items)
        return tuple((project_id, integration_id) for project_id, _, integration_id in split)


def listing(table: str, integration: "Integration") -> "list[TransactWriteItemTypeDef]":
    """Return the write that lists an integration, if it is to be listed."""
    if integration.client is None or not integration.client.allow_metadata_clients:
        return []
    key = metadata_integration_key(integration.project_id, integration.id)
    return [{"Put": {"TableName": table, "Item": key}}]


def unlisting(table: str, project_id: str, integration_id: str) -> "TransactWriteItemTypeDef":
    """Return the write after which an integration is listed no more."""
    key = metadata_integration_key(project_id, integration_id)
    return {"Delete": {"TableName": table, "Key": key}}
