"""Who changed what: entries of a chain, in which each names the digest of the one before.

There is a chain for each project, and one for what concerns none. What an entry's digest is taken
over is its document in canonical form (RFC 8785), which is also what the API answers: whoever has
the entries can verify them without asking anybody.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.principals import Actor, ActorKind
from gatehouse.domain.strict_fields import StrictFields, UnreadableDocument

_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
DEPLOYMENT: Final = "deployment"
"""The chain of what concerns no project; no project's id is as long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who makes a change, by which request: what is known of it before it is made.

    `action` is the route, such as `DELETE /api/v1/custom-tools/{id}`; `at` is Unix seconds.
    """

    actor: Actor
    action: str
    source_ip: str
    request_id: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What is changed: a kind of thing, and which one."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of a target: SHA-256 of it before and after, None where there is none."""

    target: Target
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditHead:
    """The end of a chain of `seq` entries; `digest` and `at` are those of the last one."""

    seq: int
    digest: str | None
    at: int


NO_ENTRY: Final = AuditHead(seq=0, digest=None, at=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change; `prev` is the digest of the entry before, None for the first, whose `seq` is 1.

    Times never decrease along a chain.
    """

    chain: str
    seq: int
    author: Author
    change: Change
    prev: str | None

    @property
    def head(self) -> AuditHead:
        """The end of the chain that ends with this entry."""
        return AuditHead(seq=self.seq, digest=entry_digest(self), at=self.author.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are wanted: of [`starts_at`, `ends_at`), Unix seconds; of an actor's label."""

    starts_at: int | None = None
    ends_at: int | None = None
    actor: str | None = None
    action: str | None = None
    target: Target | None = None


def entry_document(entry: AuditEntry) -> JsonObject:
    """Return an entry as its digest is taken over it."""
    author, change = entry.author, entry.change
    return {
        "chain": entry.chain,
        "seq": entry.seq,
        "at": datetime.fromtimestamp(author.at, UTC).strftime(_TIME),
        "actor": {
            "kind": str(author.actor.kind),
            "id": author.actor.id,
            "name": author.actor.name,
        },
        "action": author.action,
        "target": {"kind": change.target.kind, "id": change.target.id},
        "before": change.before,
        "after": change.after,
        "source_ip": author.source_ip,
        "request_id": author.request_id,
        "prev": entry.prev,
    }


def read_entry(document: JsonValue) -> AuditEntry:
    """Read an entry; raise `UnreadableDocument` for what is none."""
    names = "chain seq at actor action target before after source_ip request_id prev"
    found = StrictFields.of(document, names)
    actor = StrictFields.of(found.json_object("actor"), "kind id name")
    target = StrictFields.of(found.json_object("target"), "kind id")
    try:
        moment = datetime.strptime(found.text("at"), _TIME).replace(tzinfo=UTC)
        kind = ActorKind(actor.text("kind"))
    except ValueError as error:
        raise UnreadableDocument("not an entry of this version") from error
    return AuditEntry(
        chain=found.text("chain"),
        seq=found.number("seq"),
        author=Author(
            actor=Actor(kind=kind, id=actor.text("id"), name=actor.text("name")),
            action=found.text("action"),
            source_ip=found.text("source_ip"),
            request_id=found.text("request_id"),
            at=int(moment.timestamp()),
        ),
        change=Change(
            target=Target(kind=target.text("kind"), id=target.text("id")),
            before=found.optional_text("before"),
            after=found.optional_text("after"),
        ),
        prev=found.optional_text("prev"),
    )


def entry_digest(entry: AuditEntry) -> str:
    """Return SHA-256 of an entry, in hexadecimal."""
    return document_digest(entry_document(entry))


def document_digest(document: JsonValue) -> str:
    """Return SHA-256 of JSON in canonical form, in hexadecimal."""
    return hashlib.sha256(canonical_bytes(document)).hexdigest()
