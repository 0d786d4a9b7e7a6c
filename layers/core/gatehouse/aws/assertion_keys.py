"""Assertion keys."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.principal_items import assertion_key_item, read_assertion_key
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import ASSERTION_KEY, assertion_key_key
from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef


@dataclass(frozen=True, slots=True)
class DynamoAssertionKeys:
    """Keeps `AssertionKeys`, one item each; deactivated ones stay, so that no kid is used twice."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def register(self, project_id: str, key: AssertionKey) -> None:
        """See `AssertionKeys.register`."""
        try:
            self._put(project_id, key, IS_ABSENT, while_active=True)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise Conflict("This kid was used before") from failure
            raise NotFound from failure

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[AssertionKey]:
        """See `AssertionKeys.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=ASSERTION_KEY,
            read=read_assertion_key,
            after=after,
            limit=limit,
        )

    def deactivate(self, project_id: str, kid: str, *, now: int) -> None:
        """See `AssertionKeys.deactivate`; nothing else of a key ever changes."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=assertion_key_key(project_id, kid), ConsistentRead=True
            )
        if "Item" not in answer:
            raise NotFound
        key = replace(read_assertion_key(answer["Item"]), deactivated_at=now)
        try:
            self._put(project_id, key, f"{IS_THERE} AND attribute_not_exists(deactivated_at)")
        except ConditionFailed as failure:
            raise NotFound from failure

    def _put(
        self, project_id: str, key: AssertionKey, condition: str, *, while_active: bool = False
    ) -> None:
        put: PutTypeDef = {
            "TableName": self.table,
            "Item": assertion_key_item(project_id, key),
            "ConditionExpression": condition,
        }
        self.writes.write(project_id, [{"Put": put}], while_active=while_active)
