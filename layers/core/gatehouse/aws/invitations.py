"""Invitations in the Authority table: by digest, and listed in their projects."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.copied_writes import IS_ABSENT, IS_THERE
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.people_items import invitation_item, read_invitation
from gatehouse.aws.queries import project_page
from gatehouse.aws.tables import INVITATION, invitation_key, invitation_list_key
from gatehouse.domain.errors import NotFound
from gatehouse.domain.people import Invitation
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef


@dataclass(frozen=True, slots=True)
class DynamoInvitations:
    """Keeps `Invitations`."""

    client: "DynamoDBClient"
    table: str

    def get(self, digest: str) -> Invitation | None:
        """See `Invitations.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=invitation_key(digest), ConsistentRead=True
            )
        item = answer.get("Item")
        return read_invitation(item) if item else None


@dataclass(frozen=True, slots=True)
class DynamoIssuedInvitations:
    """Keeps `IssuedInvitations`, those to a project twice: where they are looked up, and listed."""

    client: "DynamoDBClient"
    table: str
    writes: AuditedWrites

    def create(self, invitation: Invitation) -> None:
        """See `IssuedInvitations.create`."""
        item, project_id = invitation_item(invitation), invitation.project_id
        put: TransactWriteItemTypeDef = {
            "Put": {"TableName": self.table, "Item": item, "ConditionExpression": IS_ABSENT}
        }
        if project_id is None:
            self.writes.write_alone([put])
            return
        listed = {**item, **invitation_list_key(project_id, invitation.digest)}
        again: TransactWriteItemTypeDef = {"Put": {"TableName": self.table, "Item": listed}}
        try:
            self.writes.write(project_id, [put, again], while_active=True)
        except ConditionFailed as failure:
            raise NotFound from failure

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Invitation]:
        """See `IssuedInvitations.page`."""
        return project_page(
            self.client,
            self.table,
            project_id,
            prefix=INVITATION,
            read=read_invitation,
            after=after,
            limit=limit,
        )

    def withdraw(self, project_id: str, digest: str) -> None:
        """See `IssuedInvitations.withdraw`."""
        parts: list[TransactWriteItemTypeDef] = [
            {"Delete": {"TableName": self.table, "Key": key, "ConditionExpression": IS_THERE}}
            for key in (invitation_list_key(project_id, digest), invitation_key(digest))
        ]
        try:
            self.writes.write(project_id, parts)
        except ConditionFailed as failure:
            raise NotFound from failure
