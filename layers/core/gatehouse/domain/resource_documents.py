"""A resource's definition as JSON: stored, digested, and shown to clients."""

import hashlib
from dataclasses import asdict, fields
from typing import Any, cast

from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.descriptors import descriptor_text
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.resources import ResourceDefinition, ResourceEndpoint
from gatehouse.domain.tools import AuthStrategy, InjectedIdentity, SignatureScheme


def resource_document(definition: ResourceDefinition) -> JsonObject:
    """Return the definition as JSON, with every field."""
    document = {item.name: getattr(definition, item.name) for item in fields(definition)}
    document |= {
        "icons": None if definition.icons is None else list(definition.icons),
        "completions": {name: list(values) for name, values in definition.completions.items()},
        "endpoint": None if definition.endpoint is None else _endpoint(definition.endpoint),
    }
    return cast("JsonObject", document)


def read_resource_definition(document: JsonObject) -> ResourceDefinition:
    """Return the definition that `resource_document` wrote."""
    known = cast("dict[str, Any]", dict(document))
    known |= {
        "icons": None if known["icons"] is None else tuple(known["icons"]),
        "completions": {name: tuple(values) for name, values in known["completions"].items()},
        "endpoint": None if known["endpoint"] is None else _read_endpoint(known["endpoint"]),
    }
    return ResourceDefinition(**known)


def resource_digest(definition: ResourceDefinition) -> str:
    """Return the hexadecimal SHA-256 of the definition's canonical JSON (RFC 8785)."""
    return hashlib.sha256(canonical_bytes(resource_document(definition))).hexdigest()


def resource_descriptor_text(definition: ResourceDefinition) -> str:
    """Return what clients see, an MCP Resource or ResourceTemplate object, as JSON text."""
    return descriptor_text(
        {
            "uri": definition.uri,
            "uriTemplate": definition.uri_template,
            "name": definition.name,
            "title": definition.title,
            "description": definition.description,
            "mimeType": definition.mime_type,
            "annotations": definition.annotations,
            "icons": definition.icons,
        }
    )


def _endpoint(endpoint: ResourceEndpoint) -> JsonObject:
    document = {item.name: getattr(endpoint, item.name) for item in fields(endpoint)}
    document["inject_member_identity"] = asdict(endpoint.inject_member_identity)
    document["allowed_roles"] = list(endpoint.allowed_roles)
    return cast("JsonObject", document)


def _read_endpoint(known: dict[str, Any]) -> ResourceEndpoint:
    return ResourceEndpoint(
        **{
            **known,
            "auth_strategy": AuthStrategy(known["auth_strategy"]),
            "signature_scheme": SignatureScheme(known["signature_scheme"]),
            "inject_member_identity": InjectedIdentity(**known["inject_member_identity"]),
            "allowed_roles": tuple(known["allowed_roles"]),
        }
    )
