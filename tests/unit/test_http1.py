"""Answers over HTTP/1.1: read whole however they arrive, and never otherwise than h11 does."""

from collections.abc import Iterator
from dataclasses import dataclass

import h11
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gatehouse.domain.http1 import (
    MAX_HEAD,
    MAX_LINE,
    Answer,
    CutShort,
    Garbled,
    NothingAnswered,
)

NAMES = st.sampled_from(["X-A", "Set-Cookie", "content-type", "Date", "a!#$%&'*+-.^_`|~9"])
VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"]))
FIELDS = st.lists(st.tuples(NAMES, VALUES.map(str.strip)), max_size=4)


@dataclass(frozen=True)
class Read:
    """What an answer was read as."""

    status: int
    body: bytes
    fields: dict[bytes, bytes]
    is_over: bool = False


def read(*pieces: bytes, method: str = "GET") -> Read:
    """Read pieces in the order in which they arrive, and then the connection's end."""
    arriving = iter(piece for piece in pieces if piece)
    answer = Answer(lambda: next(arriving, b""))
    head = answer.head()
    body = b"".join(answer.body(head, method=method))
    fields = dict(head.fields)
    if b"transfer-encoding" in fields:  # h11 shows this one in lower case
        fields[b"transfer-encoding"] = fields[b"transfer-encoding"].lower()
    return Read(head.status, body, fields, answer.is_over)


