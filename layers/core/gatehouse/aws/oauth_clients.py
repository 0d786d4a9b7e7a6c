"""OAuth clients: integrations of kind `oauth`, in the Authority table, and those that came by."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import optional_text, text, texts
from gatehouse.aws.failures import translated
from gatehouse.aws.project_items import OAUTH, read_project
from gatehouse.aws.tables import META, integration_key, project_key
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.oauth_clients import (
    OAuthClient,
    is_self_registered_id,
    registered_integration,
)

if TYPE_CHECKING:
    from gatehouse.aws.attributes import Item
    from gatehouse.aws.services import DynamoDb
    from gatehouse.ports.oauth_clients import OAuthClients


@dataclass(frozen=True, slots=True)
class DynamoOAuthClients:
    """Keeps `OAuthClients` with one consistent read; a deleted project has none.

    `self_registered` knows clients that registered themselves; without it there are none.
    """

    client: "DynamoDb"
    table: str
    self_registered: "OAuthClients | None" = None

    def find(self, client_id: str, *, now: int) -> OAuthClient | None:
        """See `OAuthClients.find`."""
        if is_self_registered_id(client_id) and self.self_registered is not None:
            return self.self_registered.find(client_id, now=now)
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
