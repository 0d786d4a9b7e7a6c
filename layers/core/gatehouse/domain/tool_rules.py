"""Which tools may be registered: every rule about a definition, each named by its field."""

import json
import re
from collections.abc import Iterator
from typing import Final

from gatehouse.domain.arguments import UnusableSchema, compiled
from gatehouse.domain.errors import FieldError
from gatehouse.domain.header_params import InvalidHeaderParam, header_params
from gatehouse.domain.icons import icon_errors
from gatehouse.domain.ids import TOOL_NAME
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.origins import origin_problem
from gatehouse.domain.shown_text import hidden_character, hidden_characters, text_problem
from gatehouse.domain.tool_documents import definition_document, tool_descriptor_text
from gatehouse.domain.tool_template_rules import template_errors
from gatehouse.domain.tools import (
    MAX_DEDUPLICATE_SECONDS,
    MAX_RESPONSE_BYTES,
    MAX_TIMEOUT_SECONDS,
    MIN_RESPONSE_BYTES,
    AuthStrategy,
    ToolDefinition,
)
from gatehouse.domain.upstreams import UpstreamPolicy

MAX_DESCRIPTION: Final = 2000
MAX_TITLE: Final = 200
MAX_SCHEMA_BYTES: Final = 64 * 1024
MAX_SCHEMA_DEPTH: Final = 32
MAX_STORED_BYTES: Final = 256 * 1024
"""Of a definition as it is stored, schemas twice; an item of DynamoDB holds 400 KB."""
MAX_ROLES: Final = 32
MAX_ROLE: Final = 128
MIN_HMAC_SECRET: Final = 16

_SECRET: Final = re.compile(r"[!-~]{1,1024}", re.ASCII)
_HINTS: Final = frozenset({"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"})
"""The booleans of MCP's ToolAnnotations; beside them it has a `title`."""


def field_errors(
    definition: ToolDefinition, *, secret: str | None, keeps_secret: bool, upstreams: UpstreamPolicy
) -> tuple[FieldError, ...]:
    """Return everything that is wrong with a tool; empty when it may be stored.

    Args:
        definition: What its owner wrote.
        secret: A new secret in the clear.
        keeps_secret: Whether a secret given before stays.
        upstreams: What this deployment lets tools call.
    """
    return tuple(
        _all_errors(definition, secret=secret, keeps_secret=keeps_secret, upstreams=upstreams)
    )


def _all_errors(
    definition: ToolDefinition, *, secret: str | None, keeps_secret: bool, upstreams: UpstreamPolicy
) -> Iterator[FieldError]:
    if not TOOL_NAME.fullmatch(definition.name):
        yield FieldError("name", "must be 1 to 64 letters, digits, hyphens and underscores")
    yield from _wording_errors(definition)
    yield from _schema_errors("input_schema", definition.input_schema)
    if definition.output_schema is not None:
        yield from _schema_errors("output_schema", definition.output_schema)
    if problem := origin_problem(definition.base_url, upstreams):
        yield FieldError("base_url", problem)
    yield from template_errors(definition)
    yield from _role_errors(definition.allowed_roles)
    if not 1 <= definition.timeout_seconds <= MAX_TIMEOUT_SECONDS:
        yield FieldError("timeout_seconds", f"must be from 1 to {MAX_TIMEOUT_SECONDS}")
    if not 0 <= definition.deduplicate_seconds <= MAX_DEDUPLICATE_SECONDS:
        yield FieldError("deduplicate_seconds", f"must be from 0 to {MAX_DEDUPLICATE_SECONDS}")
    if not MIN_RESPONSE_BYTES <= definition.max_response_bytes <= MAX_RESPONSE_BYTES:
        message = f"must be from {MIN_RESPONSE_BYTES} to {MAX_RESPONSE_BYTES}"
        yield FieldError("max_response_bytes", message)
    yield from _secret_errors(definition.auth_strategy, secret, keeps_secret=keeps_secret)
    yield from _size_errors(definition)


def _wording_errors(definition: ToolDefinition) -> Iterator[FieldError]:
    if problem := text_problem(definition.description, longest=MAX_DESCRIPTION):
        yield FieldError("description", problem)
    if definition.title is not None and (
        problem := text_problem(definition.title, longest=MAX_TITLE)
    ):
        yield FieldError("title", problem)
    if definition.icons is not None:
        yield from icon_errors(definition.icons)
    for name, value in (definition.annotations or {}).items():
        if name == "title" and isinstance(value, str):
            if problem := text_problem(value, longest=MAX_TITLE):
                yield FieldError("annotations.title", problem)
        elif name not in _HINTS or not isinstance(value, bool):
            yield FieldError(f"annotations.{name}", "is none of MCP's annotations")


def _schema_errors(field: str, schema: JsonObject) -> Iterator[FieldError]:
    # MCP calls with an object of arguments and answers with an object as structured content.
    if schema.get("type") != "object":
        yield FieldError(field, 'must be a schema with "type": "object"')
    if _bytes(schema) > MAX_SCHEMA_BYTES:
        yield FieldError(field, f"must be at most {MAX_SCHEMA_BYTES} bytes of JSON")
    elif _depth(schema) > MAX_SCHEMA_DEPTH:
        yield FieldError(field, f"must be nested at most {MAX_SCHEMA_DEPTH} deep")
    else:
        try:
            compiled(schema)
            header_params(schema)  # clients drop a tool whose headers they cannot send
        except (UnusableSchema, InvalidHeaderParam) as error:
            yield FieldError(field, str(error))
    if found := next(hidden_characters(schema), None):
        yield FieldError(field, f"holds the hidden character {found}")


def _role_errors(roles: tuple[str, ...]) -> Iterator[FieldError]:
    if len(roles) > MAX_ROLES:
        yield FieldError("allowed_roles", f"must name at most {MAX_ROLES} roles")
    for index, role in enumerate(roles):
        if not 1 <= len(role) <= MAX_ROLE or hidden_character(role):
            yield FieldError(f"allowed_roles.{index}", f"must be 1 to {MAX_ROLE} characters")


def _secret_errors(
    strategy: AuthStrategy, secret: str | None, *, keeps_secret: bool
) -> Iterator[FieldError]:
    field = "encrypted_auth_secret"
    if strategy is AuthStrategy.NONE:
        if secret is not None:
            yield FieldError(field, "auth_strategy none uses no secret")
    elif secret is None:
        if not keeps_secret:
            yield FieldError(field, f"auth_strategy {strategy} needs a secret")
    elif not _SECRET.fullmatch(secret):
        yield FieldError(field, "must be 1 to 1024 visible ASCII characters")
    elif strategy is AuthStrategy.HMAC_SIGNATURE and len(secret) < MIN_HMAC_SECRET:
        yield FieldError(field, f"must have at least {MIN_HMAC_SECRET} characters to sign with")


def _size_errors(definition: ToolDefinition) -> Iterator[FieldError]:
    stored = _bytes(definition_document(definition))
    stored += len(tool_descriptor_text(definition).encode())
    if stored > MAX_STORED_BYTES:
        yield FieldError("body_template", "makes the tool larger than can be stored")


def _bytes(value: JsonValue) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def _depth(value: JsonValue) -> int:
    """Return how deep a value is nested; the parser of request bodies bounds the recursion."""
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(_depth, value), default=0)
    return 0
