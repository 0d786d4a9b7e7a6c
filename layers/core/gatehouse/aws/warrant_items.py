"""The items of trusted roots, revoked warrants and lists: each kind's directions together."""

from gatehouse.aws.attributes import (
    Item,
    NewItem,
    bytes_value,
    number,
    number_value,
    optional_text,
    raw,
    text,
    text_value,
    texts,
    texts_value,
    without_none,
)
from gatehouse.aws.item_parts import optional_text_value
from gatehouse.aws.tables import (
    REVOCATION_LIST,
    TRUSTED_ROOT,
    revocation_list_key,
    revoked_warrant_key,
    trusted_root_key,
)
from gatehouse.domain.revocations import KeptList
from gatehouse.domain.warrant_policies import TrustedRoot


def root_item(project_id: str, root: TrustedRoot) -> NewItem:
    """Write a trusted root."""
    only = root.integration_ids
    return without_none(
        {
            **trusted_root_key(project_id, root.public_key),
            "project_id": text_value(project_id),
            "description": optional_text_value(root.description),
            "integration_ids": None if only is None else texts_value(only),
            "created_at": number_value(root.created_at),
        }
    )


def read_root(item: Item) -> TrustedRoot:
    """Read a trusted root. Without `integration_ids` it is trusted through all integrations."""
    return TrustedRoot(
        public_key=bytes.fromhex(text(item, "SK").removeprefix(TRUSTED_ROOT)),
        description=optional_text(item, "description"),
        integration_ids=texts(item, "integration_ids") if "integration_ids" in item else None,
        created_at=number(item, "created_at"),
    )


def revoked_item(
    project_id: str, warrant_id: str, *, issuer: bytes, version: int, now: int
) -> NewItem:
    """Write that a warrant is revoked, by which list and since when; that it is there counts."""
    return {
        **revoked_warrant_key(project_id, warrant_id),
        "project_id": text_value(project_id),
        "issuer": text_value(issuer.hex()),
        "version": number_value(version),
        "revoked_at": number_value(now),
    }


def list_item(project_id: str, kept: KeptList) -> NewItem:
    """Write a revocation list."""
    return without_none(
        {
            **revocation_list_key(project_id, kept.issuer),
            "project_id": text_value(project_id),
            "version": number_value(kept.version),
            "digest": bytes_value(kept.digest),
            "data": bytes_value(kept.data),
            "warrants": number_value(kept.warrants),
            "accepted_at": number_value(kept.accepted_at),
            "reason": optional_text_value(kept.reason),
        }
    )


def read_list(item: Item) -> KeptList:
    """Read a revocation list."""
    return KeptList(
        issuer=bytes.fromhex(text(item, "SK").removeprefix(REVOCATION_LIST)),
        version=number(item, "version"),
        digest=raw(item, "digest"),
        data=raw(item, "data"),
        warrants=number(item, "warrants"),
        accepted_at=number(item, "accepted_at"),
        reason=optional_text(item, "reason"),
    )
