"""The items of the audit, and what of other items counts there.

An entry is kept as the very text that its digest is taken over.
"""

from collections.abc import Mapping
from typing import Final, cast

from gatehouse.aws.attributes import (
    CorruptItem,
    Item,
    NewItem,
    bytes_value,
    number,
    number_value,
    optional_text,
    parsed,
    raw,
    text,
    text_value,
    without_none,
)
from gatehouse.aws.item_parts import RETIRING, SECRET, optional_text_value
from gatehouse.aws.tables import (
    audit_entry_key,
    audit_head_key,
    audit_list_key,
    audit_statement_key,
)
from gatehouse.domain.audit import (
    NO_ENTRY,
    AuditEntry,
    AuditHead,
    Target,
    document_digest,
    entry_document,
    read_entry,
)
from gatehouse.domain.audit_heads import HeadStatement, SignedHead
from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.json_values import JsonValue

KINDS: Final[Mapping[str, str]] = {
    "META": "project",
    "INT": "integration",
    "TOOL": "tool",
    "PROMPT": "prompt",
    "RES": "resource",
    "KEY": "assertion_key",
    "MEMBER": "member",
    "ROOT": "trusted_root",
    "SRL": "revocation_list",
    "ATTEST": "attestation",
    "USER": "user",
    "ROLE": "role",
    "CUSTOM": "custom_role",
    "INVITE": "invitation",
    "GROUP": "group",
    "GMEM": "group_member",
    "SHARE": "share",
    "APP": "app",
}
"""What sort keys begin with, and what the audit calls such a thing. What is not here is refused."""

_SECRET: Final = (SECRET, RETIRING, "pepper", "key_digest")
_NOTED: Final[Mapping[str, tuple[str, ...]]] = {
    "project": ("copies",),
    "member": ("email", "roles", "first_seen", "last_seen"),
    "app": ("used_",),
    "user": ("last_sign_in_at", "name"),
    "invitation": ("used_at",),
}
"""What other writes than administrative ones change, by the beginnings of attributes' names."""


def target_of(key: Item) -> Target:
    """Return what the audit calls the thing whose item has this key."""
    partition, sort = text(key, "PK"), text(key, "SK")
    prefix, mark, name = sort.partition("#")
    if prefix not in KINDS:
        raise CorruptItem(f"the audit has no word for {prefix}")
    return Target(kind=KINDS[prefix], id=name if mark else partition.partition("#")[2])


def state_digest(item: "Item | None", kind: str) -> str | None:
    """Return SHA-256 of what a thing is, by its item and without its secrets; None for none."""
    if item is None:
        return None
    ignored = ("PK", "SK", *_SECRET, *_NOTED.get(kind, ()))
    return document_digest(
        {
            name: _plain(cast("Mapping[str, object]", value))
            for name, value in item.items()
            if not name.startswith(ignored)
        }
    )


def entry_items(entry: AuditEntry) -> tuple[NewItem, NewItem]:
    """Write an entry, and the end of the chain that it then is."""
    written: NewItem = {
        **audit_entry_key(entry.chain, entry.seq),
        "entry": text_value(canonical_bytes(entry_document(entry)).decode()),
        # What lists are filtered by:
        "at": number_value(entry.author.at),
        "actor": text_value(entry.author.actor.label),
        "action": text_value(entry.author.action),
    }
    return written, head_item(entry.chain, entry.head)


def target_text(target: Target) -> str:
    """Return how the text of an entry says that it is about `target`, and no other text can."""
    spelled = canonical_bytes({"kind": target.kind, "id": target.id}).decode()
    return f'"target":{spelled}'


def head_item(chain: str, head: AuditHead) -> NewItem:
    """Write the end of a chain."""
    return without_none(
        {
            **audit_head_key(chain),
            "seq": number_value(head.seq),
            "digest": optional_text_value(head.digest),
            "at": number_value(head.at),
        }
    )


def chain_item(chain: str) -> NewItem:
    """Write that there is a chain."""
    return audit_list_key(chain)


def read_entry_item(item: Item) -> AuditEntry:
    """Read an entry."""
    try:
        return read_entry(parsed(item, "entry"))
    except ValueError as error:
        raise CorruptItem("the entry is not readable") from error


def read_head(item: "Item | None") -> AuditHead:
    """Read the end of a chain; without an item there is no entry yet."""
    if item is None:
        return NO_ENTRY
    return AuditHead(
        seq=number(item, "seq"), digest=optional_text(item, "digest"), at=number(item, "at")
    )


def statement_item(head: SignedHead) -> NewItem:
    """Write a signed statement."""
    said = head.statement
    return {
        **audit_statement_key(said.chain, said.date),
        "chain": text_value(said.chain),
        "deployment_id": text_value(said.deployment_id),
        "seq": number_value(said.seq),
        "digest": text_value(said.digest),
        "signature": bytes_value(head.signature),
    }


def read_statement(item: Item) -> SignedHead:
    """Read a signed statement."""
    return SignedHead(
        statement=HeadStatement(
            deployment_id=text(item, "deployment_id"),
            chain=text(item, "chain"),
            date=text(item, "SK"),
            seq=number(item, "seq"),
            digest=text(item, "digest"),
        ),
        signature=raw(item, "signature"),
    )


def _plain(value: Mapping[str, object]) -> JsonValue:
    """Return an attribute's value as JSON; numbers and bytes as text, as DynamoDB has them."""
    ((kind, held),) = value.items()
    match kind, held:
        case "NULL", _:
            return None
        case "B", bytes():
            return held.hex()
        case "L", list():
            return [_plain(each) for each in held]
        case "M", dict():
            return {name: _plain(each) for name, each in held.items()}
        case (("S" | "N" | "BOOL"), (str() | bool())):
            return held
        case _:
            raise CorruptItem(f"an attribute of type {kind} is not known here")
