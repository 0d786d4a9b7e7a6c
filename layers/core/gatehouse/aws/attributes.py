"""DynamoDB's attribute values, written and read with types.

The low-level client speaks `{"S": "text"}`. Reading is strict: an attribute of another type is a
corrupt item, which must never pass for an absent one.
"""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from gatehouse.domain.json_values import JsonValue

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.type_defs import (
        AttributeValueTypeDef,
        UniversalAttributeValueTypeDef,
    )

Item: TypeAlias = "Mapping[str, AttributeValueTypeDef]"
NewValue: TypeAlias = "UniversalAttributeValueTypeDef"
NewItem: TypeAlias = "dict[str, UniversalAttributeValueTypeDef]"


_encode: Final = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), check_circular=False
).encode


class CorruptItem(Exception):
    """A stored item is not of the shape that this code writes."""


def text_value(value: str) -> NewValue:
    """Write a string."""
    return {"S": value}


def number_value(value: int) -> NewValue:
    """Write a whole number."""
    return {"N": str(value)}


def flag_value(value: bool) -> NewValue:  # noqa: FBT001
    """Write a boolean."""
    return {"BOOL": value}


def bytes_value(value: bytes) -> NewValue:
    """Write bytes."""
    return {"B": value}


def texts_value(values: Sequence[str]) -> NewValue:
    """Write a list of strings."""
    return {"L": [{"S": value} for value in values]}


def json_value(value: JsonValue) -> NewValue:
    """Write JSON as text, members in the order given."""
    return {"S": _encode(value)}


def text_values(values: "Mapping[str, str | None]") -> NewItem:
    """Write those strings that there are."""
    return {name: {"S": value} for name, value in values.items() if value is not None}


def number_values(values: "Mapping[str, int | None]") -> NewItem:
    """Write those whole numbers that there are."""
    return {name: {"N": str(value)} for name, value in values.items() if value is not None}


def without_none(item: "Mapping[str, NewValue | None]") -> NewItem:
    """Leave out what there is none of."""
    return {name: value for name, value in item.items() if value is not None}


def text(item: Item, name: str) -> str:
    """Read a string."""
    try:  # without a call of its own: most of what is read are strings
        return item[name]["S"]
    except KeyError as error:
        raise _corrupt(name, "S") from error


def number(item: Item, name: str) -> int:
    """Read a whole number."""
    try:
        return int(item[name]["N"])
    except KeyError as error:
        raise _corrupt(name, "N") from error


def flag(item: Item, name: str) -> bool:
    """Read a boolean."""
    try:
        return item[name]["BOOL"]
    except KeyError as error:
        raise _corrupt(name, "BOOL") from error


def raw(item: Item, name: str) -> bytes:
    """Read bytes."""
    try:
        return item[name]["B"]
    except KeyError as error:
        raise _corrupt(name, "B") from error


def texts(item: Item, name: str) -> tuple[str, ...]:
    """Read a list of strings; an absent one is empty."""
    if name not in item:
        return ()
    try:
        return tuple([value["S"] for value in item[name]["L"]])
    except KeyError as error:
        raise _corrupt(name, "L") from error


def parsed(item: Item, name: str) -> JsonValue:
    """Read JSON text."""
    return cast("JsonValue", json.loads(text(item, name)))


def optional_text(item: Item, name: str) -> str | None:
    """Read a string that may be absent."""
    return text(item, name) if name in item else None


def optional_number(item: Item, name: str) -> int | None:
    """Read a whole number that may be absent."""
    return number(item, name) if name in item else None


def _corrupt(name: str, kind: str) -> CorruptItem:
    return CorruptItem(f"{name} is missing or not of type {kind}")
