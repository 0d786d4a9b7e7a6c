"""Proof of possession: the leaf's holder signs each call.

The preimage is the CBOR array of the warrant's bare id, the tool, the arguments as sorted pairs
and the start of a time window. Equal calls in one window have equal signatures.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.digests import sha256
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.keys import DOMAIN, SIGNATURE_BYTES, is_signed

DOMAINS: Final = {1: b"tenuo-pop-v1", 2: b"tenuo-pop-v2"}
"""What follows `DOMAIN`, by the version of the envelope that carries the proof."""

NONCE_DOMAIN: Final = b"gatehouse-pop-nonce-v1"


class Windows(Frozen):
    """When a proof is accepted: in windows of `seconds`, `most` of them around now."""

    seconds: int
    most: int

    def starts(self, now: int) -> Iterator[int]:
        """Yield the accepted windows' starts, the likeliest first."""
        current = now // self.seconds * self.seconds
        for step in range(self.most):
            offset = (step + 1) // 2 * (-1 if step % 2 else 1)  # 0, -1, 1, -2, ...
            yield current + offset * self.seconds

    def end(self, start: int) -> int:
        """Return from when on a proof made in the window that starts at `start` is refused."""
        return start + (self.most // 2 + 1) * self.seconds


def message(
    warrant_id: bytes, tool: str, arguments: Mapping[str, object], start: int, *, version: int = 1
) -> bytes:
    """Return what the holder signs.

    Args:
        warrant_id: The leaf's 16 bytes.
        tool: The tool's name.
        arguments: All arguments, nulls too, in plain values.
        start: Start of the time window, in Unix seconds.
        version: The envelope's.
    """
    return _Preimage(warrant_id, tool, arguments).message(start, version)


class _Preimage:
    """Everything before the window's start is the same in every window."""

    __slots__ = ("head",)

    def __init__(self, warrant_id: bytes, tool: str, arguments: Mapping[str, object]) -> None:
        pairs = [[name, value] for name, value in cbor.sorted_map(arguments).items()]
        # An array of four, of which these are three; the last is the start of the window.
        self.head = b"\x84" + cbor.encode([warrant_id.hex(), tool, pairs])[1:]

    def message(self, start: int, version: int) -> bytes:
        return DOMAIN + DOMAINS[version] + self.head + cbor.encode(start)


def require_possession(  # noqa: PLR0913
    holder: bytes,
    warrant_id: bytes,
    tool: str,
    arguments: Mapping[str, object],
    proof: bytes,
    *,
    windows: Windows,
    now: int,
    version: int = 1,
) -> int:
    """Check a proof and return the start of its window.

    Raises:
        Denied: 1600; no window around now makes the signature the holder's.
    """
    if len(proof) != SIGNATURE_BYTES:
        raise Denied(1600, "the call needs a proof of possession, 64 bytes")
    preimage = _Preimage(warrant_id, tool, arguments)
    for start in windows.starts(now):
        if start >= 0 and is_signed(holder, proof, preimage.message(start, version)):
            return start
    raise Denied(
        1600,
        "the proof is not by the warrant's holder, for these arguments and this time; "
        "check the key, the arguments (nulls count) and the clock",
    )


def require_nonce(holder: bytes, proof: bytes, nonce: bytes, signature: bytes) -> None:
    """Check that the holder signed `nonce` for this proof; raise `Denied` (1602) otherwise."""
    signed = NONCE_DOMAIN + sha256(proof) + nonce
    if not is_signed(holder, signature, signed):
        raise Denied(1602, "the nonce is not signed by the warrant's holder")
