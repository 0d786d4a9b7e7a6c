"""OpenAPI's schemas to JSON Schema 2020-12, each whole by itself.

A `$ref` becomes one into the schema's own `$defs`, so that a cycle stays what it is, costs nothing,
and needs no cutting. `allOf`, `oneOf` and `anyOf` are kept as they are. A schema that is too large,
or that our validator refuses, is taken again with less: first without what only describes, then
without patterns, at last with what lies beyond `levels` references left open (`true`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.openapi.document import Document, as_list, as_object, pointer_name
from gatehouse.domain.shown_text import hidden_character

_SCHEMAS: Final = frozenset({"properties", "patternProperties", "$defs", "dependentSchemas"})
_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_ONE: Final = frozenset(
    {"items", "not", "if", "then", "else", "contains", "additionalProperties", "propertyNames"}
)
_KEPT: Final = frozenset(
    {
        *("type", "enum", "const", "required", "format", "pattern", "description", "title"),
        *("default", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("minLength", "maxLength", "minItems", "maxItems", "uniqueItems"),
        *("minProperties", "maxProperties"),
    }
)
_DESCRIBING: Final = frozenset({"description", "title", "default"})
_BOUNDS: Final = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
MAX_NODES: Final = 5000
"""Of one schema, all that it refers to included."""


class TooLarge(ValueError):
    """The schema has more parts than are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """How much of a schema is taken; `levels` counts references, None is all of them."""

    describing: bool = True
    patterns: bool = True
    levels: int | None = None


DETAILS: Final = (
    Detail(),
    Detail(describing=False),
    Detail(patterns=False),
    Detail(describing=False, patterns=False),
    Detail(describing=False, patterns=False, levels=2),
    Detail(describing=False, patterns=False, levels=1),
    Detail(describing=False, patterns=False, levels=0),
)
"""From the whole schema to its outline."""


@dataclass(slots=True, kw_only=True)
class Schemas:
    """Takes over the schemas of one tool; they share `definitions`, by the names given here."""

    document: Document
    detail: Detail
    writing: bool
    most_nodes: int = MAX_NODES
    definitions: dict[str, JsonValue] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    nodes: int = 0

    def taken(self, schema: JsonValue, level: int = 0) -> JsonValue:
        """Return one schema; raise `BrokenReference`, or `TooLarge`."""
        self.nodes += 1
        if self.nodes > self.most_nodes:
            raise TooLarge("its schemas have too many parts")
        if not isinstance(schema, Mapping):
            return schema if isinstance(schema, bool) else True
        if isinstance(reference := schema.get("$ref"), str):
            return self._referred(reference, level)
        taken = dict(self._members(schema, level))
        if self.document.is_3_0:
            _modernize(schema, taken)
        self._leave_out_unwritable(schema, taken)
        return taken

    def _referred(self, reference: str, level: int) -> JsonValue:
        if reference not in self.names:
            target = self.document.target(reference)
            if self.detail.levels is not None and level >= self.detail.levels:
                return True
            self.names[reference] = self._free_name(reference)
            self.definitions[self.names[reference]] = True  # a cycle ends here
            self.definitions[self.names[reference]] = self.taken(target, level + 1)
        return {"$ref": f"#/$defs/{self.names[reference]}"}

    def _free_name(self, reference: str) -> str:
        wanted = re.sub(r"[^A-Za-z0-9_.-]", "_", pointer_name(reference.rpartition("/")[2])) or "_"
        name, number = wanted, 1
        while name in self.definitions:
            number += 1
            name = f"{wanted}_{number}"
        return name

    def _members(self, schema: JsonObject, level: int) -> Iterator[tuple[str, JsonValue]]:
        for name, item in schema.items():
            if name in _SCHEMAS and isinstance(item, Mapping):
                yield name, {key: self.taken(one, level) for key, one in item.items()}
            elif name in _LISTS and as_list(item):
                yield name, [self.taken(one, level) for one in as_list(item)]
            elif name in _ONE and isinstance(item, Mapping | bool):
                yield name, self.taken(item, level)
            elif name in _KEPT and self._is_wanted(name):
                yield name, visible(item)

    def _is_wanted(self, name: str) -> bool:
        if name == "pattern":
            return self.detail.patterns
        return self.detail.describing or name not in _DESCRIBING

    def _leave_out_unwritable(self, schema: JsonObject, taken: dict[str, JsonValue]) -> None:
        """Drop the properties of an argument that only answers have, or the other way round."""
        word = "readOnly" if self.writing else "writeOnly"
        properties = as_object(schema.get("properties")).items()
        dropped = {name for name, item in properties if as_object(item).get(word) is True}
        if dropped:
            kept = as_object(taken.get("properties")).items()
            taken["properties"] = {name: item for name, item in kept if name not in dropped}
            required = as_list(taken.get("required"))
            taken["required"] = [name for name in required if name not in dropped]


def _modernize(schema: JsonObject, taken: dict[str, JsonValue]) -> None:
    """Spell what OpenAPI 3.0 says in its own words as JSON Schema 2020-12 does."""
    for exclusive, bound in _BOUNDS.items():
        if isinstance(flag := taken.get(exclusive), bool):
            del taken[exclusive]
            if flag and bound in taken:
                taken[exclusive] = taken.pop(bound)
    if schema.get("nullable") is True:
        if isinstance(kind := taken.get("type"), str):
            taken["type"] = [kind, "null"]
        choices = taken.get("enum")
        if isinstance(choices, list) and None not in choices:
            taken["enum"] = [*choices, None]


def visible(value: JsonValue) -> JsonValue:
    """Return a value whose texts hold no hidden character, for a model reads them."""
    if isinstance(value, str):
        return visible_text(value)
    if isinstance(value, Mapping):
        return {visible_text(name): visible(item) for name, item in value.items()}
    if isinstance(value, list):
        return [visible(item) for item in value]
    return value


def visible_text(text: str) -> str:
    """Return a text without its hidden characters."""
    return (
        text
        if text.isascii() and text.isprintable()
        else "".join(character for character in text if not hidden_character(character))
    )


def size(value: JsonValue) -> int:
    """Return how many bytes a value has as JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
