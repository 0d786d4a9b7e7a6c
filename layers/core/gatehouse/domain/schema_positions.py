"""Where schemas stand in a JSON Schema 2020-12; examples, defaults and constants are none."""

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from gatehouse.domain.json_values import JsonObject, JsonValue

_LISTS: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_MAPS: Final = frozenset({"patternProperties", "dependentSchemas", "$defs", "definitions"})
_SINGLE: Final = frozenset(
    "additionalProperties contains contentSchema else if items not propertyNames then "  # noqa: SIM905
    "unevaluatedItems unevaluatedProperties".split()
)

Path: TypeAlias = tuple[str, ...]


def positions(schema: JsonValue) -> Iterator[tuple[Path | None, JsonObject]]:
    """Yield every schema in `schema`, itself first, with the names of properties that lead to it.

    The path is None where more than `properties` had to be passed.
    """
    return _positions(schema, ())


def _positions(schema: JsonValue, path: Path | None) -> Iterator[tuple[Path | None, JsonObject]]:
    if not isinstance(schema, Mapping):
        return
    yield path, schema
    for keyword, value in schema.items():
        if keyword == "properties" and isinstance(value, Mapping):
            for name, item in value.items():
                yield from _positions(item, None if path is None else (*path, name))
        elif keyword in _MAPS and isinstance(value, Mapping):
            for item in value.values():
                yield from _positions(item, None)
        elif keyword in _LISTS and isinstance(value, list):
            for item in value:
                yield from _positions(item, None)
        elif keyword in _SINGLE:
            yield from _positions(value, None)
