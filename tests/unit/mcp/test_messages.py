"""Which bodies are messages, and the exact answers to those that are not."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.strict_json import InvalidJson
from gatehouse.edge.mcp import envelope
from gatehouse.edge.mcp.faults import RpcFault
from tests.unit.mcp.world import META, MODERN, World


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b'{"jsonrpc":"2.0","id":1,"method":"ping"',
        b'{"jsonrpc":"2.0","id":1,"method":"ping"} x',
        b'{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/list"}',
        b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"a","name":"b"}}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":NaN}}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":Infinity}}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":1e999}}',
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\\ud800"}}',
        b'\xef\xbb\xbf{"jsonrpc":"2.0","id":1,"method":"ping"}',
        b'{"jsonrpc":"2.0","id":1,"method":"\xff"}',
        '{"jsonrpc":"2.0","id":1,"method":"ping"}'.encode("utf-16"),
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":' + b"9" * 10_000 + b"}}",
    ],
)
def test_what_is_not_strict_json_is_a_parse_error(body: bytes) -> None:
    answer = World().send(body)
    assert answer.fault[:2] == (400, -32700)
    assert answer.json["id"] is None


@pytest.mark.parametrize(
    ("message", "answered_id"),
    [
        ("null", None),
        ("1", None),
        ('"ping"', None),
        ("{}", None),
        ('{"id":1,"method":"ping"}', None),
        ('{"jsonrpc":"1.0","id":1,"method":"ping"}', None),
        ('{"jsonrpc":2.0,"id":1,"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":null,"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":true,"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":1.0,"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":1.5,"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":{},"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":[1],"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":9007199254740992,"method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":"%s","method":"ping"}' % ("x" * 257), None),
        ('{"jsonrpc":"2.0","id":1}', None),
        ('{"jsonrpc":"2.0","id":1,"method":1}', 1),
        ('{"jsonrpc":"2.0","id":1,"method":null}', 1),
        ('{"jsonrpc":"2.0","id":1,"Method":"ping"}', None),
        ('{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}', 1),
        ('{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', 1),
        ('{"jsonrpc":"2.0","id":"a","method":"ping","params":null}', "a"),
        ('{"jsonrpc":"2.0","id":1,"result":{},"error":{}}', None),
        ('{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}', 1),
    ],
)
def test_json_that_is_no_message_is_an_invalid_request(
    message: str, answered_id: str | int | None
) -> None:
    answer = World().send(message)
    assert answer.fault[:2] == (400, -32600)
    assert answer.json["id"] == answered_id


@pytest.mark.parametrize("message_id", ["1", '"1"', '""', "0", "-1", "9007199254740991"])
def test_an_id_is_given_back_as_it_came(message_id: str) -> None:
    answer = World().send(f'{{"jsonrpc":"2.0","id":{message_id},"method":"ping"}}')
    assert answer.text == f'{{"jsonrpc":"2.0","result":{{}},"id":{message_id}}}'


@pytest.mark.parametrize(
    "message",
    [
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
        '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}',
        '{"jsonrpc":"2.0","method":"no/such/notification"}',
        '{"jsonrpc":"2.0","method":"tools/call","params":{"name":"crm-contacts-get"}}',
        '{"jsonrpc":"2.0","id":1,"result":{}}',
        '{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"x"}}',
    ],
)
def test_what_asks_for_no_answer_is_accepted_and_does_nothing(message: str) -> None:
    world = World()
    answer = world.send(message)
    assert (answer.status, answer.text) == (202, "")
    assert world.dispatcher.asked == []


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_noise_is_read_or_refused_and_nothing_else(body: bytes) -> None:
    with contextlib.suppress(InvalidJson, RpcFault):
        assert isinstance(envelope.read(body), envelope.Message | tuple)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
PARAMS = st.fixed_dictionaries(
    {},
    optional={
        "name": JSON | st.just("crm-contacts-get"),
        "arguments": JSON | st.fixed_dictionaries({"contact_id": JSON}),
        "cursor": JSON,
        "protocolVersion": JSON,
        "_meta": JSON | st.just(META),
    },
)


@given(
    params=PARAMS,
    method=st.sampled_from(["initialize", "ping", "tools/list", "tools/call", "server/discover"]),
    modern=st.booleans(),
)
def test_whatever_a_known_caller_sends_is_answered_or_refused(
    params: dict[str, object], method: str, *, modern: bool
) -> None:
    world = World()
    answer = world.modern(method, params) if modern else world.legacy(method, params)
    assert answer.status in {200, 400, 404}
    assert answer.json["id"] in {1, None}


# --- batches, which only 2025-03-26 has ----------------------------------------------------------

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
NOTE = {"jsonrpc": "2.0", "method": "notifications/initialized"}
CALL = {
    "jsonrpc": "2.0",
    "id": 2,
    "method": "tools/call",
    "params": {"name": "crm-contacts-get", "arguments": {"contact_id": "1"}},
}


def test_a_batch_is_answered_message_by_message() -> None:
    world = World()
    unknown = {**CALL, "id": 3, "params": {"name": "nope"}}
    answer = world.send(json.dumps([PING, NOTE, CALL, {"id": 4}, unknown]))
    ping, call, malformed, refused = answer.json
    assert ping == {"jsonrpc": "2.0", "id": 1, "result": {}}
    assert call["id"] == 2
    assert call["result"]["structuredContent"] == {"name": "Ada"}
    assert malformed["error"]["code"] == -32600
    assert refused["error"] == {"code": -32602, "message": "Unknown tool: nope"}
    ids = [invocation.request_id for invocation in world.dispatcher.asked]
    assert call["result"]["_meta"]["gatehouse/requestId"] in ids


def test_each_call_of_a_batch_has_an_id_of_its_own() -> None:
    world = World()
    world.send(json.dumps([CALL, {**CALL, "id": 3}]))
    assert len({invocation.request_id for invocation in world.dispatcher.asked}) == 2


def test_a_batch_without_requests_is_accepted() -> None:
    answer = World().send(json.dumps([NOTE, NOTE]))
    assert (answer.status, answer.text) == (202, "")


@pytest.mark.parametrize("version", ["2025-06-18", "2025-11-25", MODERN, "2024-11-05"])
def test_no_other_version_has_batches(version: str) -> None:
    world = World()
    answer = world.send(json.dumps([CALL]), MCP_Protocol_Version=version)
    assert answer.fault[:2] == (400, -32600)
    assert world.dispatcher.asked == []


@pytest.mark.parametrize("size", [0, 17])
def test_a_batch_is_of_one_to_sixteen(size: int) -> None:
    assert World().send(json.dumps([PING] * size)).fault[:2] == (400, -32600)


def test_initialize_and_modern_messages_do_not_go_into_a_batch() -> None:
    init = {**PING, "method": "initialize", "params": {"protocolVersion": "2025-03-26"}}
    [answer] = World().send(json.dumps([init])).json
    assert answer["error"]["code"] == -32600


def test_no_call_of_a_batch_begins_after_its_time() -> None:
    world = World()

    class Slow:
        def __call__(self) -> int:
            world.now += 7
            return world.now_ms()

    object.__setattr__(world.door, "clock_ms", Slow())
    [first] = world.send(json.dumps([CALL])).json
    assert first["error"]["code"] == -32603
    assert world.dispatcher.asked == []
