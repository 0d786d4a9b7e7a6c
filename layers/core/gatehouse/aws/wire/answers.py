"""Answers over HTTP/1.1 (RFC 9112), as strictly read as AWS writes them."""

from dataclasses import dataclass
from typing import IO, Final

MAX_LINE: Final = 65_536
MAX_HEADERS: Final = 100
MAX_BODY: Final = 64 * 1024 * 1024
_CONTINUE: Final = 100
_FINAL: Final = 200


class NothingAnswered(Exception):
    """The connection ended before the first byte of an answer."""


class CutShort(Exception):
    """The connection ended within an answer."""


class Garbled(Exception):
    """What came is no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer; names of headers are lower-case. `is_last` says that the connection ends."""

    status: int
    headers: dict[str, str]
    body: bytes
    is_last: bool


def read_answer(stream: IO[bytes]) -> Answer:
    """Read one answer, and not a byte more.

    Raises:
        NothingAnswered: There is none.
        CutShort: It breaks off.
        Garbled: It is not HTTP/1.1, or more than may be.
        OSError: Reading failed.
    """
    try:
        line = stream.readline(MAX_LINE)
    except ConnectionError as error:
        raise NothingAnswered from error
    if not line:
        raise NothingAnswered
    if not line.endswith(b"\n"):
        raise CutShort
    while True:
        status = _status(line)
        headers = _headers(stream)
        if status >= _FINAL:
            break
        if status != _CONTINUE:
            raise Garbled
        line = _line(stream)
    body, is_delimited = _body(stream, headers)
    closes = headers.get("connection", "").lower() == "close"
    return Answer(status=status, headers=headers, body=body, is_last=closes or not is_delimited)


def _status(line: bytes) -> int:
    version, _, rest = line.partition(b" ")
    digits = rest[:3]
    if version != b"HTTP/1.1" or not digits.isdigit() or rest[3:4] not in {b" ", b"\r", b"\n"}:
        raise Garbled
    return int(digits)


def _headers(stream: IO[bytes]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for _ in range(MAX_HEADERS):
        line = _line(stream)
        if line in {b"\r\n", b"\n"}:
            return headers
        name, colon, value = line.decode("latin-1").partition(":")
        name = name.lower()
        if not colon or not name or name != name.strip():
            raise Garbled
        if name in {"content-length", "transfer-encoding"} and name in headers:
            raise Garbled
        headers[name] = value.strip()
    raise Garbled


def _body(stream: IO[bytes], headers: dict[str, str]) -> tuple[bytes, bool]:
    """Return the body, and whether its end was marked."""
    coding = headers.get("transfer-encoding")
    length = headers.get("content-length")
    if coding is not None:
        if coding.lower() != "chunked" or length is not None:
            raise Garbled
        return _chunks(stream), True
    if length is None:
        return _at_most(stream.read(MAX_BODY + 1)), False
    if not (length.isascii() and length.isdigit()):
        raise Garbled
    return _exactly(stream, int(length)), True


def _chunks(stream: IO[bytes]) -> bytes:
    """Read what is chunked (RFC 9112 section 7.1)."""
    body = bytearray()
    while True:
        size = _line(stream).partition(b";")[0].strip()
        try:
            # int() alone would take a sign, underscores and spaces.
            length = int(size, 16) if size.isalnum() else -1
        except ValueError as error:
            raise Garbled from error
        if length < 0:
            raise Garbled
        if length == 0:
            break
        body += _exactly(stream, length)
        _at_most(body)
        if _line(stream) != b"\r\n":
            raise Garbled
    _headers(stream)
    return bytes(body)


def _exactly(stream: IO[bytes], length: int) -> bytes:
    if length > MAX_BODY:
        raise Garbled
    body = stream.read(length)
    if len(body) != length:
        raise CutShort
    return body


def _line(stream: IO[bytes]) -> bytes:
    line = stream.readline(MAX_LINE)
    if line.endswith(b"\n"):
        return line
    raise Garbled if len(line) == MAX_LINE else CutShort


def _at_most(body: bytes | bytearray) -> bytes:
    if len(body) > MAX_BODY:
        raise Garbled
    return bytes(body)
