"""A warrant with the chain it stands on: read, shown, asked, and handed on with a call."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from gatehouse.domain.warrants import writing
from gatehouse.domain.warrants.chain import require_linked
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.envelope import Warrant as Signed
from gatehouse.domain.warrants.envelope import read_stack
from gatehouse.domain.warrants.payload import Payload
from gatehouse_client.warrants import _texts, proofs
from gatehouse_client.warrants.facts import Facts, current
from gatehouse_client.warrants.keys import Signer
from gatehouse_client.warrants.proofs import POP_VERSION

if TYPE_CHECKING:
    from gatehouse_client.warrants.bound import BoundWarrant
    from gatehouse_client.warrants.granting import GrantBuilder
    from gatehouse_client.warrants.minting import MintBuilder
    from gatehouse_client.warrants.reasons import WhyDenied


class Warrant(Facts):
    """Signed authority, and the warrants above it up to the root. It never changes.

    Signatures, links and attenuation hold for whatever could be made; who is trusted, what time
    it is and what is revoked is for the verifier to say.
    """

    __slots__ = ("_links",)

    def __init__(self, links: Sequence[Signed]) -> None:
        """Check a chain, the root first.

        Raises:
            Denied: A signature or link does not hold, or a child gains authority.
        """
        self._links: Final = tuple(links)
        require_linked(self._links, b"")

    @staticmethod
    def mint_builder() -> "MintBuilder":
        """Start a root warrant."""
        from gatehouse_client.warrants.minting import MintBuilder  # noqa: PLC0415 - a circle

        return MintBuilder()

    def grant_builder(self) -> "GrantBuilder":
        """Start a warrant below this one, with less authority."""
        from gatehouse_client.warrants.granting import GrantBuilder  # noqa: PLC0415 - a circle

        return GrantBuilder(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> "Warrant":
        """Read the CBOR of a root, or of a stack; raise `Denied` when it does not hold."""
        return cls(read_stack(bytes(data)))

    @classmethod
    def from_base64(cls, text: str) -> "Warrant":
        """Read what `to_base64` wrote, or standard base64; raise `Denied` for other text."""
        return cls(_read(text))

    @classmethod
    def from_chain(cls, warrants: "Iterable[str | Warrant]") -> "Warrant":
        """Join warrants that were kept one by one, the root first."""
        links: list[Signed] = []
        for item in warrants:
            links += (item.links[-1],) if isinstance(item, Warrant) else _read(item)
        return cls(links)

    def to_bytes(self) -> bytes:
        """Return the CBOR: of the warrant for a root, of the stack for others."""
        return writing.warrant_bytes(self._links[0]) if len(self._links) == 1 else self.stack

    def to_base64(self) -> str:
        """Return the text of headers: base64url without padding."""
        return _texts.base64url_text(self.to_bytes())

    @property
    def stack(self) -> bytes:
        """The CBOR of the whole chain, also when it is one warrant."""
        return writing.stack_bytes(self._links)

    @property
    def links(self) -> tuple[Signed, ...]:
        """The signed warrants, the root first."""
        return self._links

    @property
    def chain(self) -> "tuple[Warrant, ...]":
        """The warrants from the root to this one."""
        return tuple(Warrant(self._links[: end + 1]) for end in range(len(self._links)))

    @property
    def payload(self) -> Payload:
        """Everything that it says, as the verifier reads it."""
        return self._links[-1].payload

    def sign(
        self,
        key: Signer,
        tool: str,
        args: Mapping[str, object],
        timestamp: int | None = None,
        *,
        version: int = POP_VERSION,
    ) -> bytes:
        """Prove that `key` holds this warrant, for one call at one time; 64 bytes.

        Raises:
            Denied: The key is not the holder's, or the arguments are no plain values.
        """
        return proofs.prove(self.payload, key, tool, args, current(timestamp), version=version)

    def headers(
        self,
        key: Signer,
        tool: str,
        args: Mapping[str, object],
        *,
        approvals: Sequence[bytes] = (),
        timestamp: int | None = None,
    ) -> dict[str, str]:
        """Return the X-Tenuo-* headers of one call.

        Raises:
            Denied: As `sign`; or the chain is too long for a header (then use `meta`).
        """
        proof = self.sign(key, tool, args, timestamp)
        return proofs.headers(self.to_base64(), proof, approvals)

    def meta(  # noqa: PLR0913
        self,
        key: Signer,
        tool: str,
        args: Mapping[str, object],
        *,
        approvals: Sequence[bytes] = (),
        with_nonce: bool = True,
        timestamp: int | None = None,
    ) -> dict[str, object]:
        """Return what goes into `_meta.tenuo` of an MCP tools/call.

        Args:
            key: The holder's.
            tool: The tool's name.
            args: The call's arguments.
            approvals: CBOR of each.
            with_nonce: Whether equal calls within the same half minute are calls of their own.
            timestamp: Unix seconds; now, when absent.
        """
        proof = self.sign(key, tool, proofs.folded(args), timestamp)
        return proofs.envelope(self.stack, proof, approvals, key if with_nonce else None)

    def why_denied(
        self, tool: str, args: Mapping[str, object], *, now: int | None = None
    ) -> "WhyDenied":
        """Say why a call would be denied, and what would pass; without asking anybody."""
        from gatehouse_client.warrants.reasons import explain  # noqa: PLC0415 - rarely needed

        return explain(self.payload, tool, args, current(now))

    def allows(self, tool: str, args: Mapping[str, object], *, now: int | None = None) -> bool:
        """Say whether its time and conditions let this call pass, apart from proof and approval."""
        return proofs.refusal(self.payload, tool, args, current(now)) is None

    def bind(self, key: Signer) -> "BoundWarrant":
        """Put warrant and key together; raise `Denied` when the key is not the holder's."""
        from gatehouse_client.warrants.bound import BoundWarrant  # noqa: PLC0415 - a circle

        return BoundWarrant(self, key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Warrant) and self.stack == other.stack

    def __hash__(self) -> int:
        return hash(self.payload.id)

    def __repr__(self) -> str:
        return f"<Warrant {self.id} tools={self.tools} depth={self.depth} until={self.expires_at}>"


def _read(text: str) -> tuple[Signed, ...]:
    data = _texts.base64_bytes(text)
    if data is None:
        raise Denied(1001, "the warrant is not in base64")
    return read_stack(data)
