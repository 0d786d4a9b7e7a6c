"""Answers over HTTP/1.1: read as written, to the byte, and strictly."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.aws.wire.answers import (
    MAX_BODY,
    MAX_HEAD,
    Answer,
    CutShort,
    Garbled,
    NothingAnswered,
    Receive,
    read_answer,
)

NEXT = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\n"


def came(text: bytes, *, at_once: int = 65_536) -> Receive:
    """Return what gives `text` as a connection does, so many bytes at once."""
    stream = io.BytesIO(text)
    return lambda most: stream.read(min(most, at_once))


def read(text: bytes) -> Answer:
    return read_answer(came(text))


@given(
    body=st.binary(max_size=300),
    status=st.integers(200, 599),
    cuts=st.lists(st.integers(1, 99), max_size=5),
    at_once=st.sampled_from([1, 7, 40, 65_536]),
)
def test_a_body_is_read_however_its_length_is_said(
    body: bytes, status: int, cuts: list[int], at_once: int
) -> None:
    head = b"HTTP/1.1 %d Any Reason\r\nX-Name:  a value \r\n" % status
    chunks, rest = b"", body
    for cut in cuts:
        part, rest = rest[:cut], rest[cut:]
        chunks += b"%x;ext=1\r\n%b\r\n" % (len(part), part) if part else b""
    chunks += (b"%X\r\n%b\r\n" % (len(rest), rest) if rest else b"") + b"0\r\nTrailer: x\r\n\r\n"
    for answer in (
        head + b"Content-Length: %d\r\n\r\n" % len(body) + body,
        head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks,
    ):
        found = read_answer(came(answer, at_once=at_once))
        assert (found.status, found.body, found.is_last) == (status, body, False)
        assert found.headers["x-name"] == "a value"


@pytest.mark.parametrize("body", [b"Content-Length: 2\r\n\r\nab", b"Content-Length: 0\r\n\r\n"])
def test_a_connection_that_says_more_than_was_asked_for_is_not_used_again(body: bytes) -> None:
    assert not read(OK + body).is_last
    assert read(OK + body + NEXT).is_last


def test_without_a_length_the_body_is_all_that_comes() -> None:
    found = read(OK + b"\r\nall of it")
    assert (found.body, found.is_last) == (b"all of it", True)


def test_what_is_said_before_the_answer_is_passed_over() -> None:
    found = read(b"HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nx")
    assert (found.status, found.body, found.headers) == (200, b"x", {"content-length": "1"})


def test_a_connection_that_will_end_is_told() -> None:
    assert read(OK + b"Connection: Close\r\nContent-Length: 0\r\n\r\n").is_last


def test_nothing_is_told_from_a_part() -> None:
    with pytest.raises(NothingAnswered):
        read(b"")
    whole = OK + b"Content-Length: 2\r\nX: y\r\n\r\nab"
    for end in range(1, len(whole)):
        with pytest.raises(CutShort):
            read(whole[:end])
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
    for end in range(1, len(chunked)):
        with pytest.raises(CutShort):
            read(chunked[:end])


@pytest.mark.parametrize("at_once", [7, 65_536])
@pytest.mark.parametrize(
    "text",
    [
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/2 200\r\n\r\n",
        b"HTTP/1.1 OK\r\n\r\n",
        b"HTTP/1.1 2000 OK\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"\nContent-Length: 0\r\n\r\n",
        OK + b"X: y\nContent-Length: 0\r\n\r\n",
        OK + b"X: y\rContent-Length: 0\r\n\r\n",
        OK + b"Content-Length: 0\n\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n" + b"X: y\r\n" * 101 + b"\r\n",
        OK + b" Folded: x\r\n\r\n",
        OK + b"Space : x\r\n\r\n",
        OK + b": x\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        OK + b"Content-Length: -1\r\n\r\n",
        OK + b"Content-Length: 1_0\r\n\r\n",
        OK + b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1),
        OK + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
        OK + b"Transfer-Encoding: gzip\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1_0\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
        OK + b"X: y\r\n" * 101 + b"\r\n",
        OK + b"X: " + b"y" * (MAX_HEAD + 65_536) + b"\r\n\r\n",
    ],
)
def test_what_is_no_answer_is_not_guessed_at(text: bytes, at_once: int) -> None:
    with pytest.raises(Garbled):
        read_answer(came(text, at_once=at_once))
