"""What crosses between mcp and dispatch, as JSON; bytes are base64.

Version 3. Reading is strict, for both sides are deployed together: a missing or unknown field,
another type or another version is refused. A new field is a new version.
"""

import json
from base64 import b64encode
from dataclasses import replace
from typing import Final

from gatehouse.domain.calls import Deduplication, Dispatched, Invocation, Outcome, UpstreamAnswer
from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.errors import NotFound, Unavailable
from gatehouse.domain.evidence_documents import evidence_document, read_evidence
from gatehouse.domain.ids import request_time_ms
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.probing import ProbeKind
from gatehouse.domain.remembered import Remembered
from gatehouse.domain.sealing import RetiringSecret, SealedSecret
from gatehouse.domain.strict_fields import StrictFields, UnreadableDocument
from gatehouse.domain.tool_documents import definition_document, read_definition
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_policies import WarrantVerdict
from gatehouse.domain.warrant_verdict_documents import read_verdict, verdict_document

VERSION: Final = 3
MAX_KNOWN: Final = 256
"""Tools whose documents an instance remembers."""
MAX_KNOWN_CHARACTERS: Final = 16_384
"""Of such a document; larger ones would take more room than they are worth."""
_OUTCOMES: Final = {each.value: each for each in Outcome}
_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False, allow_nan=False)


def invocation_document(invocation: Invocation) -> JsonObject:
    """Write an invocation."""
    return {
        "version": VERSION,
        "request_id": invocation.request_id,
        "tool": _tool_document(invocation.tool),
        "integration_id": invocation.integration_id,
        "member": _member_document(invocation.member),
        "arguments": invocation.arguments,
        "deduplication": _deduplication_document(invocation.deduplication),
        "traceparent": invocation.traceparent,
        "client": _client_document(invocation.client),
        "warrant": verdict_document(invocation.warrant),
        "evidence": evidence_document(invocation.warrant.evidence if invocation.warrant else None),
        "only_repeat": invocation.only_repeat,
        "probe": invocation.probe,
    }


def read_invocation(document: JsonValue) -> Invocation:
    """Read an invocation; raise `UnreadableDocument`."""
    names = "request_id tool integration_id member arguments deduplication traceparent client"
    fields = StrictFields.of(document, f"version {names} warrant evidence only_repeat probe")
    _require_version(fields)
    return Invocation(
        request_id=_read_request_id(fields),
        tool=_read_tool(fields.values["tool"]),
        integration_id=fields.text("integration_id"),
        member=_read_member(fields.values["member"]),
        arguments=fields.json_object("arguments"),
        deduplication=_read_deduplication(fields.values["deduplication"]),
        traceparent=fields.optional_text("traceparent"),
        client=_read_client(fields.values["client"]),
        warrant=_read_warrant(fields),
        only_repeat=fields.flag("only_repeat"),
        probe=_read_probe(fields),
    )


def dispatched_document(dispatched: Dispatched) -> JsonObject:
    """Write what dispatch made of an invocation."""
    answer = dispatched.answer
    return {
        "version": VERSION,
        "outcome": dispatched.outcome,
        "duration_ms": dispatched.duration_ms,
        "answer": None
        if answer is None
        else {
            "status": answer.status,
            "content_type": answer.content_type,
            "body": _base64(answer.body),
            "truncated": answer.truncated,
        },
        "error": dispatched.error,
        "repeated_of": dispatched.repeated_of,
    }


def read_dispatched(document: JsonValue) -> Dispatched:
    """Read what dispatch made of an invocation.

    Raises:
        Unavailable: The call was not made, because a service it needs failed.
        UnreadableDocument: Nobody knows.
    """
    if isinstance(document, dict) and "unavailable" in document:
        fields = StrictFields.of(document, "version unavailable")
        _require_version(fields)
        raise Unavailable(retry_after=fields.number("unavailable"))
    fields = StrictFields.of(document, "version outcome duration_ms answer error repeated_of")
    _require_version(fields)
    outcome = _OUTCOMES.get(fields.text("outcome"))
    if outcome is None:
        raise UnreadableDocument("outcome is unknown")
    return Dispatched(
        outcome=outcome,
        duration_ms=fields.number("duration_ms"),
        answer=_read_answer(fields.values["answer"]),
        error=fields.optional_text("error"),
        repeated_of=fields.optional_text("repeated_of"),
    )


def unavailable_document(error: Unavailable) -> JsonObject:
    """Write that the call was not made, because a service it needs failed."""
    return {"version": VERSION, "unavailable": error.retry_after}


def document_bytes(document: JsonObject) -> bytes:
    """Return a document as it is sent."""
    return _ENCODER.encode(document).encode("ascii")


def _tool_document(tool: Tool) -> JsonObject:
    sealed, retiring = tool.sealed_secret, tool.retiring_secret
    return {
        "project_id": tool.project_id,
        "definition": _definition_document(tool.definition),
        "digest": tool.digest,
        "version": tool.version,
        "is_enabled": tool.is_enabled,
        "created_at": tool.created_at,
        "updated_at": tool.updated_at,
        "sealed_secret": None if sealed is None else _sealed_document(sealed),
        "retiring_secret": None
        if retiring is None
        else {"sealed": _sealed_document(retiring.sealed), "until": retiring.until},
    }


def _written_sealed(sealed: SealedSecret) -> JsonObject:
    return {
        "wrapped_key": _base64(sealed.wrapped_key),
        "nonce": _base64(sealed.nonce),
        "ciphertext": _base64(sealed.ciphertext),
    }


