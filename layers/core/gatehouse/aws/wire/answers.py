"""Answers over HTTP/1.1 (RFC 9112), as strictly read as AWS writes them."""

import re
from io import BufferedReader
from typing import Final, NamedTuple

MAX_LINE: Final = 65_536
MAX_HEADERS: Final = 100
MAX_BODY: Final = 64 * 1024 * 1024
_END: Final = b"\r\n\r\n"
_STATUS: Final = re.compile(r"HTTP/1\.1 ([0-9]{3})(?: .*)?")
_CONTINUE: Final = 100
_FINAL: Final = 200


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


def read_answer(stream: BufferedReader) -> Answer:
    """Read one answer, and not a byte more.

    Raises:
        NothingAnswered: There is none.
        CutShort: It breaks off.
        Garbled: It is not HTTP/1.1, or more than may be.
        OSError: Reading failed.
    """
    try:
        begins = stream.peek()
    except ConnectionError as error:
        raise NothingAnswered from error
    if not begins:
        raise NothingAnswered
    while True:
        status_line, *lines = _head(stream)
        status = _status(status_line)
        headers = _headers(lines)
        if status >= _FINAL:
            break
        if status != _CONTINUE:
            raise Garbled
    body, is_delimited = _body(stream, headers)
    closes = headers.get("connection", "").lower() == "close"
    return Answer(status=status, headers=headers, body=body, is_last=closes or not is_delimited)


def _head(stream: BufferedReader) -> list[str]:
    """Return the lines up to the empty one; there is at least one."""
    end = stream.peek().find(_END)
    # Nearly always it came as one. A read for each line would be most of reading an answer.
    head = stream.read(end + len(_END)) if end >= 0 else _line_by_line(stream)
    lines = head.removesuffix(_END).decode("latin-1").split("\r\n")
    ends = len(lines) + 1
    if head.count(b"\n") != ends or head.count(b"\r") != ends or len(lines) > MAX_HEADERS + 1:
        raise Garbled
    return lines


def _line_by_line(stream: BufferedReader) -> bytes:
    head = b""
    for _ in range(MAX_HEADERS + 2):
        line = _line(stream)
        head += line
        if line == b"\r\n":
            return head
    raise Garbled


def _status(line: str) -> int:
    found = _STATUS.fullmatch(line)
    if found is None:
        raise Garbled
    return int(found[1])


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        name = name.lower()
        if not colon or not name or name != name.strip():
            raise Garbled
        if name in {"content-length", "transfer-encoding"} and name in headers:
            raise Garbled
        headers[name] = value.strip()
    return headers


def _body(stream: BufferedReader, headers: dict[str, str]) -> tuple[bytes, bool]:
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


def _chunks(stream: BufferedReader) -> bytes:
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
    for _ in range(MAX_HEADERS):
        if _line(stream) == b"\r\n":
            return bytes(body)
    raise Garbled


def _exactly(stream: BufferedReader, length: int) -> bytes:
    if length > MAX_BODY:
        raise Garbled
    body = stream.read(length)
    if len(body) != length:
        raise CutShort
    return body


def _line(stream: BufferedReader) -> bytes:
    line = stream.readline(MAX_LINE)
    if line.endswith(b"\r\n"):
        return line
    raise Garbled if line.endswith(b"\n") or len(line) == MAX_LINE else CutShort


def _at_most(body: bytes | bytearray) -> bytes:
    if len(body) > MAX_BODY:
        raise Garbled
    return bytes(body)
