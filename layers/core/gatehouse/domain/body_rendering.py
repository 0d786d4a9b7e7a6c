"""The body of an outbound call, in JSON or as a form."""

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, TypeAlias

from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.path_rendering import Entries, argument_entries, encoded_query
from gatehouse.domain.template_values import UNUSABLE, Values, is_scalar, unusable
from gatehouse.domain.templates import Variable, parse
from gatehouse.domain.tools import BodyEncoding


class Absent(Enum):
    """Nothing at all, which differs from JSON's null."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT
Filled: TypeAlias = "JsonValue | Absent"


def templated_body(template: JsonValue, values: Values, encoding: BodyEncoding) -> bytes:
    """Fill a body template; empty when the whole of it hangs on an absent argument."""
    filled = _filled(template, values)
    return b"" if isinstance(filled, Absent) else encoded(filled, encoding)


def encoded(value: JsonValue, encoding: BodyEncoding) -> bytes:
    """Write a body; raise `ToolRefused` for what cannot be written so."""
    return _form(value) if encoding is BodyEncoding.FORM else _json(value)


def _json(value: JsonValue) -> bytes:
    """Return `value` as compact JSON in UTF-8; raise `ToolRefused` for what is not JSON."""
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        return text.encode()
    except ValueError as error:  # UnicodeEncodeError is one
        raise ToolRefused("An argument is not a JSON value", code=UNUSABLE) from error


def _form(value: JsonValue) -> bytes:
    """Write an object as a form.

    An array of scalars repeats its field. Whatever is deeper is written in brackets: `a[b]`, and
    `a[0]` for the items of arrays. No two members of a body may write one field, or an argument
    could stand in for what the template fixes.
    """
    if not isinstance(value, Mapping):
        raise ToolRefused("Only an object can be sent as a form", code=UNUSABLE)
    entries: list[tuple[str, str]] = []
    fields: set[str] = set()
    for name, item in value.items():
        own = tuple(_fields(name, item, name))
        written = {field for field, _ in own}
        if written & fields:
            raise unusable(name, "would write a field of the form a second time")
        fields |= written
        entries += own
    return encoded_query(iter(entries)).encode()


def _fields(name: str, value: JsonValue, source: str) -> Entries:
    """Yield the fields of one member of a form."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            if "[" in key or "]" in key:
                raise unusable(source, "holds a name with brackets, which a form cannot carry")
            yield from _nested(f"{name}[{key}]", item, source)
    elif isinstance(value, list | tuple) and not all(map(is_scalar, value)):
        yield from _items(name.removesuffix("[]"), value, source)
    else:
        yield from argument_entries(name, value, source)


def _nested(name: str, value: JsonValue, source: str) -> Entries:
    if isinstance(value, list | tuple):
        yield from _items(name, value, source)
    else:
        yield from _fields(name, value, source)


def _items(name: str, items: Sequence[JsonValue], source: str) -> Entries:
    for number, item in enumerate(items):
        yield from _nested(f"{name}[{number}]", item, source)


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
