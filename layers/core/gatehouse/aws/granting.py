"""The writes by which somebody becomes something in a project; in whichever transaction it is."""

from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import number_value
from gatehouse.aws.copied_writes import IS_ABSENT
from gatehouse.aws.people_items import membership_item
from gatehouse.aws.tables import left_key, owner_count_key, role_list_key
from gatehouse.domain.people import Membership
from gatehouse.domain.roles import Role

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

OWNERS: Final = "owners"
"""The attribute that counts a project's owners."""


def becoming(table: str, membership: Membership) -> "list[TransactWriteItemTypeDef]":
    """Return the writes that make a person something in a project where they are nothing.

    Conditions: they are nothing there (the first write), and the epoch is above every one that
    they ever had there.
    """
    project_id, user_id = membership.project_id, membership.user_id
    item = membership_item(membership)
    epoch = number_value(membership.epoch)
    writes: list[TransactWriteItemTypeDef] = [
        {"Put": {"TableName": table, "Item": item, "ConditionExpression": IS_ABSENT}},
        {"Put": {"TableName": table, "Item": {**item, **role_list_key(user_id, project_id)}}},
        {
            "ConditionCheck": {
                "TableName": table,
                "Key": left_key(project_id, user_id),
                "ConditionExpression": "attribute_not_exists(PK) OR epoch < :epoch",
                "ExpressionAttributeValues": {":epoch": epoch},
            }
        },
    ]
    if membership.role is Role.OWNER:
        writes.append(
            {
                "Update": {
                    "TableName": table,
                    "Key": owner_count_key(project_id),
                    "UpdateExpression": f"ADD {OWNERS} :one",
                    "ExpressionAttributeValues": {":one": number_value(1)},
                }
            }
        )
    return writes
