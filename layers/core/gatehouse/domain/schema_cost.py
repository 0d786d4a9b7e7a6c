"""What checking a value against a schema costs, counted before it is done.

References let a schema of forty lines ask for 2 ** 40 checks of one value, and the validator
would make them all. The count follows each keyword that applies a schema to a value, in place or
to a member, and stops at a limit; it checks nothing itself.
"""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final, TypeAlias
from urllib.parse import unquote

from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.schema_positions import positions

MAX_CHECKS: Final = 100_000
"""About a tenth of a second to count."""
_ALTERNATIVES: Final = frozenset({"allOf", "anyOf", "oneOf"})
_CONDITIONS: Final = frozenset({"not", "if", "then", "else"})
_INTO_OBJECTS: Final = frozenset(
    "properties patternProperties propertyNames additionalProperties "  # noqa: SIM905
    "unevaluatedProperties".split()
)
_INTO_LISTS: Final = frozenset({"items", "contains", "unevaluatedItems"})
_UNBOUNDED: Final = ("$dynamicRef", "$recursiveRef")
_REFERRING: Final = frozenset({"$ref", "$id", *_UNBOUNDED})

Step: TypeAlias = tuple[JsonValue, JsonValue]
"""A schema, and the value that it is applied to."""


class UncountableSchema(InvalidRequest):
    """The schema refers to something in a way whose cost cannot be told."""


@dataclass(frozen=True, slots=True)
class SchemaCost:
    """Counts checks; `targets` are what the schema's references point at, `size` its values."""

    schema: JsonObject
    targets: Mapping[str, JsonValue]
    size: int

    @classmethod
    def of(cls, schema: JsonObject) -> "SchemaCost":
        """Prepare to count; raise `UncountableSchema` for a reference other than `#...`."""
        size, names = _measured(schema)
        if names.isdisjoint(_REFERRING):  # nowhere, not even where these would be no keywords
            return cls(schema, {}, size)
        anchors: dict[str, JsonValue] = {"#": schema}
        references: set[str] = set()
        for path, item in positions(schema):
            if any(name in item for name in _UNBOUNDED) or (path != () and "$id" in item):
                raise UncountableSchema("$dynamicRef and nested $id are not supported")
            if "$anchor" in item:
                anchors[f"#{item['$anchor']}"] = item
            if "$ref" in item:
                references.add(str(item["$ref"]))
        targets = {ref: _target(schema, anchors, ref) for ref in references}
        return cls(schema, targets, size)

    def is_bounded_for(self, value: JsonValue) -> bool:
        """Say whether checking `value` takes at most `MAX_CHECKS` steps."""
        # Without references no part of the schema meets a part of the value more than once.
        if not self.targets and self.size * _measured(value)[0] <= MAX_CHECKS:
            return True
        left = MAX_CHECKS
        stack: list[Step] = [(self.schema, value)]
        while stack and left:
            schema, checked = stack.pop()
            left -= 1
            if isinstance(schema, Mapping):
                for step in self._steps(schema, checked):
                    stack.append(step)
                    if len(stack) > left:
                        return False
        return not stack

    def _steps(self, schema: JsonObject, value: JsonValue) -> Iterator[Step]:
        """Yield each schema that `schema` applies, with what it is applied to."""
        for keyword, applied in schema.items():
            if keyword == "$ref":
                yield self.targets[str(applied)], value
            elif keyword in _ALTERNATIVES:
                yield from ((item, value) for item in _list(applied))
            elif keyword in _CONDITIONS:
                yield applied, value
            elif keyword == "dependentSchemas":
                yield from ((item, value) for item in _object(applied).values())
            elif keyword in _INTO_OBJECTS and isinstance(value, Mapping):
                yield from _member_steps(keyword, applied, value)
            elif keyword in _INTO_LISTS and isinstance(value, list):
                yield from ((applied, item) for item in value)
            elif keyword == "prefixItems" and isinstance(value, list):
                yield from zip(_list(applied), value, strict=False)


def _member_steps(keyword: str, applied: JsonValue, value: JsonObject) -> Iterator[Step]:
    match keyword:
        case "properties":
            found = _object(applied)
            yield from ((found[name], value[name]) for name in found.keys() & value.keys())
        case "patternProperties":
            for item in _object(applied).values():
                yield from ((item, member) for member in value.values())
        case "propertyNames":
            yield from ((applied, name) for name in value)
        case _:
            yield from ((applied, member) for member in value.values())


def _target(schema: JsonObject, anchors: Mapping[str, JsonValue], reference: str) -> JsonValue:
    if reference in anchors:
        return anchors[reference]
    if not reference.startswith("#/"):
        raise UncountableSchema(f"$ref must begin with '#' and exist: {reference[:100]}")
    found: JsonValue = schema
    for step in unquote(reference[2:]).split("/"):  # RFC 6901 section 6
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, Mapping) and name in found:
            found = found[name]
        elif isinstance(found, list) and name.isdecimal() and int(name) < len(found):
            found = found[int(name)]
        else:
            raise UncountableSchema(f"$ref points nowhere: {reference[:100]}")
    return found


def _measured(value: JsonValue) -> tuple[int, AbstractSet[str]]:
    """Return of how many values, and names of members, a value consists; and the names."""
    found: list[JsonValue] = [value]
    names: set[str] = set()
    members = 0
    for each in found:  # which grows by what is in it
        if isinstance(each, dict):
            members += len(each)
            names |= each.keys()
            found += each.values()
        elif isinstance(each, list):
            found += each
    return len(found) + members, names


def _list(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, Mapping) else {}
