"""Answers over HTTP/1.1 (RFC 9112), as strictly read as AWS writes them."""

import re
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

MAX_HEAD: Final = 262_144
MAX_LINE: Final = 65_536
MAX_HEADERS: Final = 100
MAX_BODY: Final = 64 * 1024 * 1024
_READ: Final = 65_536
_END: Final = b"\r\n\r\n"
_HEAD: Final = re.compile(
    rb"HTTP/1\.1 ([0-9]{3})(?: [^\r\n]*)?\r\n((?:[!-9;-~]+:[^\r\n]*\r\n)*+)\r\n"
)
"""A status line (RFC 9112 section 4), and lines of headers that neither fold nor hold a bare CR."""
_HEADER: Final = re.compile(r"([^:]+):([^\r\n]*)\r\n")
_CONTINUE: Final = 100
_FINAL: Final = 200

Receive: TypeAlias = Callable[[int], bytes]
"""Returns at most so many bytes, as soon as there are any; none when the connection has ended."""


class NothingAnswered(Exception):
    """The connection ended before the first byte of an answer."""


class CutShort(Exception):
    """The connection ended within an answer."""


class Garbled(Exception):
    """What came is no answer."""


class Answer(NamedTuple):
    """One answer; names of headers are lower-case. `is_last` says that the connection ends."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_last: bool


def read_answer(receive: Receive) -> Answer:
    """Read one answer. A connection that says more than was asked for is of no further use.

    Raises:
        NothingAnswered: There is none.
        CutShort: It breaks off.
        Garbled: It is not HTTP/1.1, or more than may be.
        OSError: Reading failed.
    """
    try:
        began = receive(_READ)
    except ConnectionError as error:
        raise NothingAnswered from error
    if not began:
        raise NothingAnswered
    incoming = _Incoming(receive, began)
    status, headers = incoming.head()
    while status < _FINAL:
        if status != _CONTINUE:
            raise Garbled
        status, headers = incoming.head()
    body, is_delimited = _body(incoming, headers)
    closes = headers.get("connection", "").lower() == "close"
    return Answer(status, headers, body, closes or not is_delimited or bool(incoming.ready))


class _Incoming:
    """What has come, and what follows. `ready` was received and not taken yet."""

    __slots__ = ("_receive", "ready")

    def __init__(self, receive: Receive, ready: bytes) -> None:
        self._receive = receive
        self.ready = ready

    def head(self) -> tuple[int, dict[str, str]]:
        """Take what comes before the body: the status and the headers."""
        while (end := self.ready.find(_END)) < 0:
            if len(self.ready) > MAX_HEAD or b"\n\n" in self.ready:
                raise Garbled
            self.ready += self._more()
        end += len(_END)
        found = _HEAD.fullmatch(self.ready, 0, end)
        if found is None:
            raise Garbled
        self.ready = self.ready[end:]
        pairs = _HEADER.findall(found[2].decode("latin-1"))
        headers = {name.lower(): value.strip() for name, value in pairs}
        if len(pairs) > MAX_HEADERS or (len(pairs) != len(headers) and _says_twice(pairs)):
            raise Garbled
        return int(found[1]), headers

    def line(self) -> bytes:
        """Take a line, without its end."""
        while (end := self.ready.find(b"\n")) < 0:
            if len(self.ready) > MAX_LINE:
                raise Garbled
            self.ready += self._more()
        line, self.ready = self.ready[: end + 1], self.ready[end + 1 :]
        if not line.endswith(b"\r\n"):
            raise Garbled
        return line[:-2]

    def exactly(self, length: int) -> bytes:
        """Take so many bytes."""
        if length > MAX_BODY:
            raise Garbled
        if len(self.ready) < length:
            parts = [self.ready]
            missing = length - len(self.ready)
            while missing > 0:
                parts.append(self._more())
                missing -= len(parts[-1])
            self.ready = b"".join(parts)
        taken, self.ready = self.ready[:length], self.ready[length:]
        return taken

    def rest(self) -> bytes:
        """Take all that comes until the connection ends."""
        parts, size = [self.ready], len(self.ready)
        while chunk := self._receive(_READ):
            parts.append(chunk)
            size += len(chunk)
            if size > MAX_BODY:
                raise Garbled
        self.ready = b""
        return b"".join(parts)

    def _more(self) -> bytes:
        chunk = self._receive(_READ)
        if not chunk:
            raise CutShort
        return chunk


def _says_twice(pairs: list[tuple[str, str]]) -> bool:
    """Say whether more than one header tells where the body ends."""
    names = [name.lower() for name, _value in pairs]
    return any(names.count(name) > 1 for name in ("content-length", "transfer-encoding"))


def _body(incoming: _Incoming, headers: dict[str, str]) -> tuple[bytes, bool]:
    """Return the body, and whether its end was marked."""
    coding = headers.get("transfer-encoding")
    length = headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise Garbled
        return _chunks(incoming), True
    if length is None:
        return incoming.rest(), False
    if not (length.isascii() and length.isdigit()):
        raise Garbled
    return incoming.exactly(int(length)), True


def _chunks(incoming: _Incoming) -> bytes:
    """Read what is chunked (RFC 9112 section 7.1)."""
    body = bytearray()
    while True:
        size = incoming.line().partition(b";")[0].strip()
        try:
            # int() alone would take a sign, underscores and spaces.
            length = int(size, 16) if size.isalnum() else -1
        except ValueError as error:
            raise Garbled from error
        if length < 0:
            raise Garbled
        if length == 0:
            break
        body += incoming.exactly(length)
        if len(body) > MAX_BODY or incoming.line():
            raise Garbled
    for _ in range(MAX_HEADERS):
        if not incoming.line():
            return bytes(body)
    raise Garbled