_sealed_document: Final = Remembered(_written_sealed)
_definition_document: Final = Remembered(definition_document)
_tools: Final[dict[tuple[str, str], tuple[JsonObject, Tool] | None]] = {}
"""What was read of documents of tools, by project and digest; None of those seen but once."""


def _read_tool(document: JsonValue) -> Tool:
    """Read a tool; what an equal document said is known."""
    names = "project_id definition digest version is_enabled created_at updated_at"
    fields = StrictFields.of(document, f"{names} sealed_secret retiring_secret")
    # Python takes True for equal to 1, so what is of these types is read before it is compared.
    project_id, digest = fields.text("project_id"), fields.text("digest")
    version, is_enabled = fields.number("version"), fields.flag("is_enabled")
    created_at, updated_at = fields.number("created_at"), fields.number("updated_at")
    known = _tools.get((project_id, digest))
    if known is not None and known[0] == fields.values:
        return known[1]
    try:
        definition = read_definition(fields.json_object("definition"))
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableDocument("definition is not a tool's") from error
    tool = Tool(
        project_id=project_id,
        definition=definition,
        digest=digest,
        version=version,
        is_enabled=is_enabled,
        created_at=created_at,
        updated_at=updated_at,
        sealed_secret=_read_sealed_secret(fields.values["sealed_secret"]),
        retiring_secret=_read_retiring_secret(fields.values["retiring_secret"]),
    )
    _know(tool, fields.values)
    return tool


def _know(tool: Tool, document: JsonObject) -> None:
    """Remember a tool from its second call on: the first may be its only one."""
    name = (tool.project_id, tool.digest)
    is_worth_it = name in _tools and len(document_bytes(document)) <= MAX_KNOWN_CHARACTERS
    while len(_tools) >= MAX_KNOWN and name not in _tools:
        _tools.pop(next(iter(_tools)), None)
    _tools[name] = (document, tool) if is_worth_it else None


def _read_retiring_secret(document: JsonValue) -> RetiringSecret | None:
    if document is None:
        return None
    fields = StrictFields.of(document, "sealed until")
    sealed = _read_sealed_secret(fields.values["sealed"])
    if sealed is None:
        raise UnreadableDocument("sealed is missing")
    return RetiringSecret(sealed=sealed, until=fields.number("until"))


def _read_sealed_secret(document: JsonValue) -> SealedSecret | None:
    if document is None:
        return None
    fields = StrictFields.of(document, "wrapped_key nonce ciphertext")
    return SealedSecret(
        wrapped_key=fields.raw("wrapped_key"),
        nonce=fields.raw("nonce"),
        ciphertext=fields.raw("ciphertext"),
    )


def _member_document(member: MemberIdentity | None) -> JsonObject | None:
    if member is None:
        return None
    return {
        "external_id": member.external_id,
        "email": member.email,
        "roles": list(member.roles),
    }


def _read_warrant(fields: StrictFields) -> WarrantVerdict | None:
    verdict = read_verdict(fields.values["warrant"])
    evidence = read_evidence(fields.values["evidence"])
    if verdict is None and evidence is not None:
        raise UnreadableDocument("evidence is of no verdict")
    return None if verdict is None else replace(verdict, evidence=evidence)


def _read_member(document: JsonValue) -> MemberIdentity | None:
    if document is None:
        return None
    fields = StrictFields.of(document, "external_id email roles")
    return MemberIdentity(
        external_id=fields.text("external_id"),
        email=fields.optional_text("email"),
        roles=fields.texts("roles"),
    )


def _deduplication_document(deduplication: Deduplication | None) -> JsonObject | None:
    if deduplication is None:
        return None
    return {
        "digest": deduplication.digest,
        "sealing_key": _base64(deduplication.sealing_key),
        "window_seconds": deduplication.window_seconds,
    }


def _read_deduplication(document: JsonValue) -> Deduplication | None:
    if document is None:
        return None
    fields = StrictFields.of(document, "digest sealing_key window_seconds")
    return Deduplication(
        digest=fields.text("digest"),
        sealing_key=fields.raw("sealing_key"),
        window_seconds=fields.number("window_seconds"),
    )


def _client_document(client: ClientContext) -> JsonObject:
    return {
        "capabilities": client.capabilities,
        "log_level": client.log_level,
        "responses": client.responses,
        "state": client.state,
    }


def _read_client(document: JsonValue) -> ClientContext:
    fields = StrictFields.of(document, "capabilities log_level responses state")
    return ClientContext(
        capabilities=fields.optional_json_object("capabilities"),
        log_level=fields.optional_text("log_level"),
        responses=fields.optional_json_object("responses"),
        state=fields.values["state"],
    )


def _read_answer(document: JsonValue) -> UpstreamAnswer | None:
    if document is None:
        return None
    fields = StrictFields.of(document, "status content_type body truncated")
    return UpstreamAnswer(
        status=fields.number("status"),
        content_type=fields.text("content_type"),
        body=fields.raw("body"),
        truncated=fields.flag("truncated"),
    )


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _read_probe(fields: StrictFields) -> ProbeKind | None:
    kind = fields.optional_text("probe")
    try:
        return None if kind is None else ProbeKind(kind)
    except ValueError as error:
        raise UnreadableDocument("probe is of no kind") from error


def _read_request_id(fields: StrictFields) -> str:
    """Read the id, from which the record's place follows."""
    request_id = fields.text("request_id")
    try:
        request_time_ms(request_id)
    except NotFound as error:
        raise UnreadableDocument("request_id is not a UUIDv7") from error
    return request_id


def _require_version(fields: StrictFields) -> None:
    if fields.number("version") != VERSION:
        raise UnreadableDocument("version is another one")
