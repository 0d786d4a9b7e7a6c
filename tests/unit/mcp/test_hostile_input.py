"""Everything nasty that a stranger with a credential may send, and the exact answer to each.

Sizes and times: no body costs more memory than a fixed multiple of its own megabyte.
"""

import json
import tracemalloc
from dataclasses import dataclass, field
from typing import Any

import pytest

from gatehouse.domain.errors import GatehouseError
from gatehouse.edge.http import MAX_BODY
from gatehouse.edge.mcp import envelope
from tests.events import http_event
from tests.samples import API_KEY
from tests.unit.mcp.world import META, MODERN, World

PARSE, INVALID, PARAMS, MISMATCH = -32700, -32600, -32602, -32020
CALL = {"name": "crm-contacts-get", "arguments": {"contact_id": "c1"}}


def modern(**params: Any) -> bytes:
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"_meta": META, **params},
    }
    return json.dumps(message).encode()


GOOD = modern(**CALL)
HEADERS = {
    "mcp-protocol-version": MODERN,
    "mcp-method": "tools/call",
    "mcp-name": "crm-contacts-get",
}


@dataclass(frozen=True)
class Attack:
    """A request, and the status and code that it deserves."""

    name: str
    status: int
    code: int | None
    body: bytes = GOOD
    headers: dict[str, str] = field(default_factory=dict)


def ping(*, message_id: str = "1", params: bytes = b"{}") -> bytes:
    head = f'{{"jsonrpc":"2.0","id":{message_id},"method":"tools/list","params":'
    return head.encode() + params + b"}"