def read_by_h11(data: bytes) -> Read:
    connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=10 * MAX_HEAD)
    connection.send(h11.Request(method="GET", target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(data)
    connection.receive_data(b"")
    status, body, fields = 0, b"", {}
    while True:
        event = connection.next_event()
        if isinstance(event, h11.Response):
            status, fields = event.status_code, dict(event.headers)
        elif isinstance(event, h11.Data):
            body += bytes(event.data)
        elif not isinstance(event, h11.InformationalResponse):
            assert isinstance(event, h11.EndOfMessage)
            return Read(status, body, fields)


def chunked(pieces: list[bytes], extension: str, trailer: str) -> bytes:
    whole = (b"%x%b\r\n%b\r\n" % (len(p), extension.encode(), p) for p in pieces if p)
    return b"".join(whole) + f"0{extension}\r\n{trailer}\r\n".encode()


@st.composite
def answers(draw: st.DrawFn) -> tuple[bytes, bytes, bool]:
    """Draw an answer with its body, and whether the connection may serve another request."""
    body = draw(st.binary(max_size=300))
    fields = [f"{name}: {value}" for name, value in draw(FIELDS)]
    framing = draw(st.sampled_from(["length", "chunked", "end"]))
    last = draw(st.sampled_from(["", "Connection: close", "connection: x , CLOSE", "HTTP/1.0"]))
    version = "HTTP/1.0" if last == "HTTP/1.0" and framing != "chunked" else "HTTP/1.1"
    if last.lower().startswith("connection"):
        fields.append(last)
    sent = body
    if framing == "length":
        fields.append(f"content-LENGTH:{len(body)} ")
    if framing == "chunked":
        fields.append("Transfer-Encoding: Chunked")
        cut = draw(st.integers(0, len(body)))
        extension = draw(st.sampled_from(["", ";a", ";a=1", " "]))
        trailer = draw(st.sampled_from(["", "X-T: 1\r\n", "X-T: 1\r\nY:\r\n"]))
        sent = chunked([body[:cut], body[cut:]], extension, trailer)
    interim = draw(st.sampled_from(["", "HTTP/1.1 100 Continue\r\n\r\n" * 3]))
    reason = draw(st.sampled_from(["", " ", " OK", " f\xfcr alle"]))
    lines = [f"{version} 200{reason}", *draw(st.permutations(fields)), "", ""]
    head = interim.encode() + "\r\n".join(lines).encode("latin-1")
    closes = framing == "end" or version == "HTTP/1.0" or "connection" in last.lower()
    return head + sent, body, not closes


def cut_at(data: bytes, places: list[int]) -> Iterator[bytes]:
    begin = 0
    for place in sorted(place % (len(data) + 1) for place in places):
        yield data[begin:place]
        begin = place
    yield data[begin:]


@given(answers(), st.lists(st.integers(0, 10_000), max_size=12))
def test_an_answer_is_read_however_it_arrives(
    answer: tuple[bytes, bytes, bool], places: list[int]
) -> None:
    data, body, can_serve = answer
    found = read(*cut_at(data, places))
    assert (found.status, found.body, found.is_over) == (200, body, can_serve)
    assert read(*(data[i : i + 1] for i in range(len(data)))) == found
    assert read_by_h11(data).body == body


@given(answers(), st.integers(1, 400))
def test_an_answer_that_breaks_off_is_never_taken_for_a_whole_one(
    answer: tuple[bytes, bytes, bool], missing: int
) -> None:
    data, body, _ = answer
    is_marked = b"content-length:" in data.lower() or b"transfer-encoding:" in data.lower()
    kept = data[: max(0, len(data) - missing)]
    if is_marked or len(kept) < len(data) - len(body):
        with pytest.raises(CutShort):
            read(kept)


BYTES = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"\n\n", b" ", b"\t", b"\0", b"\x0b", b":", b",", b";", b"0", b"5",
     b"a", b"-", b"+", b"_", b"\x85", b"\xff", b"Content-Length: 3\r\n", b"Content-Length: 0\r\n",
     b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: identity\r\n", b"\r\n ",
     b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.0", b"1\r\nx\r\n", b"0\r\n\r\n"]
)  # fmt: skip


@settings(max_examples=1500)
@given(
    answers(),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 3), BYTES), min_size=1, max_size=4),
)
def test_what_is_read_at_all_is_read_as_h11_reads_it(
    answer: tuple[bytes, bytes, bool], edits: list[tuple[int, int, bytes]]
) -> None:
    data = answer[0]
    for place, removed, added in edits:
        place %= len(data) + 1  # noqa: PLW2901
        data = data[:place] + added + data[place + removed :]
    try:
        found = read(data)
    except (Garbled, CutShort):
        return
    other = read_by_h11(data)
    assert (found.status, found.body, found.fields) == (other.status, other.body, other.fields)


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\n\n",
        OK + b"X: a\nContent-Length: 0\r\n\r\n",
        OK + b"X: a\rContent-Length: 0\r\n\r\n",
        OK + b"X: a\r\n b\r\n\r\n",
        OK + b" X: a\r\n\r\n",
        OK + b"X : a\r\n\r\n",
        OK + b": a\r\n\r\n",
        OK + b"X\r\n\r\n",
        OK + b"X: \0\r\n\r\n",
        OK + b"Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
        OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy",
        OK + b"Content-Length: 1, 1\r\n\r\nx",
        OK + b"Content-Length: +1\r\n\r\nx",
        OK + b"Content-Length: -1\r\n\r\nx",
        OK + b"Content-Length: 0x1\r\n\r\nx",
        OK + b"Content-Length: 1_0\r\n\r\nxxxxxxxxxx",
        OK + b"Content-Length:\r\n\r\nx",
        OK + b"Content-Length: 9999999999999999999\r\n\r\nx",
        CHUNKED + b"Content-Length: 1\r\n\r\n0\r\n\r\n",
        CHUNKED + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        OK + b"Transfer-Encoding: identity\r\n\r\nx",
        OK + b"Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        CHUNKED + b"\r\n1\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n1\r\nxx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n1\r\nx\n0\r\n\r\n",
        CHUNKED + b"\r\n-1\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n+1\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n0x1\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n1_0\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n 1\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n11111111111111111\r\nx\r\n0\r\n\r\n",
        CHUNKED + b"\r\n0\r\nnot a field\r\n\r\n",
        CHUNKED + b"\r\n0\r\nContent-Length: 3\r\n\r\n",
        CHUNKED + b"\r\n0\r\n" + b"X: y\r\n" * 1000 + b"\r\n",
        CHUNKED + b"\r\n0;" + b"x" * MAX_LINE + b"\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
        b"HTTP/1.1 200OK\r\n\r\n",
        b"HTTP/1.1 099 X\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"\r\nHTTP/1.1 200 OK\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 101,
        OK + b"X: " + b"x" * MAX_HEAD + b"\r\n\r\n",
        OK + b"X: " + b" " * MAX_HEAD,
    ],
)
def test_an_answer_that_could_be_read_in_two_ways_is_none(data: bytes) -> None:
    with pytest.raises(Garbled):
        read(data)
    with pytest.raises(Garbled):
        read(*(data[i : i + 7] for i in range(0, len(data), 7)))


@pytest.mark.parametrize(("status", "method"), [(204, "GET"), (304, "GET"), (200, "HEAD")])
def test_some_answers_have_no_body_whatever_their_length_says(status: int, method: str) -> None:
    found = read(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status, method=method)
    assert (found.body, found.is_over) == (b"", True)


@example(b"HTTP/1.1 200 OK\r\n\r\n")
@given(st.binary(min_size=1))
def test_what_comes_beyond_an_answer_ends_the_connection(beyond: bytes) -> None:
    found = read(OK + b"Content-Length: 2\r\n\r\nok" + beyond)
    assert (found.body, found.is_over) == (b"ok", False)


def test_a_connection_that_only_ends_has_answered_nothing() -> None:
    with pytest.raises(NothingAnswered):
        read()
