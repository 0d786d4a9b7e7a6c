"""People, how they are proven, and the invitations that let them in, in the Authority table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.attributes import flag_value, number, number_value, text, text_value
from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.granting import becoming
from gatehouse.aws.people_items import person_item, read_person
from gatehouse.aws.tables import (
    email_key,
    identity_key,
    invitation_key,
    invitation_list_key,
    left_key,
    user_key,
    user_list_key,
)
from gatehouse.domain.audit import Author
from gatehouse.domain.errors import Conflict
from gatehouse.domain.people import Identity, Invitation, Membership, Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.attributes import Item, NewItem
    from gatehouse.aws.tables import Key

YES: Final = flag_value(value=True)
IS_NEW: Final = "attribute_not_exists(PK)"
IS_OPEN: Final = (
    "attribute_exists(PK) AND attribute_not_exists(used_at) AND expires_at > :now"
    " AND (attribute_not_exists(email) OR email = :email)"
)
"""`Invitation.is_open_to`, as a condition."""


@dataclass(frozen=True, slots=True)
class DynamoPeople:
    """Keeps `People`; who somebody is, is decided by conditions on the identity and the address.

    What somebody becomes has an entry in the audit; `pause` is that of `AuditedWrites`.
    """

    client: "DynamoDBClient"
    table: str
    pause: "Callable[[int], None]"

    def get(self, user_id: str) -> Person | None:
        """See `People.get`."""
        item = self._item(user_key(user_id))
        return read_person(item) if item else None

    def identified(self, provider: str, subject: str) -> Person | None:
        """See `People.identified`."""
        item = self._item(identity_key(provider, subject))
        return None if item is None else self.get(text(item, "user_id"))

    def admit(
        self, person: Person, identity: Identity, invitation: Invitation | None, *, by: Author
    ) -> None:
        """See `People.admit`."""
        owned = {"user_id": text_value(person.id)}
        proven = {
            "provider": text_value(identity.provider),
            "subject": text_value(identity.subject),
        }
        items = [
            {**person_item(person), **proven},
            {**identity_key(identity.provider, identity.subject), **owned},
            {**email_key(identity.email), **owned},
            user_list_key(person.id),
        ]
        parts: list[TransactWriteItemTypeDef] = [
            {"Put": {"TableName": self.table, "Item": item, "ConditionExpression": IS_NEW}}
            for item in items
        ]
        if invitation is not None:
            parts += self._used(invitation, identity.email, person.created_at)
        self._become(person, invitation, parts, by=by)

    def accept(self, person: Person, invitation: Invitation, *, by: Author) -> None:
        """See `People.accept`."""
        parts = self._used(invitation, person.email, by.at)
        if invitation.project_id is None:
            parts.insert(0, self._made_admin(person))
        self._become(person, invitation, parts, by=by)

    def note_sign_in(self, person: Person, identity: Identity, *, now: int) -> None:
        """See `People.note_sign_in`."""
        given, names = {":now": number_value(now)}, {"#seen": "last_sign_in_at"}
        sets = "#seen = :now"
        if identity.name is not None:
            given[":name"], names["#name"] = text_value(identity.name), "name"
            sets += ", #name = :name"
        with translated():
            self.client.update_item(
                TableName=self.table,
                Key=user_key(person.id),
                UpdateExpression=f"SET {sets}",
                ConditionExpression="attribute_exists(PK)",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=given,
            )

    def _used(
        self, invitation: Invitation, email: str, now: int
    ) -> "list[TransactWriteItemTypeDef]":
        """Return the writes that use an invitation, where it is kept and where it is listed."""
        keys = [invitation_key(invitation.digest)]
        if invitation.project_id is not None:
            keys.append(invitation_list_key(invitation.project_id, invitation.digest))
        values = {":now": number_value(now), ":email": text_value(email)}
        return [
            {
                "Update": {
                    "TableName": self.table,
                    "Key": key,
                    "UpdateExpression": "SET used_at = :now",
                    "ConditionExpression": IS_OPEN,
                    "ExpressionAttributeValues": values,
                }
            }
            for key in keys
        ]

    def _become(
        self,
        person: Person,
        invitation: Invitation | None,
        parts: "list[TransactWriteItemTypeDef]",
        *,
        by: Author,
    ) -> None:
        """Write `parts`; what the person becomes by that is what the entry is about."""
        writes = AuditedWrites(self.client, self.table, by, self.pause)
        try:
            if invitation is None or invitation.project_id is None or invitation.role is None:
                writes.write_alone(parts, becomes=_administrator)
                return
            left = self._item(left_key(invitation.project_id, person.id))
            membership = Membership(
                project_id=invitation.project_id,
                user_id=person.id,
                email=person.email,
                name=person.name,
                role=invitation.role,
                epoch=number(left, "epoch") + 1 if left else 0,
                granted_by=invitation.invited_by,
                granted_at=by.at,
            )
            granted = becoming(self.table, membership)
            writes.write(membership.project_id, [*granted, *parts], while_active=True)
        except ConditionFailed as failure:
            raise Conflict("Somebody else has it, or it was used") from failure

    def _made_admin(self, person: Person) -> "TransactWriteItemTypeDef":
        return {
            "Update": {
                "TableName": self.table,
                "Key": user_key(person.id),
                "UpdateExpression": "SET is_admin = :yes, epoch = :epoch",
                "ConditionExpression": "epoch = :before AND is_active = :yes",
                "ExpressionAttributeValues": {
                    ":yes": YES,
                    ":epoch": number_value(person.epoch + 1),
                    ":before": number_value(person.epoch),
                },
            }
        }

    def _item(self, key: "Key") -> "Item | None":
        with translated():
            answer = self.client.get_item(TableName=self.table, Key=key, ConsistentRead=True)
        return answer.get("Item")


def _administrator(item: "Item | None") -> "NewItem":
    """Return what making somebody an administrator makes of their item."""
    if item is None:
        return {}
    epoch = number_value(number(item, "epoch") + 1)
    return {**cast("NewItem", item), "is_admin": YES, "epoch": epoch}
