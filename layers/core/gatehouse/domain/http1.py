"""HTTP/1.1 answers (RFC 9112), read strictly; pure: whoever has the connection reads it.

Where two readers could see two things, ours sees an error: bare line feeds, folded lines, two
lengths, a length beside a coding, and whatever else lets one answer be taken for two.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

MAX_HEAD: Final = 100 * 1024
"""Bytes of a status line and its fields."""
MAX_INTERIM: Final = 100
"""Answers of status 1xx before the one that counts."""
MAX_LINE: Final = 4096
"""Bytes of a chunk's size with its extensions, and of a line after the last chunk."""
MAX_TRAILERS: Final = 100

_SWITCHED: Final = 101
_FINAL: Final = 200
_WITHOUT_BODY: Final = frozenset({204, 304})

_FIELD: Final = rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([^\x00-\x08\x0a-\x1f\x7f]*)\r\n"
_FIELDS: Final = re.compile(_FIELD)
_HEAD: Final = re.compile(
    rb"HTTP/1\.([01]) ([1-9][0-9]{2})(?: [^\x00-\x08\x0a-\x1f\x7f]*)?\r\n((?:%b)*)" % _FIELD
)
_LENGTH: Final = re.compile(rb"[0-9]{1,18}")
_CHUNK: Final = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;[^\x00-\x08\x0a-\x1f\x7f]*|[ \t]*)\r\n")
_BARE: Final = re.compile(rb"(?<!\r)\n")
_FRAMING: Final = frozenset({b"content-length", b"transfer-encoding"})


class Garbled(Exception):
    """What came is no answer, or one that could be read in two ways."""


class CutShort(Exception):
    """The connection ended within an answer."""


class NothingAnswered(CutShort):
    """The connection ended before the first byte of an answer."""


@dataclass(frozen=True, slots=True)
class Head:
    """How an answer begins; names of fields are lower-case, and of a repeated one the last counts.

    `length` is the body's, None when it is chunked or ends with the connection; `is_last` says
    that the connection serves no other request.
    """

    status: int
    fields: Mapping[bytes, bytes]
    length: int | None
    is_chunked: bool
    is_last: bool


class Answer:
    """Reads one answer. `more` returns what has come next, and nothing at the connection's end."""

    __slots__ = ("_buffer", "_more", "is_over")

    def __init__(self, more: Callable[[], bytes]) -> None:
        self._more = more
        self._buffer = bytearray()
        self.is_over = False
        """That the answer has ended, and the connection can serve the next request."""

    def head(self) -> Head:
        """Read to the beginning of the body; raise one of the errors above."""
        self._buffer += self._more()
        if not self._buffer:
            raise NothingAnswered
        for _ in range(MAX_INTERIM):
            head = _read(self._to(b"\r\n\r\n", MAX_HEAD))
            if head.status >= _FINAL:
                return head
            if head.status == _SWITCHED:
                raise Garbled
        raise Garbled

    def body(self, head: Head, *, method: str) -> Iterator[bytes]:
        """Yield the body as it comes; raise `CutShort` or `Garbled`."""
        is_delimited = True
        if method == "HEAD" or head.status in _WITHOUT_BODY:
            pass
        elif head.is_chunked:
            yield from self._chunks()
        elif head.length is not None:
            yield from self._exactly(head.length)
        else:
            is_delimited = False
            yield from self._rest()
        # What has come beyond its end belongs to no request of ours.
        self.is_over = is_delimited and not head.is_last and not self._buffer

    def _chunks(self) -> Iterator[bytes]:
        while True:
            line = _CHUNK.fullmatch(self._to(b"\r\n", MAX_LINE))
            if line is None:
                raise Garbled
            length = int(line[1], 16)
            if not length:
                return self._skip_trailer()
            yield from self._exactly(length)
            self._to(b"\r\n", 2)  # and nothing else before it

    def _skip_trailer(self) -> None:
        for _ in range(MAX_TRAILERS):
            line = self._to(b"\r\n", MAX_LINE)
            if line == b"\r\n":
                return
            field = _FIELDS.fullmatch(line)
            if field is None or field[1].lower() in _FRAMING:
                break
        raise Garbled

    def _exactly(self, length: int) -> Iterator[bytes]:
        piece = bytes(self._buffer[:length])
        del self._buffer[:length]
        while True:
            if piece:
                length -= len(piece)
                yield piece
            if not length:
                return
            more = self._came()
            piece = more[:length]
            self._buffer += more[length:]

    def _rest(self) -> Iterator[bytes]:
        piece = bytes(self._buffer)
        self._buffer.clear()
        while True:
            if piece:
                yield piece
            piece = self._more()
            if not piece:
                return

    def _to(self, mark: bytes, limit: int) -> bytes:
        """Return what comes up to `mark`, and the mark."""
        searched = 0
        while (found := self._buffer.find(mark, searched)) < 0:
            if len(self._buffer) > limit or _BARE.search(self._buffer, searched):
                raise Garbled
            searched = max(0, len(self._buffer) - len(mark) + 1)
            self._buffer += self._came()
        end = found + len(mark)
        if end > limit:
            raise Garbled
        piece = bytes(self._buffer[:end])
        del self._buffer[:end]
        return piece

    def _came(self) -> bytes:
        more = self._more()
        if not more:
            raise CutShort
        return more


def _read(head: bytes) -> Head:
    """Read a status line and its fields, up to the empty line."""
    read = _HEAD.fullmatch(head, 0, len(head) - 2)
    if read is None:
        raise Garbled
    is_last = read[1] == b"0"
    fields: dict[bytes, bytes] = {}
    for written, value in _FIELDS.findall(read[3]):
        name = written.lower()
        if name in _FRAMING and name in fields:
            raise Garbled
        fields[name] = value.strip(b" \t")
        if name == b"connection":
            is_last |= b"close" in {token.strip() for token in value.lower().split(b",")}
    coding, length = fields.get(b"transfer-encoding"), fields.get(b"content-length")
    if coding is not None and (
        coding.lower() != b"chunked" or length is not None or read[1] == b"0"
    ):
        raise Garbled
    if length is not None and not _LENGTH.fullmatch(length):
        raise Garbled
    return Head(
        status=int(read[2]),
        fields=fields,
        length=None if length is None else int(length),
        is_chunked=coding is not None,
        is_last=is_last,
    )
