"""Authorization codes in the Activity table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import number_value, text_value
from gatehouse.aws.failures import ConditionFailed, settled, translated
from gatehouse.aws.families import IS_NEW, beginning
from gatehouse.aws.session_items import code_item, read_code
from gatehouse.aws.tables import code_key
from gatehouse.domain.authorization_codes import AuthorizationCode
from gatehouse.domain.families import Family

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True, slots=True)
class DynamoCodes:
    """Keeps `Codes`: a code and what it begins are one transaction."""

    client: "DynamoDBClient"
    table: str

    def issue(self, digest: str, code: AuthorizationCode) -> None:
        """See `Codes.issue`."""
        with translated():
            self.client.put_item(
                TableName=self.table, Item=code_item(digest, code), ConditionExpression=IS_NEW
            )

    def get(self, digest: str) -> AuthorizationCode | None:
        """See `Codes.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=code_key(digest), ConsistentRead=True
            )
        item = answer.get("Item")
        return read_code(item) if item else None

    def redeem(self, digest: str, family: Family, *, refresh_digest: str, now: int) -> bool:
        """See `Codes.redeem`."""
        spend: TransactWriteItemTypeDef = {
            "Update": {
                "TableName": self.table,
                "Key": code_key(digest),
                "UpdateExpression": "SET used_at = :now, family_id = :family",
                "ConditionExpression": "attribute_not_exists(used_at) AND expires_at > :now",
                "ExpressionAttributeValues": {
                    ":now": number_value(now),
                    ":family": text_value(family.id),
                },
            }
        }
        parts = [spend, *beginning(self.table, family, refresh_digest)]
        try:
            settled(lambda: self._write(parts))
        except ConditionFailed:
            return False
        return True

    def _write(self, parts: "list[TransactWriteItemTypeDef]") -> None:
        with translated():
            self.client.transact_write_items(TransactItems=parts)
