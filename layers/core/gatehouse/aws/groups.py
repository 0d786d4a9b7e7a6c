"""Groups of people."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.attributes import NewItem, text
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.conditions import while_there
from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.queries import project_page
from gatehouse.aws.sharing_items import group_item, read_group
from gatehouse.aws.sweeping import sweep
from gatehouse.aws.tables import GROUP, GROUP_MEMBER, group_key, group_member_key, role_key
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.sharing import Group
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.tables import Key


@dataclass(frozen=True, slots=True)
class DynamoGroups:
    """Keeps `Groups`: an item for each, and one for each person in it."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def create(self, group: Group) -> None:
        """See `Groups.create`."""
        item = group_item(group)
        put: TransactWriteItemTypeDef = {
            "Put": {"TableName": self.table, "Item": item, "ConditionExpression": IS_ABSENT}
        }
        try:
            self.writes.write(group.project_id, [put], while_active=True)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise Conflict("This group id is taken") from failure
            raise NotFound from failure

    def get(self, project_id: str, group_id: str) -> Group:
        """See `Groups.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=group_key(project_id, group_id), ConsistentRead=True
            )
        if "Item" not in answer:
            raise NotFound
        return read_group(answer["Item"])

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Group]:
        """See `Groups.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=GROUP,
            read=read_group,
            after=after,
            limit=limit,
        )

    def delete(self, project_id: str, group_id: str) -> None:
        """See `Groups.delete`; an id is never used again, so what stays of it opens nothing."""
        self._delete(project_id, group_key(project_id, group_id))
        sweep(self.client, self.table, project_id, prefix=_members(group_id))

    def members(
        self, project_id: str, group_id: str, *, after: str | None, limit: int
    ) -> Page[str]:
        """See `Groups.members`."""
        prefix = _members(group_id)
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=prefix,
            read=lambda item: text(item, "SK").removeprefix(prefix),
            after=after,
            limit=limit,
        )

    def add(self, project_id: str, group_id: str, user_id: str) -> None:
        """See `Groups.add`; somebody who is in it already stays so."""
        item: NewItem = {**group_member_key(project_id, group_id, user_id)}
        parts: list[TransactWriteItemTypeDef] = [
            {"Put": {"TableName": self.table, "Item": item}},
            *while_there(
                self.table, group_key(project_id, group_id), role_key(project_id, user_id)
            ),
        ]
        try:
            self.writes.write(project_id, parts)
        except ConditionFailed as failure:
            raise NotFound from failure

    def remove(self, project_id: str, group_id: str, user_id: str) -> None:
        """See `Groups.remove`."""
        self._delete(project_id, group_member_key(project_id, group_id, user_id))

    def _delete(self, project_id: str, key: "Key") -> None:
        gone: TransactWriteItemTypeDef = {
            "Delete": {"TableName": self.table, "Key": key, "ConditionExpression": IS_THERE}
        }
        try:
            self.writes.write(project_id, [gone])
        except ConditionFailed as failure:
            raise NotFound from failure


def _members(group_id: str) -> str:
    return f"{GROUP_MEMBER}{group_id}#"
