"""Arguments that a tool's schema also sends as HTTP headers, by `x-mcp-header` (MCP SEP-2243).

A property says `"x-mcp-header": "Region"`; a modern client then repeats its value in the header
`Mcp-Param-Region`, for intermediaries that route by it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.schema_positions import positions

KEYWORD: Final = "x-mcp-header"
MAX_SAFE_INTEGER: Final = 2**53 - 1
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+", re.ASCII)  # RFC 9110 section 5.6.2
_DECIMAL: Final = re.compile(r"(-?[0-9]{1,16})(?:\.0+)?", re.ASCII)
_VISIBLE: Final = re.compile(r"[\x20-\x7e\t]*", re.ASCII)
_TYPES: Final = frozenset({"string", "integer", "boolean"})


class InvalidHeaderParam(InvalidRequest):
    """The schema declares a header that clients cannot send; they drop such a tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderParam:
    """The argument at `path` (names of nested properties) goes into `Mcp-Param-<name>` as well."""

    path: tuple[str, ...]
    name: str
    type: str

    @property
    def header(self) -> str:
        """The header's name, in lower case."""
        return f"mcp-param-{self.name.lower()}"

    def value(self, arguments: JsonObject) -> JsonValue:
        """Return the argument; None when it is absent or null."""
        value: JsonValue = arguments
        for name in self.path:
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value

    def agrees(self, text: str, value: JsonValue) -> bool:
        """Say whether the header's decoded `text` is what `value` is written as."""
        if isinstance(value, bool):
            return text == ("true" if value else "false")
        if isinstance(value, str):
            return text == value
        if not isinstance(value, int | float) or abs(value) > MAX_SAFE_INTEGER:
            return False
        decimal = _DECIMAL.fullmatch(text)  # 42.0 is 42: numbers are compared, not digits
        return decimal is not None and int(decimal[1]) == value


def is_visible(text: str) -> bool:
    """Say whether a header's raw value holds visible ASCII, spaces and tabs only."""
    return _VISIBLE.fullmatch(text) is not None


def header_params(schema: JsonObject) -> tuple[HeaderParam, ...]:
    """Return what `schema` declares.

    Raises:
        InvalidHeaderParam: A declaration's name is no token or is used twice, its property is no
            string, integer or boolean, or is reached otherwise than by `properties` alone.
    """
    found = tuple(_param(path, item) for path, item in positions(schema) if KEYWORD in item)
    if len({param.header for param in found}) != len(found):
        raise InvalidHeaderParam(f"{KEYWORD} gives two properties the same header")
    return found


def _param(path: tuple[str, ...] | None, schema: JsonObject) -> HeaderParam:
    name, kind = schema[KEYWORD], schema.get("type")
    if not path:
        raise InvalidHeaderParam(f"{KEYWORD} may only stand in a property of the root's properties")
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise InvalidHeaderParam(f"{KEYWORD} of '{'.'.join(path)}' is no header name")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise InvalidHeaderParam(f"{KEYWORD} needs type string, integer or boolean")
    return HeaderParam(path=path, name=name, type=kind)
