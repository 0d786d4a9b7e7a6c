"""Receipts in memory, and a deployment's key that lives here."""

from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gatehouse.domain.errors import Conflict, NotFound, Unavailable
from gatehouse.domain.receipts import ChainedReceipt, ChainListing, SignedCertificate
from gatehouse.ports.pages import Page

HOUR = 3600


@dataclass
class MemoryReceipts:
    """Keeps `Receipts`; writes named in `failing` do not come to pass."""

    receipts: dict[tuple[str, str, int], ChainedReceipt] = field(default_factory=dict)
    certificates: dict[tuple[str, str], SignedCertificate] = field(default_factory=dict)
    listings: dict[tuple[str, int, str], ChainListing] = field(default_factory=dict)
    writes: list[str] = field(default_factory=list)
    failing: set[str] = field(default_factory=set)

    def put(self, receipt: ChainedReceipt) -> None:
        """See `Receipts.put`."""
        self._write("put")
        key = (receipt.project_id, receipt.chain, receipt.sequence)
        if self.receipts.setdefault(key, receipt).data != receipt.data:
            raise Conflict("Another receipt has this place")

    def certify(
        self, project_id: str, chain: str, certificate: SignedCertificate, *, now: int
    ) -> None:
        """See `Receipts.certify`."""
        del now
        self._write("certify")
        self.certificates[project_id, chain] = certificate

    def list_chain(self, project_id: str, listing: ChainListing) -> None:
        """See `Receipts.list_chain`."""
        self._write("list_chain")
        self.listings[project_id, listing.hour, listing.chain] = listing

    def chains(
        self, project_id: str, *, starts_at: int, ends_at: int, after: str | None, limit: int
    ) -> Page[ChainListing]:
        """See `Receipts.chains`."""
        first, end = starts_at // HOUR, -(-ends_at // HOUR)
        place = (first, "") if after is None else _read_place(after)
        found = [
            listing
            for (owner, hour, chain), listing in sorted(self.listings.items())
            if owner == project_id
            and first <= hour < end
            and (hour, chain) > place
            and (listing.before is None or listing.before < first)
        ]
        more = len(found) > limit
        last = found[:limit][-1] if more else None
        return Page(items=found[:limit], next_after=f"{last.hour}/{last.chain}" if last else None)

    def certificate(self, project_id: str, chain: str) -> SignedCertificate | None:
        """See `Receipts.certificate`."""
        return self.certificates.get((project_id, chain))

    def page(
        self, project_id: str, chain: str, *, after: str | None, limit: int
    ) -> Page[ChainedReceipt]:
        """See `Receipts.page`."""
        last = -1 if after is None else _number(after)
        found = [
            receipt
            for (owner, name, sequence), receipt in sorted(self.receipts.items())
            if (owner, name) == (project_id, chain) and sequence > last
        ]
        more = len(found) > limit
        return Page(
            items=found[:limit], next_after=str(found[limit - 1].sequence) if more else None
        )

    def _write(self, what: str) -> None:
        self.writes.append(what)
        if what in self.failing:
            raise Unavailable


class DeploymentKey:
    """Keeps `CertificateSigner` and `ReceiptKey`; `signed` counts, and `is_down` refuses."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.signed = 0
        self.is_down = False

    def sign(self, message: bytes) -> bytes:
        """See `CertificateSigner.sign`."""
        if self.is_down:
            raise Unavailable
        self.signed += 1
        return self._key.sign(message, ec.ECDSA(hashes.SHA256()))

    def public_key_pem(self) -> str:
        """See `ReceiptKey.public_key_pem`."""
        public = self._key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _read_place(after: str) -> tuple[int, str]:
    hour, slash, chain = after.partition("/")
    if not slash:
        raise NotFound
    return _number(hour), chain


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise NotFound
    return int(text)
