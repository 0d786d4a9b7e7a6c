"""A tool's definition as JSON: stored, digested, sent to dispatch, and shown to models."""

import hashlib
import json
from dataclasses import fields
from typing import Any, Final, cast

from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.tools import (
    MAX_RESPONSE_BYTES,
    AuthStrategy,
    BodyEncoding,
    HttpMethod,
    InjectedIdentity,
    OnOversize,
    SignatureScheme,
    ToolDefinition,
)

DIGEST: Final = "gatehouse/digest"
"""Under which models' clients find the digest of what they are shown, to notice a change."""


_LATER: Final[JsonObject] = {
    "icons": None,
    "max_response_bytes": MAX_RESPONSE_BYTES,
    "on_oversize": OnOversize.TRUNCATE,
    "idempotency_key": False,
    "body_encoding": BodyEncoding.JSON,
}
"""Fields that came after the first digests, and what counts as saying nothing."""
_FIELDS: Final = tuple(field.name for field in fields(ToolDefinition))
_INJECTED: Final = tuple(field.name for field in fields(InjectedIdentity))


# A table of an enumeration is as strict as the enumeration, and costs no call.
_METHODS: Final = {each.value: each for each in HttpMethod}
_STRATEGIES: Final = {each.value: each for each in AuthStrategy}
_SCHEMES: Final = {each.value: each for each in SignatureScheme}
_ENCODINGS: Final = {each.value: each for each in BodyEncoding}
_OVERSIZES: Final = {each.value: each for each in OnOversize}


def definition_document(definition: ToolDefinition) -> JsonObject:
    """Return the definition as JSON, with every field."""
    document = {name: getattr(definition, name) for name in _FIELDS}
    injected = definition.inject_member_identity
    document["inject_member_identity"] = {name: getattr(injected, name) for name in _INJECTED}
    document["allowed_roles"] = list(definition.allowed_roles)
    document["icons"] = None if definition.icons is None else list(definition.icons)
    return cast("JsonObject", document)


def read_definition(document: JsonObject) -> ToolDefinition:
    """Return the definition that `definition_document` wrote.

    Raises:
        KeyError, TypeError: It is another document.
    """
    known: dict[str, Any] = dict(document)
    known |= {
        "http_method": _METHODS[known["http_method"]],
        "auth_strategy": _STRATEGIES[known["auth_strategy"]],
        "signature_scheme": _SCHEMES[known["signature_scheme"]],
        "body_encoding": _ENCODINGS[known.get("body_encoding", BodyEncoding.JSON)],
        "on_oversize": _OVERSIZES[known.get("on_oversize", OnOversize.TRUNCATE)],
        "inject_member_identity": InjectedIdentity(**known["inject_member_identity"]),
        "allowed_roles": tuple(known["allowed_roles"]),
        "icons": tuple(known["icons"]) if known.get("icons") is not None else None,
    }
    return ToolDefinition(**known)


def tool_digest(definition: ToolDefinition) -> str:
    """Return the hexadecimal SHA-256 of the definition's canonical JSON (RFC 8785).

    It covers every field; those that came later count only where they say something, so that a
    definition keeps its digest, and an approval of it holds, when fields are added.
    """
    document = definition_document(definition)
    said = {n: v for n, v in document.items() if n not in _LATER or v != _LATER[n]}
    return hashlib.sha256(canonical_bytes(said)).hexdigest()


def tool_descriptor_text(definition: ToolDefinition) -> str:
    """Return what models see, an MCP Tool object, as JSON text with the schemas as given."""
    descriptor = {
        "name": definition.name,
        "title": definition.title,
        "description": definition.description,
        "inputSchema": definition.input_schema,
        "outputSchema": definition.output_schema,
        "annotations": definition.annotations,
        "icons": definition.icons,
        "_meta": {DIGEST: tool_digest(definition)},
    }
    present = {name: value for name, value in descriptor.items() if value is not None}
    return json.dumps(present, ensure_ascii=False, separators=(",", ":"))
