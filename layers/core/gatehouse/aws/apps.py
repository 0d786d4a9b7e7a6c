"""Service apps in the Authority table, as those need them who prove an app's identity."""

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.app_items import USED, read_app
from gatehouse.aws.attributes import number_value
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.tables import app_key
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.service_apps import ServiceApp

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb

NOTED_SECONDS: Final = 300


@dataclass(frozen=True, slots=True)
class DynamoApps:
    """Keeps `Apps`."""

    client: "DynamoDb"
    table: str

    def find(self, app_id: str) -> ServiceApp | None:
        """See `Apps.find`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=app_key(app_id), ConsistentRead=True
            )
        item = answer.get("Item")
        return read_app(item) if item else None

    def note_use(self, app: ServiceApp, key_id: str, *, now: int) -> None:
        """See `Apps.note_use`; of many that use a key at a time, one writes."""
        known = next((key.last_used_at for key in app.keys if key.id == key_id), None)
        if known is not None and now < known + NOTED_SECONDS:
            return
        with suppress(ConditionFailed, Unavailable), translated():
            self.client.update_item(
                TableName=self.table,
                Key=app_key(app.id),
                UpdateExpression="SET #used = :now",
                ConditionExpression=(
                    "attribute_exists(PK) AND (attribute_not_exists(#used) OR #used <= :before)"
                ),
                ExpressionAttributeNames={"#used": USED + key_id},
                ExpressionAttributeValues={
                    ":now": number_value(now),
                    ":before": number_value(now - NOTED_SECONDS),
                },
                ReturnValues="NONE",
            )
