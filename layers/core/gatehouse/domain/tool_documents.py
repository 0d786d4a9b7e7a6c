"""A tool's definition as JSON: stored, digested, sent to dispatch, and shown to models."""

import hashlib
import json
from dataclasses import asdict, fields
from typing import Any, cast

from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.tools import (
    AuthStrategy,
    HttpMethod,
    InjectedIdentity,
    SignatureScheme,
    ToolDefinition,
)


def definition_document(definition: ToolDefinition) -> JsonObject:
    """Return the definition as JSON, with every field."""
    document = {item.name: getattr(definition, item.name) for item in fields(definition)}
    document["inject_member_identity"] = asdict(definition.inject_member_identity)
    document["allowed_roles"] = list(definition.allowed_roles)
    return cast("JsonObject", document)


def read_definition(document: JsonObject) -> ToolDefinition:
    """Return the definition that `definition_document` wrote."""
    known: dict[str, Any] = dict(document)
    known |= {
        "http_method": HttpMethod(known["http_method"]),
        "auth_strategy": AuthStrategy(known["auth_strategy"]),
        "signature_scheme": SignatureScheme(known["signature_scheme"]),
        "inject_member_identity": InjectedIdentity(**known["inject_member_identity"]),
        "allowed_roles": tuple(known["allowed_roles"]),
    }
    return ToolDefinition(**known)


def tool_digest(definition: ToolDefinition) -> str:
    """Return the hexadecimal SHA-256 of the definition's canonical JSON (RFC 8785)."""
    return hashlib.sha256(canonical_bytes(definition_document(definition))).hexdigest()


def tool_descriptor_text(definition: ToolDefinition) -> str:
    """Return what models see, an MCP Tool object, as JSON text with the schemas as given."""
    descriptor = {
        "name": definition.name,
        "title": definition.title,
        "description": definition.description,
        "inputSchema": definition.input_schema,
        "outputSchema": definition.output_schema,
        "annotations": definition.annotations,
    }
    present = {name: value for name, value in descriptor.items() if value is not None}
    return json.dumps(present, ensure_ascii=False, separators=(",", ":"))