TABLE = (
    # what is no JSON, or two readings of it
    Attack("empty", 400, PARSE, b""),
    Attack("byte order mark", 400, PARSE, b"\xef\xbb\xbf" + GOOD),
    Attack("UTF-16", 400, PARSE, GOOD.decode().encode("utf-16")),
    Attack("bytes that are not UTF-8", 400, PARSE, GOOD.replace(b"c1", b"\xff")),
    Attack("overlong UTF-8", 400, PARSE, GOOD.replace(b"c1", b"\xc0\xaf")),
    Attack("a UTF-8 surrogate", 400, PARSE, GOOD.replace(b"c1", b"\xed\xa0\x80")),
    Attack("an escaped lone surrogate", 400, PARSE, GOOD.replace(b"c1", b"\\ud800")),
    Attack("a lone surrogate in a name", 400, PARSE, GOOD.replace(b"contact_id", b"\\udc00")),
    Attack("a duplicate member", 400, PARSE, GOOD.replace(b'"id"', b'"id": 2, "id"')),
    Attack(
        "a duplicate argument",
        400,
        PARSE,
        GOOD.replace(b'"contact_id"', b'"a":1,"\\u0061":2,"contact_id"'),
    ),
    Attack("NaN", 400, PARSE, GOOD.replace(b'"c1"', b"NaN")),
    Attack("minus infinity", 400, PARSE, GOOD.replace(b'"c1"', b"-Infinity")),
    Attack("a number beyond doubles", 400, PARSE, GOOD.replace(b'"c1"', b"1e400")),
    Attack("a number of 5000 digits", 400, PARSE, GOOD.replace(b'"c1"', b"7" * 5000)),
    Attack("a NUL", 400, PARSE, GOOD + b"\0"),
    Attack("two documents", 400, PARSE, GOOD + GOOD),
    Attack("nesting of 65", 400, PARSE, ping(params=b'{"a":' * 65 + b"1" + b"}" * 65)),
    Attack("nesting of 100000", 400, PARSE, ping(params=b"[" * 100_000)),
    Attack("a comment", 400, PARSE, b"/**/" + GOOD),
    # what is JSON and no message
    Attack("an id of 257 characters", 400, INVALID, ping(message_id='"' + "x" * 257 + '"')),
    Attack("an id of a megabyte", 400, INVALID, ping(message_id='"' + "x" * 1_000_000 + '"')),
    Attack("an id of 2**53", 400, INVALID, ping(message_id=str(2**53))),
    Attack("an id of -2**53", 400, INVALID, ping(message_id=str(-(2**53)))),
    Attack("an id of 400 digits", 400, INVALID, ping(message_id="9" * 400)),
    Attack("an id of 401 digits", 400, PARSE, ping(message_id="9" * 401)),
    Attack("a fraction as id", 400, INVALID, ping(message_id="1.0")),
    Attack("a batch in the modern era", 400, INVALID, b"[" + GOOD + b"]"),
    Attack("a batch of nothing", 400, INVALID, b"[]"),
    Attack("an unknown member", 400, INVALID, GOOD.replace(b'"id"', b'"Id": 2, "id"')),
    # what is no JSON by its own word
    Attack("text/plain", 415, None, headers={"content-type": "text/plain"}),
    Attack("a form", 415, None, headers={"content-type": "application/x-www-form-urlencoded"}),
    Attack("no content type", 415, None, headers={"content-type": ""}),
    Attack(
        "two content types", 415, None, headers={"content-type": "application/json, text/plain"}
    ),
    Attack(
        "another charset", 415, None, headers={"content-type": "application/json; charset=utf-7"}
    ),
    Attack("gzip", 415, None, b"\x1f\x8b", headers={"content-encoding": "gzip"}),
    Attack("a body that is said to be gzip", 415, None, headers={"content-encoding": "gzip"}),
    Attack("layers of encodings", 415, None, headers={"content-encoding": "identity, gzip"}),
    Attack("deflate", 415, None, headers={"content-encoding": "deflate"}),
    # what the headers say differs from what the body says
    Attack("no method header", 400, MISMATCH, headers={"mcp-method": ""}),
    Attack("another method", 400, MISMATCH, headers={"mcp-method": "tools/list"}),
    Attack("two methods", 400, MISMATCH, headers={"mcp-method": "tools/call,tools/list"}),
    Attack("the method twice", 400, MISMATCH, headers={"mcp-method": "tools/call, tools/call"}),
    Attack("another case", 400, MISMATCH, headers={"mcp-method": "Tools/Call"}),
    Attack("another tool", 400, MISMATCH, headers={"mcp-name": "other"}),
    Attack("two tools", 400, MISMATCH, headers={"mcp-name": "crm-contacts-get,other"}),
    Attack(
        "the tool twice", 400, MISMATCH, headers={"mcp-name": "crm-contacts-get, crm-contacts-get"}
    ),
    Attack("a tool in bad base64", 400, MISMATCH, headers={"mcp-name": "=?base64?Y3Jt?Y?="}),
    Attack("base64 with spare bits", 400, MISMATCH, headers={"mcp-name": "=?base64?YR==?="}),
    Attack("a tool beyond ASCII", 400, MISMATCH, headers={"mcp-name": "crm-contacts-gét"}),
    Attack("a tool and a line", 400, MISMATCH, headers={"mcp-name": "crm-contacts-get\r\nx: y"}),
    Attack("two versions", 400, MISMATCH, headers={"mcp-protocol-version": f"{MODERN},{MODERN}"}),
    Attack("a legacy version", 400, MISMATCH, headers={"mcp-protocol-version": "2025-11-25"}),
    Attack(
        "legacy and modern",
        400,
        MISMATCH,
        headers={"mcp-protocol-version": f"2025-11-25, {MODERN}"},
    ),
    Attack("no version", 400, MISMATCH, headers={"mcp-protocol-version": ""}),
    # what is a message and no call
    Attack("_meta of another type", 400, PARAMS, modern(**CALL, _meta=[])),
    Attack("a name of another type", 400, MISMATCH, modern(name=["crm-contacts-get"])),
    Attack("arguments of another type", 400, PARAMS, modern(**{**CALL, "arguments": []})),
    Attack("answers of another type", 400, PARAMS, modern(**CALL, inputResponses=[])),
    Attack("a state of another type", 400, PARAMS, modern(**CALL, requestState={})),
    Attack("a state of a megabyte", 400, PARAMS, modern(**CALL, requestState="A" * 1_000_000)),
)


