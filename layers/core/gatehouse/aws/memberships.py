"""What people are in projects.

A project's owners, and the holders of each of its custom roles, are counted in the transactions
that make and unmake them; so the last owner stays, and no role goes that somebody holds.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import number, number_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.conditions import while_there
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.granting import OWNERS, becoming
from gatehouse.aws.people_items import membership_item, read_membership
from gatehouse.aws.queries import project_page, query_page
from gatehouse.aws.tables import (
    ROLE,
    custom_role_count_key,
    custom_role_key,
    left_key,
    owner_count_key,
    role_key,
    role_list_key,
    user_partition,
)
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.people import Membership
from gatehouse.domain.roles import Role
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item
    from gatehouse.aws.tables import Key

    Part = TransactWriteItemTypeDef

MAX_PROJECTS: Final = 1000
"""Of one person."""
HOLDERS: Final = "holders"
"""The attribute that counts those who hold a custom role."""
UNCHANGED: Final = "epoch = :seen"
"""Somebody still is what they were seen to be."""
LAST_OWNER: Final = "A project keeps at least one owner"
CHANGED: Final = "What this person is has changed meanwhile"


@dataclass(frozen=True, slots=True)
class DynamoMemberships:
    """Keeps `Memberships`, each twice: in its project, and in its person's list."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def get(self, project_id: str, user_id: str) -> Membership | None:
        """See `Memberships.get`."""
        item = self._item(role_key(project_id, user_id))
        return read_membership(item) if item else None

    def of_person(self, user_id: str) -> Sequence[Membership]:
        """See `Memberships.of_person`."""
        items, _more = query_page(
            self.client,
            self.table,
            partition=user_partition(user_id),
            prefix=ROLE,
            after=None,
            limit=MAX_PROJECTS,
        )
        return tuple(map(read_membership, items))

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Membership]:
        """See `Memberships.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=ROLE,
            read=read_membership,
            after=after,
            limit=limit,
        )

    def grant(self, membership: Membership) -> Membership:
        """See `Memberships.grant`."""
        project_id, user_id = membership.project_id, membership.user_id
        left = self._item(left_key(project_id, user_id))
        granted = replace(membership, epoch=number(left, "epoch") + 1 if left else 0)
        parts = becoming(self.table, granted)
        first_role = len(parts)
        parts += self._held(granted, granted.custom_roles, by=1)
        try:
            self.writes.write(project_id, parts, while_active=True)
        except ConditionFailed as failure:
            if failure.index < first_role:
                raise Conflict("This person is something in the project already") from failure
            raise NotFound from failure
        return granted

    def change(self, current: Membership, changed: Membership) -> Membership:
        """See `Memberships.change`."""
        kept = replace(changed, epoch=current.epoch + 1)
        seen = {":seen": number_value(current.epoch)}
        item = membership_item(kept)
        listed = {**item, **role_list_key(kept.user_id, kept.project_id)}
        owners = (kept.role is Role.OWNER) - (current.role is Role.OWNER)
        parts: list[Part] = [
            {
                "Put": {
                    "TableName": self.table,
                    "Item": item,
                    "ConditionExpression": UNCHANGED,
                    "ExpressionAttributeValues": seen,
                }
            },
            {"Put": {"TableName": self.table, "Item": listed}},
            *self._owners(kept.project_id, by=owners),
        ]
        first_role = len(parts)
        before, after = set(current.custom_roles), set(kept.custom_roles)
        parts += self._held(kept, after - before, by=1)
        parts += self._held(kept, before - after, by=-1)
        self._write(kept.project_id, parts, first_role)
        return kept

    def remove(self, current: Membership) -> None:
        """See `Memberships.remove`; the epoch stays, so that no later one is equal to it."""
        project_id, user_id = current.project_id, current.user_id
        owners = -1 if current.role is Role.OWNER else 0
        left = {**left_key(project_id, user_id), "epoch": number_value(current.epoch)}
        role, listed = role_key(project_id, user_id), role_list_key(user_id, project_id)
        parts: list[Part] = [
            {
                "Delete": {
                    "TableName": self.table,
                    "Key": role,
                    "ConditionExpression": UNCHANGED,
                    "ExpressionAttributeValues": {":seen": number_value(current.epoch)},
                }
            },
            {"Delete": {"TableName": self.table, "Key": listed}},
            *self._owners(project_id, by=owners),
            {"Put": {"TableName": self.table, "Item": left}},
        ]
        first_role = len(parts)
        parts += self._held(current, current.custom_roles, by=-1)
        self._write(project_id, parts, first_role)

    def _write(self, project_id: str, parts: "list[Part]", first_role: int) -> None:
        try:
            self.writes.write(project_id, parts)
        except ConditionFailed as failure:
            if failure.index == 0:
                raise Conflict(CHANGED) from failure
            if failure.index < first_role:
                raise Conflict(LAST_OWNER) from failure
            raise NotFound from failure

    def _owners(self, project_id: str, *, by: int) -> "list[Part]":
        """Return the write that counts one owner more, or one less while another is left."""
        if by == 0:
            return []
        update: Part = {
            "Update": {
                "TableName": self.table,
                "Key": owner_count_key(project_id),
                "UpdateExpression": f"ADD {OWNERS} :by",
                "ExpressionAttributeValues": {":by": number_value(by)},
            }
        }
        if by < 0:
            update["Update"]["ConditionExpression"] = f"{OWNERS} > :one"
            update["Update"]["ExpressionAttributeValues"] = {
                ":by": number_value(by),
                ":one": number_value(1),
            }
        return [update]

    def _held(self, membership: Membership, names: "Iterable[str]", *, by: int) -> "list[Part]":
        """Return the writes that count holders of custom roles; whoever gains one, there is one."""
        parts: list[Part] = []
        for name in sorted(names):
            if by > 0:
                parts += while_there(self.table, custom_role_key(membership.project_id, name))
            parts.append(
                {
                    "Update": {
                        "TableName": self.table,
                        "Key": custom_role_count_key(membership.project_id, name),
                        "UpdateExpression": f"ADD {HOLDERS} :by",
                        "ExpressionAttributeValues": {":by": number_value(by)},
                    }
                }
            )
        return parts

    def _item(self, key: "Key") -> "Item | None":
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return answer.get("Item")
