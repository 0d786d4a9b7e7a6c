"""gzip (RFC 1952) of a text whose middle was compressed before and whose ends were not known then.

A deflate stream (RFC 1951) is a sequence of blocks. What was compressed by itself and flushed ends
on a byte, and looks back at nothing before it; so it may stand between stored blocks, which hold
the ends as they are. What changes from answer to answer, such as a cursor, is thus never compressed
together with anything, and no length tells about it.
"""

import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple

LEVEL: Final = 6
_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no time, an unknown system."""
_RAW: Final = -15
"""A window of 32 KB, and neither header nor trailer."""
_BITS: Final = 32
_HALF: Final = 4
"""Bits that are looked up at once."""


class Packed(NamedTuple):
    """A text that was compressed by itself: its blocks, none of them the last, and its length.

    `checksum` is the text's own CRC-32. `moved` is what becomes of every value of every four bits
    of a CRC-32, the lowest first, after so many bytes of zero. CRC-32 is linear: that of anything
    followed by the text is the sum (exclusive or) of what becomes of its parts, and the text's own.
    """

    blocks: bytes
    length: int
    checksum: int
    moved: tuple[tuple[int, ...], ...]

    def checksum_after(self, checksum: int) -> int:
        """Return the CRC-32 of what has `checksum`, followed by the text."""
        found = self.checksum
        for moved in self.moved:
            found ^= moved[checksum & 0xF]
            checksum >>= _HALF
        return found


def packed(middle: bytes) -> Packed:
    """Compress a text."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW)
    blocks = compressor.compress(middle) + compressor.flush(zlib.Z_FULL_FLUSH)
    zeros = bytes(len(middle))
    nothing = zlib.crc32(zeros)
    bits = [zlib.crc32(zeros, 1 << bit) ^ nothing for bit in range(_BITS)]
    moved = tuple([_sums(bits[first : first + _HALF]) for first in range(0, _BITS, _HALF)])
    return Packed(blocks, len(middle), zlib.crc32(middle), moved)


def _sums(bits: Sequence[int]) -> tuple[int, ...]:
    """Return the sum of every choice of `bits`, at the number that has those bits set."""
    sums = [0]
    for bit in bits:
        sums += [other ^ bit for other in sums]
    return tuple(sums)


def gzipped(before: bytes, middle: Packed, after: bytes) -> bytes:
    """Return the gzip of all three; each of the ends has at most 65,535 bytes.

    Raises:
        OverflowError: An end is longer.
    """
    checksum = zlib.crc32(after, middle.checksum_after(zlib.crc32(before)))
    size = (len(before) + middle.length + len(after)) % 2**32
    return b"".join(
        (
            _HEADER,
            _stored(before, is_last=False),
            middle.blocks,
            _stored(after, is_last=True),
            checksum.to_bytes(4, "little"),
            size.to_bytes(4, "little"),
        )
    )


def _stored(data: bytes, *, is_last: bool) -> bytes:
    """Write a block that holds `data` as it is (RFC 1951 section 3.2.4)."""
    length = len(data)
    return b"%c%b%b%b" % (
        is_last,
        length.to_bytes(2, "little"),
        (length ^ 0xFFFF).to_bytes(2, "little"),
        data,
    )
