"""Pre-registered OAuth clients: integrations of kind `oauth`, in the Authority table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import optional_text, text, texts
from gatehouse.aws.failures import translated
from gatehouse.aws.project_items import OAUTH, read_project
from gatehouse.aws.tables import META, integration_key, project_key
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.oauth_clients import OAuthClient, registered_integration

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from gatehouse.aws.attributes import Item


@dataclass(frozen=True, slots=True)
class DynamoOAuthClients:
    """Keeps `OAuthClients` with one consistent read; a deleted project has none."""

    client: "DynamoDBClient"
    table: str

    def find(self, client_id: str) -> OAuthClient | None:
        """See `OAuthClients.find`."""
        named = registered_integration(client_id)
        if named is None:
            return None
        keys = [project_key(named[0]), integration_key(*named)]
        with translated():
            answer = self.client.batch_get_item(
                RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}}
            )
        if answer["UnprocessedKeys"]:
            raise Unavailable
        found = {text(item, "SK"): item for item in answer["Responses"].get(self.table, [])}
        project, integration = found.pop(META, None), next(iter(found.values()), None)
        if project is None or integration is None or not read_project(project).is_active:
            return None
        if optional_text(integration, "kind") != OAUTH:
            return None
        return _read(client_id, integration, *named)


def _read(client_id: str, item: "Item", project_id: str, integration_id: str) -> OAuthClient:
    return OAuthClient(
        id=client_id,
        name=text(item, "name"),
        redirect_uris=texts(item, "redirect_uris"),
        secret_digest=optional_text(item, "client_secret_digest"),
        project_id=project_id,
        integration_id=integration_id,
    )
