"""Conditions of a transaction on items that it does not write."""

from typing import TYPE_CHECKING

from gatehouse.aws.copied_writes import IS_THERE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

    from gatehouse.aws.tables import Key


def while_there(table: str, *keys: "Key") -> "list[TransactWriteItemTypeDef]":
    """Return the conditions that there is an item under each key."""
    return [
        {
            "ConditionCheck": {
                "TableName": table,
                "Key": key,
                "ConditionExpression": IS_THERE,
            }
        }
        for key in keys
    ]
