"""What a tool's path, headers, query and body may hold, and which variables they may name."""

import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import unquote

from gatehouse.domain.errors import FieldError
from gatehouse.domain.outbound_headers import (
    is_header_name,
    is_reserved_header,
    sets_idempotency_key,
)
from gatehouse.domain.templates import (
    RESERVED_VARIABLES,
    InvalidTemplate,
    body_placeholders,
    parse,
    placeholders,
)
from gatehouse.domain.tools import BodyEncoding, HttpMethod, ToolDefinition

MAX_PATH_LENGTH: Final = 2048
MAX_ENTRIES: Final = 32
MAX_NAME_LENGTH: Final = 128
MAX_TEMPLATE_LENGTH: Final = 4096

# Visible ASCII but for what would end the path, and the backslash that some parsers read as "/".
_PATH: Final = re.compile(r"/[!$-;=@-\[\]-~]*", re.ASCII)
_BAD_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})", re.ASCII)
_DOTS: Final = frozenset({".", ".."})
"""Segments that a server resolves away (RFC 3986 section 5.2.4), in any spelling."""
_HEADER_TEXT: Final = re.compile(r"[ -~]*", re.ASCII)
_QUERY_NAME: Final = re.compile(r"[!-~]+", re.ASCII)


def template_errors(definition: ToolDefinition) -> Iterator[FieldError]:
    """Yield what is wrong with the templates of a definition."""
    properties = definition.input_schema.get("properties")
    arguments = frozenset(properties) if isinstance(properties, Mapping) else frozenset()
    for name in sorted(arguments & RESERVED_VARIABLES):
        yield FieldError(f"input_schema.properties.{name}", "is a reserved variable")
    known = arguments | RESERVED_VARIABLES
    yield from _path_errors(definition.endpoint_path, known)
    yield from _header_errors(definition.headers_template, known)
    if definition.idempotency_key and sets_idempotency_key(definition.headers_template):
        yield FieldError("headers_template", "must leave Idempotency-Key to idempotency_key")
    yield from _query_errors(definition.query_template, known)
    if definition.body_template is not None:
        yield from _body_errors(definition, known)


def _path_errors(path: str, known: frozenset[str]) -> Iterator[FieldError]:
    field = "endpoint_path"
    shape = _shape(path)
    if not shape.startswith("/"):
        yield FieldError(field, "must start with /")
    elif not _PATH.fullmatch(shape) or len(path) > MAX_PATH_LENGTH or _BAD_ESCAPE.search(shape):
        yield FieldError(field, "must be a path: visible ASCII, no query, no fragment")
    elif "//" in shape:
        yield FieldError(field, "must not have empty segments")
    elif any(unquote(unquote(segment)) in _DOTS for segment in shape.split("/")):
        yield FieldError(field, "must not have the segments . and ..")
    yield from _unknown(field, path, known)


def _header_errors(headers: Mapping[str, str], known: frozenset[str]) -> Iterator[FieldError]:
    yield from _size_errors("headers_template", headers)
    seen: set[str] = set()
    for name, template in headers.items():
        field = f"headers_template.{name}"
        if not is_header_name(name):
            yield FieldError(field, "is not a header's name")
        elif is_reserved_header(name):
            yield FieldError(field, "is a header that only Gatehouse sets")
        elif name.lower() in seen:
            yield FieldError(field, "is there twice")
        if not _HEADER_TEXT.fullmatch(template):
            yield FieldError(field, "must hold visible ASCII and spaces only")
        seen.add(name.lower())
        yield from _unknown(field, template, known)


def _query_errors(query: Mapping[str, str], known: frozenset[str]) -> Iterator[FieldError]:
    yield from _size_errors("query_template", query)
    for name, template in query.items():
        field = f"query_template.{name}"
        if not _QUERY_NAME.fullmatch(name):
            yield FieldError(field, "must be named in visible ASCII")
        yield from _unknown(field, template, known)


def _body_errors(definition: ToolDefinition, known: frozenset[str]) -> Iterator[FieldError]:
    field = "body_template"
    if definition.http_method is HttpMethod.GET:
        yield FieldError(field, "a GET request has no body")
    if definition.body_encoding is BodyEncoding.FORM and not isinstance(
        definition.body_template, Mapping | str
    ):
        yield FieldError(field, "must be an object to be sent as a form")
    try:
        unknown = body_placeholders(definition.body_template) - known
    except InvalidTemplate as error:
        yield FieldError(field, str(error))
    else:
        yield from _named(field, unknown)


def _size_errors(field: str, templates: Mapping[str, str]) -> Iterator[FieldError]:
    if len(templates) > MAX_ENTRIES:
        yield FieldError(field, f"must have at most {MAX_ENTRIES} entries")
    for name, template in templates.items():
        if len(name) > MAX_NAME_LENGTH or len(template) > MAX_TEMPLATE_LENGTH:
            yield FieldError(f"{field}.{name[:MAX_NAME_LENGTH]}", "is too long")


def _unknown(field: str, template: str, known: frozenset[str]) -> Iterator[FieldError]:
    """Yield a template's syntax error, or the variables that nothing will ever fill."""
    try:
        unknown = placeholders(template) - known
    except InvalidTemplate as error:
        yield FieldError(field, str(error))
    else:
        yield from _named(field, unknown)


def _named(field: str, unknown: frozenset[str]) -> Iterator[FieldError]:
    for name in sorted(unknown):
        yield FieldError(field, f"names the unknown variable '{name}'")


def _shape(path: str) -> str:
    """Return a path with a letter for each placeholder; the path itself when it does not parse."""
    try:
        return "".join(part if isinstance(part, str) else "x" for part in parse(path))
    except InvalidTemplate:
        return path
