"""gzip (RFC 1952) of a text whose middle was compressed before and whose ends were not known then.

A deflate stream (RFC 1951) is a sequence of blocks. What was compressed by itself and flushed ends
on a byte, and looks back at nothing before it; so it may stand between stored blocks, which hold
the ends as they are. What changes from answer to answer, such as a cursor, is thus never compressed
together with anything, and no length tells about it.
"""

import zlib
from typing import Final

LEVEL: Final = 6
_HEADER: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
"""No name, no time, an unknown system."""
_RAW: Final = -15
"""A window of 32 KB, and neither header nor trailer."""


def deflated(middle: bytes) -> bytes:
    """Return the blocks of `middle`, none of them the last."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, _RAW)
    return compressor.compress(middle) + compressor.flush(zlib.Z_FULL_FLUSH)


def gzipped(before: bytes, middle: bytes, blocks: bytes, after: bytes) -> bytes:
    """Return the gzip of all three; `blocks` are those of `middle`, the ends at most 65,535 bytes.

    Raises:
        OverflowError: An end is longer.
    """
    checksum = zlib.crc32(after, zlib.crc32(middle, zlib.crc32(before)))
    size = (len(before) + len(middle) + len(after)) % 2**32
    return b"".join(
        (
            _HEADER,
            _stored(before, is_last=False),
            blocks,
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
