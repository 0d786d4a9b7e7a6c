"""Receipts: where they are kept, and the deployment's key that vouches for who signed them."""

from typing import Protocol

from gatehouse.domain.receipts import ChainedReceipt, ChainListing, SignedCertificate
from gatehouse.ports.pages import Page


class NewReceipts(Protocol):
    """All that an instance may write; nothing is ever changed."""

    def put(self, receipt: ChainedReceipt) -> None:
        """Keep one receipt; once more is the same. Raise `Conflict` when another is there."""
        ...

    def certify(
        self, project_id: str, chain: str, certificate: SignedCertificate, *, now: int
    ) -> None:
        """Keep whose chain it is."""
        ...

    def list_chain(self, project_id: str, listing: ChainListing) -> None:
        """Note that the chain has receipts of an hour."""
        ...


class Receipts(NewReceipts, Protocol):
    """A project's receipts, by chain."""

    def chains(
        self, project_id: str, *, starts_at: int, ends_at: int, after: str | None, limit: int
    ) -> Page[ChainListing]:
        """List chains with receipts of the hours that [`starts_at`, `ends_at`) touches, each once.

        Raises:
            NotFound: `after` is no place in this list.
        """
        ...

    def certificate(self, project_id: str, chain: str) -> SignedCertificate | None:
        """Return whose chain it is, if that is known."""
        ...

    def page(
        self, project_id: str, chain: str, *, after: str | None, limit: int
    ) -> Page[ChainedReceipt]:
        """List a chain's receipts in order; one that nobody knows is empty.

        Raises:
            NotFound: `after` is no place in a chain.
        """
        ...


class CertificateSigner(Protocol):
    """The deployment's key, as far as an instance may use it."""

    def sign(self, message: bytes) -> bytes:
        """Return an ECDSA signature (P-256, SHA-256, DER) of at most 4096 bytes."""
        ...


class ReceiptKey(Protocol):
    """The deployment's key, as far as anybody may know it."""

    def public_key_pem(self) -> str:
        """Return the public key (SubjectPublicKeyInfo, PEM)."""
        ...
