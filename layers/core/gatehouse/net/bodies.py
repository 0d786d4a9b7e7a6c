"""Answers' bodies: read as a stream, cut at a limit, whatever they unpack to."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.http1 import Garbled
from gatehouse.domain.tools import MAX_RESPONSE_BYTES

MAX_BODY: Final = MAX_RESPONSE_BYTES
"""Bytes of a body, packed and unpacked."""

_GZIP: Final = zlib.MAX_WBITS | 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What was read of a body; not decoded when its encoding is not gzip or none."""

    data: bytes
    truncated: bool
    is_decoded: bool = True


def bounded_body(chunks: Iterator[bytes], encoding: bytes, *, limit: int = MAX_BODY) -> Body:
    """Read at most `limit` bytes, and unpack at most as many.

    A body in an encoding that was not asked for is kept as it came.

    Raises:
        Garbled: The body says it is gzip and is not, or breaks off.
    """
    packed, truncated = _cut(chunks, limit)
    match encoding.strip().lower():
        case b"" | b"identity":
            return Body(data=packed, truncated=truncated)
        case b"gzip" | b"x-gzip":
            return _unpacked(packed, truncated=truncated, limit=limit)
        case _:
            return Body(data=packed, truncated=truncated, is_decoded=False)


def _cut(chunks: Iterator[bytes], limit: int) -> tuple[bytes, bool]:
    read = bytearray()
    for chunk in chunks:
        read += chunk
        if len(read) > limit:
            return bytes(read[:limit]), True
    return bytes(read), False


def _unpacked(packed: bytes, *, truncated: bool, limit: int) -> Body:
    if not packed:
        return Body(data=b"", truncated=truncated)
    inflate = zlib.decompressobj(wbits=_GZIP)
    try:
        data = inflate.decompress(packed, limit + 1)
    except zlib.error as error:
        raise Garbled("not gzip") from error
    if len(data) > limit:
        return Body(data=data[:limit], truncated=True)
    if not truncated and not inflate.eof:
        raise Garbled("gzip breaks off")
    return Body(data=data, truncated=truncated)
