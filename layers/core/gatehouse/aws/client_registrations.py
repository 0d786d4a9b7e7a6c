"""Clients that registered themselves, in the Activity table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import number, number_value, text, text_value, texts, texts_value
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.tables import client_registration_key
from gatehouse.domain.oauth_clients import OAuthClient, is_self_registered_id

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb


@dataclass(frozen=True, slots=True)
class DynamoClientRegistrations:
    """Keeps `ClientRegistrations`, and `OAuthClients` for these clients alone."""

    client: "DynamoDb"
    table: str

    def register(self, client: OAuthClient, *, now: int, expires_at: int) -> None:
        """See `ClientRegistrations.register`."""
        with translated():
            self.client.put_item(
                TableName=self.table,
                Item={
                    **client_registration_key(client.id),
                    "name": text_value(client.name),
                    "redirect_uris": texts_value(client.redirect_uris),
                    "created_at": number_value(now),
                    "ttl": number_value(expires_at),
                },
            )

    def keep(self, client_id: str, *, expires_at: int) -> None:
        """See `ClientRegistrations.keep`."""
        try:
            with translated():
                self.client.update_item(
                    TableName=self.table,
                    Key=client_registration_key(client_id),
                    UpdateExpression="SET #ttl = :until",
                    ConditionExpression="attribute_exists(PK)",
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues={":until": number_value(expires_at)},
                )
        except ConditionFailed:
            return

    def find(self, client_id: str, *, now: int) -> OAuthClient | None:
        """See `OAuthClients.find`; an item may stay for days after its end."""
        if not is_self_registered_id(client_id):
            return None
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=client_registration_key(client_id), ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None or now >= number(item, "ttl"):
            return None
        return OAuthClient(
            id=client_id, name=text(item, "name"), redirect_uris=texts(item, "redirect_uris")
        )