@pytest.mark.parametrize("attack", TABLE, ids=[attack.name for attack in TABLE])
def test_each_has_its_exact_answer_and_reaches_no_upstream(attack: Attack) -> None:
    world = World()
    headers = {name.replace("-", "_"): text for name, text in {**HEADERS, **attack.headers}.items()}
    answer = world.send(attack.body, **headers)
    assert answer.status == attack.status
    if attack.code is None:
        assert "jsonrpc" not in answer.json
    else:
        assert answer.json["error"]["code"] == attack.code
    assert len(answer.text) < 1000
    assert world.dispatcher.asked == []


def test_the_same_request_unharmed_is_served() -> None:
    world = World()
    headers = {name.replace("-", "_"): text for name, text in HEADERS.items()}
    assert world.send(GOOD, **headers).status == 200
    assert len(world.dispatcher.asked) == 1


def test_one_byte_more_than_a_mebibyte_is_not_parsed() -> None:
    filler = b" " * (MAX_BODY - len(GOOD))
    headers = {name.replace("-", "_"): text for name, text in HEADERS.items()}
    assert World().send(GOOD + filler, **headers).status == 200
    world = World()
    assert world.send(GOOD + filler + b" ", **headers).status == 413
    assert world.table.reads == 0


def test_a_body_in_broken_base64_is_refused() -> None:
    world = World()
    credentials = {"authorization": f"Bearer {API_KEY}", "content-type": "application/json"}
    event = http_event(method="POST", path="/mcp", headers=credentials, body=b"x")
    answer = world.event({**event, "body": "%%%", "isBase64Encoded": True})
    assert answer.status == 400
    assert world.table.reads == 0


# --- one mebibyte of each kind --------------------------------------------------------------------


def fill(unit: bytes, *, before: bytes = b"[", after: bytes = b"]") -> bytes:
    """Repeat `unit` up to a mebibyte between two ends."""
    room = MAX_BODY - len(before) - len(after)
    return before + unit * (room // len(unit)) + after


KINDS = {
    "open arrays": fill(b"[", before=b"", after=b""),
    "open objects": fill(b'{"":', before=b"", after=b""),
    "empty arrays": fill(b"[],", after=b"[]]"),
    "empty objects": fill(b"{},", after=b"{}]"),
    "nulls": fill(b"null,", after=b"null]"),
    "small numbers": fill(b"1,", after=b"1]"),
    "fractions": fill(b"1.5,", after=b"1.5]"),
    "one long number": fill(b"9", before=b"", after=b""),
    "one long fraction": fill(b"9", before=b"0.", after=b""),
    "one long exponent": fill(b"9", before=b"1e", after=b""),
    "empty strings": fill(b'"",', after=b'""]'),
    "one long string": fill(b"x", before=b'"', after=b'"'),
    "wide characters": fill("\U0001f600".encode(), before=b'"', after=b'"'),
    "one wide character in a long string": fill(b"x", before=b'"\xf0\x9f\x98\x80', after=b'"'),
    "escapes": fill(b"\\u0000", before=b'"', after=b'"'),
    "surrogate pairs": fill(b"\\ud83d\\ude00", before=b'"', after=b'"'),
    "an open string": fill(b"x", before=b'"', after=b""),
    "spaces": fill(b" ", before=b"", after=b""),
    "bytes that are no UTF-8": fill(b"\xff", before=b"", after=b""),
    "members of one name": fill(b'"a":1,', before=b"{", after=b'"a":1}'),
    "members of many names": b"{" + b",".join(b'"%05d":1' % n for n in range(95_000)) + b"}",
    "messages": fill(ping() + b",", after=ping() + b"]"),
}
MOST = 40 * MAX_BODY
"""An empty object costs 64 bytes of memory and 3 of a body: some twenty-five times, and no more."""


@pytest.mark.parametrize("body", KINDS.values(), ids=KINDS.keys())
def test_a_mebibyte_of_any_kind_takes_bounded_memory_and_is_refused(body: bytes) -> None:
    assert MAX_BODY * 0.9 < len(body) <= MAX_BODY
    tracemalloc.start()
    try:
        with pytest.raises(GatehouseError) as refusal:
            envelope.read(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < MOST
    assert len(str(refusal.value)) < 200
