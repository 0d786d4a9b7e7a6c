"""Path and query of an outbound call: the template gives their shape, values only fill it.

Values are percent-encoded but for RFC 3986's unreserved characters (section 2.3), so that none
of them can end a path segment, a query entry or the target itself.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.template_values import (
    MISCONFIGURED,
    Values,
    as_text,
    is_scalar,
    missing,
    unusable,
)
from gatehouse.domain.templates import Variable, parse

MEMBER_REQUIRED: Final = "member_required"
MISSING: Final = "missing_argument"

_LITERAL_PATH: Final = "/%:@!$&'()*+,;="
"""What a template's own text may hold unencoded: pchar (RFC 3986 section 3.3) and slashes."""
_DOTS: Final = frozenset({".", ".."})
"""Segments that a server resolves away (RFC 3986 section 5.2.4)."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
"""All of Unicode's category Cc."""

Entries = Iterator[tuple[str, str]]


def render_path(template: str, values: Values) -> str:
    """Fill a path; each value stays within the segment its placeholder stands in.

    Raises:
        ToolRefused: A value is absent, empty, a dot segment (also after decoding once more,
            which some servers do), or holds control characters.
    """
    parts = parse(template)
    if name := missing(parts, values):
        raise _absent(name)
    path = "".join(
        [
            _quoted(_segment_text(values, part.name))
            if isinstance(part, Variable)
            else _literal(part)
            for part in parts
        ]
    )
    if not path.startswith("/"):
        raise ToolRefused("The tool's path does not start with a slash", code=MISCONFIGURED)
    # Values and literal text may make a dot segment only together, such as `.{x}`.
    if _may_hold_dots(path) and any(_is_dots(unquote(part)) for part in path.split("/")):
        raise ToolRefused("The path would leave its place with these arguments", code=MISCONFIGURED)
    return path


def query_entries(name: str, template: str, values: Values) -> Entries:
    """Yield the entries of one templated query parameter; none when a value is absent.

    A lone placeholder whose value is an array of scalars repeats the parameter.
    """
    parts = parse(template)
    if len(parts) == 1 and isinstance(parts[0], Variable):
        yield from argument_entries(name, values.get(parts[0].name), parts[0].name)
    elif (text := values.fill(template)) is not None:
        yield name, text


def argument_entries(name: str, value: JsonValue, source: str) -> Entries:
    """Yield the entries of one value; `source` is what a refusal calls it."""
    if isinstance(value, list | tuple) and all(map(is_scalar, value)):
        yield from ((name, as_text(item, source)) for item in value if item is not None)
    elif value is not None:
        yield name, as_text(value, source)


def encoded_query(entries: Entries) -> str:
    """Join entries as `name=value&...`, both percent-encoded."""
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in entries])


@lru_cache(maxsize=512)
def _literal(part: str) -> str:
    """Return a template's own text as it is sent; templates are few."""
    return quote(part, safe=_LITERAL_PATH)


def _quoted(text: str) -> str:
    if text.isascii() and text.isalnum():  # as most names and ids are: there is nothing to encode
        return text
    return quote(text, safe="", errors="surrogatepass")


def _segment_text(values: Values, name: str) -> str:
    text = as_text(values.get(name), name)
    for reading in (text, unquote(text)) if "%" in text else (text,):
        if not reading or (_may_hold_dots(reading) and _is_dots(reading)):
            raise unusable(name, "is part of a path and must not be empty, '.' or '..'")
        if _CONTROL.search(reading):
            raise unusable(name, "is part of a path and must not hold control characters")
    return text


def _may_hold_dots(text: str) -> bool:
    """Say whether there is a dot in `text`, or what may be one once it is decoded."""
    return "." in text or "%" in text


def _is_dots(segment: str) -> bool:
    """Recognize dot segments, also in a text that is encoded once more."""
    return segment in _DOTS or unquote(segment) in _DOTS


def _absent(name: str) -> ToolRefused:
    if name.startswith("member."):  # the other reserved variables always have a value
        return ToolRefused("Member context required", code=MEMBER_REQUIRED)
    return ToolRefused(f"Argument '{name}' is required: it is part of the path", code=MISSING)
