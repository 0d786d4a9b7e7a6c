"""The roles that projects made up themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import number_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_THERE
from gatehouse.aws.failures import ConditionFailed
from gatehouse.aws.memberships import HOLDERS
from gatehouse.aws.people_items import custom_role_item, read_custom_role
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import CUSTOM_ROLE, custom_role_count_key, custom_role_key
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.people import CustomRole

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

MAX_ROLES: Final = 50


@dataclass(frozen=True, slots=True)
class DynamoCustomRoles:
    """Keeps `CustomRoles`; how many hold one is an item of its own (see `memberships`)."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def put(self, role: CustomRole) -> None:
        """See `CustomRoles.put`."""
        item = custom_role_item(role)
        put: TransactWriteItemTypeDef = {"Put": {"TableName": self.table, "Item": item}}
        try:
            self.writes.write(role.project_id, [put], while_active=True)
        except ConditionFailed as failure:
            raise NotFound from failure

    def all(self, project_id: str) -> Sequence[CustomRole]:
        """See `CustomRoles.all`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=CUSTOM_ROLE,
            read=read_custom_role,
            after=None,
            limit=MAX_ROLES,
        ).items

    def delete(self, project_id: str, name: str) -> None:
        """See `CustomRoles.delete`."""
        role, count = custom_role_key(project_id, name), custom_role_count_key(project_id, name)
        parts: list[TransactWriteItemTypeDef] = [
            {"Delete": {"TableName": self.table, "Key": role, "ConditionExpression": IS_THERE}},
            {
                "Delete": {
                    "TableName": self.table,
                    "Key": count,
                    "ConditionExpression": f"attribute_not_exists(PK) OR {HOLDERS} = :none",
                    "ExpressionAttributeValues": {":none": number_value(0)},
                }
            },
        ]
        try:
            self.writes.write(project_id, parts)
        except ConditionFailed as failure:
            if failure.index == 1:
                raise Conflict("Somebody holds this role") from failure
            raise NotFound from failure
