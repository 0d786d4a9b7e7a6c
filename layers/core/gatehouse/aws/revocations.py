"""Revoked warrants, and the lists that revoked them."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import number, number_value, text
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_ABSENT
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.project_items import read_project
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import (
    META,
    REVOCATION_LIST,
    project_key,
    revocation_list_key,
)
from gatehouse.aws.warrant_items import list_item, read_list, revoked_item
from gatehouse.domain.errors import Conflict, NotFound, Unavailable
from gatehouse.domain.revocations import KeptList
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, WriteRequestTypeDef

BATCH: Final = 25
"""As many items as DynamoDB takes in one BatchWriteItem."""
ATTEMPTS: Final = 5
"""How often a batch is sent before what DynamoDB leaves of it is given up."""


@dataclass(frozen=True, slots=True)
class DynamoRevocations:
    """Keeps `Revocations`: an item for each warrant, which calls read, and one for each list."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def revoke(
        self, project_id: str, ids: Collection[str], *, issuer: bytes, version: int, now: int
    ) -> None:
        """See `Revocations.revoke`; what was written stays when the rest fails."""
        writes: list[WriteRequestTypeDef] = [
            {
                "PutRequest": {
                    "Item": revoked_item(project_id, each, issuer=issuer, version=version, now=now)
                }
            }
            for each in sorted(ids)
        ]
        for start in range(0, len(writes), BATCH):
            self._write(writes[start : start + BATCH])

    def get(self, project_id: str, issuer: bytes) -> KeptList | None:
        """See `Revocations.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table,
                Key=revocation_list_key(project_id, issuer),
                ConsistentRead=True,
            )
        return read_list(answer["Item"]) if "Item" in answer else None

    def keep(self, project_id: str, kept: KeptList, *, instead_of: int | None) -> None:
        """See `Revocations.keep`."""
        put: PutTypeDef = {
            "TableName": self.table,
            "Item": list_item(project_id, kept),
            "ConditionExpression": IS_ABSENT,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if instead_of is not None:
            put["ConditionExpression"] = "version = :version"
            put["ExpressionAttributeValues"] = {":version": number_value(instead_of)}
        try:
            self.writes.write(project_id, [{"Put": put}])
        except ConditionFailed as failure:
            current = number(failure.item, "version") if failure.item else None
            raise Conflict("The list has changed", current_version=current) from failure

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[KeptList]:
        """See `Revocations.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=REVOCATION_LIST,
            read=read_list,
            after=after,
            limit=limit,
        )

    def published(self, project_id: str, issuer: bytes) -> KeptList:
        """See `Revocations.published`; one BatchGetItem."""
        keys = [project_key(project_id), revocation_list_key(project_id, issuer)]
        with translated():
            answer = self.client.batch_get_item(
                RequestItems={self.table: {"Keys": keys, "ConsistentRead": True}}
            )
        if answer["UnprocessedKeys"]:
            raise Unavailable
        found = {text(item, "SK"): item for item in answer["Responses"].get(self.table, [])}
        project, kept = found.pop(META, None), next(iter(found.values()), None)
        if project is None or kept is None or not read_project(project).is_active:
            raise NotFound
        return read_list(kept)

    def _write(self, writes: "list[WriteRequestTypeDef]") -> None:
        for _attempt in range(ATTEMPTS):
            with translated():
                answer = self.client.batch_write_item(RequestItems={self.table: writes})
            left = answer["UnprocessedItems"].get(self.table)
            if not left:
                return
            writes = cast("list[WriteRequestTypeDef]", left)
        raise Unavailable
