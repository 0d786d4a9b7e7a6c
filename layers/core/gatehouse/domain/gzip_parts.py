"""gzip (RFC 1952) of a text whose beginning was compressed before and whose end was not known then.

A deflate stream (RFC 1951) is a sequence of blocks. What was compressed by itself and flushed ends
on a byte, and a stored block may follow it, which holds the end as it is. What changes from answer
to answer, such as a cursor, is thus never compressed together with anything, and no length tells
about it.

It is written in base64, as Lambda returns bytes. Three bytes are four characters, whatever follows
them; so the beginning is written once.
"""

import zlib
from base64 import b64encode
from typing import Final, NamedTuple

LEVEL: Final = 6
_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no time, an unknown system."""
_RAW: Final = -15
"""A window of 32 KB, and neither header nor trailer."""
_EMPTY: Final = b"\x00\x00\x00\xff\xff"
"""A stored block of nothing, which adds two to the remainder by three."""


class Packed(NamedTuple):
    """A text that was compressed by itself: all but the last block, its length and its CRC-32."""

    base64: str
    length: int
    checksum: int


def packed(text: bytes) -> Packed:
    """Compress what gzip is to begin with."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW)
    begun = _HEADER + compressor.compress(text) + compressor.flush(zlib.Z_FULL_FLUSH)
    begun += _EMPTY * (len(begun) % 3)  # which makes it a multiple of three
    return Packed(b64encode(begun).decode(), len(text), zlib.crc32(text))


def gzipped(begun: Packed, end: bytes) -> str:
    """Return the gzip of both, in base64; the end has at most 65,535 bytes.

    Raises:
        OverflowError: It is longer.
    """
    length = len(end)
    last = b"\x01%b%b%b%b%b" % (  # a stored block (RFC 1951 section 3.2.4), and gzip's trailer
        length.to_bytes(2, "little"),
        (length ^ 0xFFFF).to_bytes(2, "little"),
        end,
        zlib.crc32(end, begun.checksum).to_bytes(4, "little"),
        ((begun.length + length) % 2**32).to_bytes(4, "little"),
    )
    return begun.base64 + b64encode(last).decode()
