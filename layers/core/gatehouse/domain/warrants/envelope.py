"""Bytes -> warrants, not yet verified: `[1, payload, [1, signature]]`, or an array of these."""

from typing import Final

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.digests import sha256
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.keys import DOMAIN, is_signed, require_signature
from gatehouse.domain.warrants.payload import Payload, read_payload
from gatehouse.domain.warrants.shapes import array
from gatehouse.domain.warrants.usual import read_usual

VERSION: Final = 1
_SIGNED_AS: Final = DOMAIN + bytes((VERSION,))
MAX_WARRANT_BYTES: Final = 65_536
MAX_STACK_BYTES: Final = 262_144
MAX_CHAIN: Final = 65
"""Longest chain: a root and a link for each step of the greatest depth there is."""


class Warrant(Frozen):
    """One warrant as received: what it says, in which bytes, under which signature."""

    payload: Payload
    signed: bytes
    signature: bytes

    @property
    def digest(self) -> bytes:
        """SHA-256 of the payload's bytes: what a child names as its parent."""
        return sha256(self.signed)

    def require_signature(self) -> None:
        """Raise `Denied` when the issuer did not sign these bytes."""
        if not is_signed(self.payload.issuer, self.signature, _SIGNED_AS + self.signed):
            raise Denied(1100, "a warrant's signature does not hold")


def read_stack(data: bytes) -> tuple[Warrant, ...]:
    """Return the warrants in `data`, the root first.

    Raises:
        Denied: It is neither one warrant nor a stack of them.
    """
    if len(data) > MAX_STACK_BYTES:
        raise Denied(1901, f"a stack of warrants has at most {MAX_STACK_BYTES} bytes")
    outer = array(cbor.decode(data), "a warrant or stack")
    if not outer:
        raise Denied(1001, "the stack is empty")
    if type(outer[0]) is int:
        return (_warrant(outer),)
    if len(outer) > MAX_CHAIN:
        raise Denied(1404, f"a chain has at most {MAX_CHAIN} warrants")
    return tuple(_warrant(array(item, "a warrant")) for item in outer)


def _warrant(envelope: list[object]) -> Warrant:
    if len(envelope) != 3:  # noqa: PLR2004
        raise Denied(1001, "a warrant is [version, payload, signature]")
    version, signed, signature = envelope
    if type(version) is not int or version != VERSION:
        raise Denied(1000, "the envelope's version is not known")
    if not isinstance(signed, bytes):
        raise Denied(1001, "a warrant's payload is a byte string")
    if len(signed) > MAX_WARRANT_BYTES:
        raise Denied(1900, f"a warrant has at most {MAX_WARRANT_BYTES} bytes")
    return Warrant(
        payload=read_usual(signed) or read_payload(cbor.decode(signed)),
        signed=signed,
        signature=require_signature(signature),
    )
