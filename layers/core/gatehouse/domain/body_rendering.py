"""The JSON body of an outbound call."""

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, TypeAlias

from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.template_values import UNUSABLE, Values
from gatehouse.domain.templates import Variable, parse


class Absent(Enum):
    """Nothing at all, which differs from JSON's null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Filled: TypeAlias = "JsonValue | Absent"


def templated_body(template: JsonValue, values: Values) -> bytes:
    """Fill a body template; empty when the whole of it hangs on an absent argument."""
    filled = _filled(template, values)
    return b"" if isinstance(filled, Absent) else encoded(filled)


def encoded(value: JsonValue) -> bytes:
    """Return `value` as compact JSON in UTF-8; raise `ToolRefused` for what is not JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except ValueError as error:  # UnicodeEncodeError is one
        raise ToolRefused("An argument is not a JSON value", code=UNUSABLE) from error


def _filled(template: JsonValue, values: Values) -> Filled:
    """Fill every string; drop members and items whose argument is absent."""
    if isinstance(template, str):
        return _filled_text(template, values)
    if isinstance(template, Mapping):
        return _filled_object(template, values)
    if isinstance(template, Sequence):
        items = (_filled(item, values) for item in template)
        return [item for item in items if not isinstance(item, Absent)]
    return template


def _filled_object(template: JsonObject, values: Values) -> JsonObject:
    members = ((name, _filled(value, values)) for name, value in template.items())
    return {name: value for name, value in members if not isinstance(value, Absent)}


def _filled_text(template: str, values: Values) -> Filled:
    """A lone placeholder takes the value with its type, null included; others become text."""
    parts = parse(template)
    if len(parts) == 1 and isinstance(parts[0], Variable):
        name = parts[0].name
        return values.get(name) if values.has(name) else ABSENT
    text = values.fill(template)
    return ABSENT if text is None else text
