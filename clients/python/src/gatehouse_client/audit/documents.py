"""An export: a chain's entries and the signed statements about it, as the API answers them."""

import hashlib
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_EXPORT: Final = frozenset({"chain", "entries", "heads"})
_ENTRY: Final = frozenset(
    {"chain", "seq", "at", "actor", "action", "target", "before", "after"}
    | {"source_ip", "request_id", "prev", "digest"}
)
_HEAD: Final = frozenset({"deployment_id", "chain", "date", "seq", "digest", "signature"})
HEAD_DOMAIN: Final = b"gatehouse-audit-head-v1"


class UnreadableAudit(ValueError):
    """The file is no export; `str(error)` says where it stops being one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedEntry:
    """A change: its place, whom it says it follows, and the digest of all that it says."""

    chain: str
    seq: int
    at: str
    prev: str | None
    stated: str
    computed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedHead:
    """A statement of where the chain ended on a day; `message` is what was signed."""

    deployment_id: str
    chain: str
    date: str
    seq: int
    digest: str
    message: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditExport:
    """What is to be verified, in the order of the file."""

    chain: str
    entries: tuple[ExportedEntry, ...]
    heads: tuple[ExportedHead, ...]


def read_audit(text: str | bytes) -> AuditExport:
    """Read an export strictly: no field more or less; raise `UnreadableAudit`."""
    try:
        document: object = json.loads(text, object_pairs_hook=_without_repetition)
    except ValueError as error:
        raise UnreadableAudit("the file is no JSON") from error
    found = _fields(document, _EXPORT, "the export")
    return AuditExport(
        chain=_text(found, "chain"),
        entries=tuple(_entry(each) for each in _list(found, "entries")),
        heads=tuple(_head(each) for each in _list(found, "heads")),
    )


def canonical(document: object) -> bytes:
    """Write JSON in canonical form (RFC 8785), of texts, whole numbers and null alone."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def _entry(value: object) -> ExportedEntry:
    found = _fields(value, _ENTRY, "an entry")
    said = {name: each for name, each in found.items() if name != "digest"}
    return ExportedEntry(
        chain=_text(found, "chain"),
        seq=_number(found, "seq"),
        at=_text(found, "at"),
        prev=None if found["prev"] is None else _text(found, "prev"),
        stated=_text(found, "digest"),
        computed=hashlib.sha256(canonical(said)).hexdigest(),
    )


def _head(value: object) -> ExportedHead:
    found = _fields(value, _HEAD, "a statement")
    said = {name: each for name, each in found.items() if name != "signature"}
    try:
        signature = b64decode(_text(found, "signature"), validate=True)
    except ValueError as error:
        raise UnreadableAudit("a signature is no base64") from error
    return ExportedHead(
        deployment_id=_text(found, "deployment_id"),
        chain=_text(found, "chain"),
        date=_text(found, "date"),
        seq=_number(found, "seq"),
        digest=_text(found, "digest"),
        message=HEAD_DOMAIN + canonical(said),
        signature=signature,
    )


def _without_repetition(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name is repeated")
    return found


def _fields(value: object, names: frozenset[str], what: str) -> Mapping[str, object]:
    if not isinstance(value, dict) or value.keys() != names:
        raise UnreadableAudit(f"{what} has other fields than {', '.join(sorted(names))}")
    return value


def _list(found: Mapping[str, object], name: str) -> list[object]:
    value = found[name]
    if not isinstance(value, list):
        raise UnreadableAudit(f"{name} is no list")
    return value


def _text(found: Mapping[str, object], name: str) -> str:
    value = found[name]
    if not isinstance(value, str):
        raise UnreadableAudit(f"{name} is no text")
    return value


def _number(found: Mapping[str, object], name: str) -> int:
    value = found[name]
    if type(value) is not int:
        raise UnreadableAudit(f"{name} is no whole number")
    return value
