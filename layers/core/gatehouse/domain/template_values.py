"""What a template's variables stand for in one call, and how a value is written into text."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.calls import Invocation
from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.templates import RESERVED_VARIABLES, Parts, Variable, parse

MISCONFIGURED: Final = "tool_misconfigured"
UNUSABLE: Final = "unusable_argument"
_encode: Final = json.JSONEncoder(
    separators=(",", ":"), check_circular=False, allow_nan=False
).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """The values of one call. What is absent has no entry; `null` is a value of its own.

    The two kinds are kept apart, so that an argument called `member.id` cannot stand in for a
    member who is not there.
    """

    arguments: JsonObject
    reserved: JsonObject

    def has(self, name: str) -> bool:
        """Say whether the variable has a value."""
        return name in (self.reserved if name in RESERVED_VARIABLES else self.arguments)

    def get(self, name: str) -> JsonValue:
        """Return the variable's value; `None` for null, and for what is absent."""
        return (self.reserved if name in RESERVED_VARIABLES else self.arguments).get(name)

    def fill(self, template: str) -> str | None:
        """Write the values into a template; `None` when one of them is absent or null."""
        parts = parse(template)
        if missing(parts, self):
            return None
        return "".join(
            as_text(self.get(part.name), part.name) if isinstance(part, Variable) else part
            for part in parts
        )


def values_of(invocation: Invocation) -> Values:
    """Return what an invocation's variables stand for."""
    reserved: dict[str, JsonValue] = {
        "project.id": invocation.tool.project_id,
        "integration.id": invocation.integration_id,
        "request.id": invocation.request_id,
    }
    if member := invocation.member:
        reserved |= {"member.id": member.external_id, "member.roles": list(member.roles)}
        if member.email is not None:
            reserved["member.email"] = member.email
    reserved |= invocation.client.variables
    return Values(arguments=invocation.arguments, reserved=reserved)


def missing(parts: Parts, values: Values) -> str | None:
    """Return the first variable that has no value to write into text, if there is one."""
    for part in parts:
        if isinstance(part, Variable) and values.get(part.name) is None:
            return part.name
    return None


def as_text(value: JsonValue, name: str) -> str:
    """Write a value into text: strings as they are, everything else as compact JSON.

    Raises:
        ToolRefused: A string that is not Unicode text, or a number that is not JSON.
    """
    text = value if isinstance(value, str) else compact_json(value, name)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise unusable(name, "holds half of a surrogate pair") from error
    return text


def compact_json(value: JsonValue, name: str) -> str:
    """Write a value as JSON without spaces and beyond ASCII escaped; raise `ToolRefused`."""
    try:
        return _encode(value)
    except ValueError as error:
        raise unusable(name, "is not a JSON value") from error


def is_scalar(value: JsonValue) -> bool:
    """Say whether a value is neither an object nor an array."""
    return isinstance(value, str) or not isinstance(value, Mapping | list | tuple)


def unusable(name: str, why: str) -> ToolRefused:
    """Refuse a call for one of its values, which the message names and never repeats."""
    what = f"'{name}'" if name in RESERVED_VARIABLES else f"Argument '{name}'"
    return ToolRefused(f"{what} {why}", code=UNUSABLE)
