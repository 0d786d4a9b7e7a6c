"""One-time marks in the Activity table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import number, number_value
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.tables import mark_key

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb


@dataclass(frozen=True, slots=True)
class DynamoMarks:
    """Keeps `Marks` with one conditional write each, and `KnownMarks` with one read."""

    client: "DynamoDb"
    table: str

    def claim(self, digest: str, *, expires_at: int, now: int) -> bool:
        """See `Marks.claim`.

        Of racing claims DynamoDB lets exactly one pass. An item past its `ttl` may linger for
        days before it is removed, hence the second condition. When an answer is lost and the SDK
        asks again, the claim meets itself and is refused: an assertion too few is no harm.
        """
        not_claimed = "attribute_not_exists(PK)"
        claim_is_over = "#ttl <= :now"
        try:
            with translated():
                self.client.put_item(
                    TableName=self.table,
                    Item={**mark_key(digest), "ttl": number_value(expires_at)},
                    ConditionExpression=f"{not_claimed} OR {claim_is_over}",
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues={":now": number_value(now)},
                )
        except ConditionFailed:
            return False
        return True

    def is_claimed(self, digest: str, *, now: int) -> bool:
        """See `KnownMarks.is_claimed`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=mark_key(digest), ConsistentRead=True
            )
        return "Item" in answer and number(answer["Item"], "ttl") > now
