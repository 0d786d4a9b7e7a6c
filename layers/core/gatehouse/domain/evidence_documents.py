"""A verdict's evidence as JSON, between our own parts: both directions beside each other."""

from base64 import b64encode

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.strict_fields import StrictFields
from gatehouse.domain.warrant_policies import Evidence


def evidence_document(evidence: Evidence | None) -> JsonObject | None:
    """Write evidence with every field, bytes as base64; None where no receipt is wanted."""
    if evidence is None:
        return None
    request_hash = evidence.request_hash
    return {
        "stack": _base64(evidence.stack),
        "proof": _base64(evidence.proof),
        "root": _base64(evidence.root),
        "request_hash": None if request_hash is None else _base64(request_hash),
        "policy_hash": _base64(evidence.policy_hash),
        "trusted_roots": _base64(evidence.trusted_roots),
    }


def read_evidence(document: JsonValue) -> Evidence | None:
    """Read what `evidence_document` wrote; raise `UnreadableDocument`."""
    if document is None:
        return None
    names = "stack proof root request_hash policy_hash trusted_roots"
    fields = StrictFields.of(document, names)
    return Evidence(
        stack=fields.raw("stack"),
        proof=fields.raw("proof"),
        root=fields.raw("root"),
        request_hash=None if fields.values["request_hash"] is None else fields.raw("request_hash"),
        policy_hash=fields.raw("policy_hash"),
        trusted_roots=fields.raw("trusted_roots"),
    )


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
