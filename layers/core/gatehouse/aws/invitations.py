"""Invitations in the Authority table: by digest, and listed in their projects."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
    """Keeps `Invitations`, those to a project twice: where they are looked up, and listed."""

    client: "DynamoDBClient"
    table: str

    def create(self, invitation: Invitation) -> None:
        """See `Invitations.create`."""
        item = invitation_item(invitation)
        items = [item]
        if invitation.project_id is not None:
            listed = invitation_list_key(invitation.project_id, invitation.digest)
            items.append({**item, **listed})
        self._write(
            [
                {
                    "Put": {
                        "TableName": self.table,
                        "Item": each,
                        "ConditionExpression": "attribute_not_exists(PK)",
                    }
                }
                for each in items
            ]
        )

    def get(self, digest: str) -> Invitation | None:
        """See `Invitations.get`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=invitation_key(digest), ConsistentRead=True
            )
        item = answer.get("Item")
        return read_invitation(item) if item else None

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Invitation]:
        """See `Invitations.page`."""
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
        """See `Invitations.withdraw`."""
        keys = [invitation_list_key(project_id, digest), invitation_key(digest)]
        try:
            self._write(
                [
                    {
                        "Delete": {
                            "TableName": self.table,
                            "Key": key,
                            "ConditionExpression": "attribute_exists(PK)",
                        }
                    }
                    for key in keys
                ]
            )
        except ConditionFailed as failure:
            raise NotFound from failure

    def _write(self, writes: "list[TransactWriteItemTypeDef]") -> None:
        with translated():
            self.client.transact_write_items(TransactItems=writes)
