"""The audit: its entries, and the signed statements of where its chains end.

Entries are written with the changes that they are about (see `gatehouse.aws.audited_writes`);
nothing here changes any.
"""

from collections.abc import Iterator
from typing import Protocol

from gatehouse.domain.audit import AuditEntry, AuditFilter, AuditHead
from gatehouse.domain.audit_heads import SignedHead
from gatehouse.ports.pages import Page


class AuditEntries(Protocol):
    """What was changed."""

    def page(
        self,
        chain: str,
        wanted: AuditFilter,
        *,
        newest_first: bool,
        after: int | None,
        limit: int,
    ) -> Page[AuditEntry]:
        """List entries beyond `seq` `after`; a page may be short, or empty, and not the last."""
        ...

    def signed_heads(self, chain: str, *, after: str | None, limit: int) -> Page[SignedHead]:
        """List the signed statements in the order of days, after a day."""
        ...


class AuditChains(Protocol):
    """All chains, for whoever states where they end."""

    def ends(self) -> Iterator[tuple[str, AuditHead]]:
        """Yield every chain that ever was, and its end."""
        ...

    def has_statement(self, chain: str, date: str) -> bool:
        """Say whether it was stated on `date` where the chain ends."""
        ...

    def state(self, head: SignedHead) -> None:
        """Keep a statement; the first one of a day stays."""
        ...


class HeadSigner(Protocol):
    """The deployment's key for audit, as far as one function may use it."""

    def sign(self, message: bytes) -> bytes:
        """Return an ECDSA signature (P-256, SHA-256, DER) of at most 4096 bytes."""
        ...


class HeadKey(Protocol):
    """The deployment's key for audit, as far as anybody may know it."""

    def public_key_pem(self) -> str:
        """Return the public key (SubjectPublicKeyInfo, PEM)."""
        ...
