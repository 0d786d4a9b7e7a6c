"""Trusted roots."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE
from gatehouse.aws.failures import ConditionFailed
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import TRUSTED_ROOT, trusted_root_key
from gatehouse.aws.warrant_items import read_root, root_item
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.warrant_policies import TrustedRoot
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import DeleteTypeDef, PutTypeDef


@dataclass(frozen=True, slots=True)
class DynamoTrustedRoots:
    """Keeps `TrustedRoots`, one item each."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def add(self, project_id: str, root: TrustedRoot) -> None:
        """See `TrustedRoots.add`."""
        put: PutTypeDef = {
            "TableName": self.table,
            "Item": root_item(project_id, root),
            "ConditionExpression": IS_ABSENT,
        }
        try:
            self.writes.write(project_id, [{"Put": put}], while_active=True)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise Conflict("This key is trusted already") from failure
            raise NotFound from failure

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[TrustedRoot]:
        """See `TrustedRoots.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=TRUSTED_ROOT,
            read=read_root,
            after=after,
            limit=limit,
        )

    def remove(self, project_id: str, public_key: bytes) -> None:
        """See `TrustedRoots.remove`."""
        gone: DeleteTypeDef = {
            "TableName": self.table,
            "Key": trusted_root_key(project_id, public_key),
            "ConditionExpression": IS_THERE,
        }
        try:
            self.writes.write(project_id, [{"Delete": gone}])
        except ConditionFailed as failure:
            raise NotFound from failure
