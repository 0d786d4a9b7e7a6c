"""Daily statements of where a chain of audit ends, which the deployment's key signs.

Who has one can tell that entries up to there were removed or altered afterwards, the last ones
included, which the chain by itself cannot show.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from gatehouse.domain.canonical_json import canonical_bytes

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonObject

HEAD_DOMAIN: Final = b"gatehouse-audit-head-v1"
"""Comes before everything that the deployment's key for audit signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadStatement:
    """On `date` the chain had `seq` entries, the last of which has `digest`."""

    deployment_id: str
    chain: str
    date: str
    seq: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """A statement and its signature: ECDSA on P-256 over SHA-256, DER."""

    statement: HeadStatement
    signature: bytes = field(repr=False)


def date_of(now: int) -> str:
    """Return the day of a moment (Unix seconds) in UTC, such as 2026-11-22."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d")


def statement_document(statement: HeadStatement) -> "JsonObject":
    """Return a statement as it is signed."""
    return {
        "deployment_id": statement.deployment_id,
        "chain": statement.chain,
        "date": statement.date,
        "seq": statement.seq,
        "digest": statement.digest,
    }


def signed_bytes(statement: HeadStatement) -> bytes:
    """Return what is signed."""
    return HEAD_DOMAIN + canonical_bytes(statement_document(statement))
