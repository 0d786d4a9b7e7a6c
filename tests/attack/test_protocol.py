"""MCP over HTTP: bodies with two readings, headers that say otherwise, origins, forged state."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.attack.attempts import Attack, assert_withstood, fault, names, status
from tests.attack.ground import LEGACY, META, MODERN, Ground
from tests.attack.wire import Answer
from tests.integration.world import Json
from tests.unit.mcp import test_hostile_input as hostile

pytestmark = pytest.mark.stack

PARSE, INVALID, PARAMS, METHOD, MISMATCH = -32700, -32600, -32602, -32601, -32020
PING = b'{"jsonrpc":"2.0","id":1,"method":"ping"}'
ARGUMENTS = {"contact_id": "c1"}


# --- one body -------------------------------------------------------------------------------------


def legacy(body: bytes | str, **headers: str) -> Callable[[Ground], Answer]:
    """Post a body in the legacy era."""
    data = body.encode() if isinstance(body, str) else body
    return lambda ground: ground.mcp(data, **headers)


def modern(method: str, params: Json, **headers: str) -> Callable[[Ground], Answer]:
    """Send a modern request, whose headers are right unless they are given."""
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {"_meta": META, **params}}
    right = {"mcp_protocol_version": MODERN, "mcp_method": method}
    if "name" in params:
        right["mcp_name"] = str(params["name"])
    return lambda ground: ground.mcp(json.dumps(message).encode(), **{**right, **headers})


BODIES = (
    Attack("nothing", legacy(b""), fault(PARSE, 400)),
    Attack("half a message", legacy(b'{"jsonrpc":"2.0","id":1'), fault(PARSE, 400)),
    Attack("two messages", legacy(PING + PING), fault(PARSE, 400)),
    Attack("a byte order mark", legacy(b"\xef\xbb\xbf" + PING), fault(PARSE, 400)),
    Attack("UTF-16", legacy(PING.decode().encode("utf-16")), fault(PARSE, 400)),
    Attack("invalid UTF-8", legacy(PING.replace(b"ping", b"\xff")), fault(METHOD)),
    Attack("a lone surrogate", legacy(PING.replace(b"ping", b"\\ud800")), fault(PARSE, 400)),
    Attack("NaN", legacy(PING[:-1] + b',"params":{"a":NaN}}'), fault(PARSE, 400)),
    Attack("Infinity", legacy(PING[:-1] + b',"params":{"a":Infinity}}'), fault(PARSE, 400)),
    Attack("1e400", legacy(PING[:-1] + b',"params":{"a":1e400}}'), fault(PARSE, 400)),
    Attack(
        "method twice",
        legacy('{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}'),
        fault(PARSE, 400),
    ),
    Attack(
        "a name twice, deep inside",
        legacy(
            '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":'
            '{"name":"a","arguments":{"x":{"y":1,"y":2}}}}'
        ),
        fault(PARSE, 400),
    ),
    Attack(
        "Method for method", legacy('{"jsonrpc":"2.0","id":1,"Method":"ping"}'), fault(INVALID, 400)
    ),
    Attack(
        "Method beside method",
        legacy('{"jsonrpc":"2.0","id":1,"method":"ping","Method":"tools/call"}'),
        fault(INVALID, 400),
    ),
    Attack("Params beside params", legacy(PING[:-1] + b',"Params":{}}'), fault(INVALID, 400)),
    Attack(
        "nesting of 10,000",
        legacy(PING[:-1] + b',"params":' + b"[" * 10_000 + b"]" * 10_000 + b"}"),
        fault(PARSE, 400),
    ),
    Attack("objects nested 10,000 deep", legacy(b'{"a":' * 10_000), fault(PARSE, 400)),
    Attack("6 MB", legacy(b" " * 6_000_000 + PING), status(413)),
    Attack(
        "one number of 100 KB",
        legacy(PING[:-1] + b',"params":{"a":' + b"9" * 100_000 + b"}}"),
        fault(PARSE, 400),
    ),
    Attack(
        "an id of null", legacy('{"jsonrpc":"2.0","id":null,"method":"ping"}'), fault(INVALID, 400)
    ),
    Attack(
        "an object as id", legacy('{"jsonrpc":"2.0","id":{},"method":"ping"}'), fault(INVALID, 400)
    ),
    Attack(
        "a fraction as id",
        legacy('{"jsonrpc":"2.0","id":1.5,"method":"ping"}'),
        fault(INVALID, 400),
    ),
    Attack(
        "true as id", legacy('{"jsonrpc":"2.0","id":true,"method":"ping"}'), fault(INVALID, 400)
    ),
    Attack(
        "2**53 as id",
        legacy('{"jsonrpc":"2.0","id":9007199254740992,"method":"ping"}'),
        fault(INVALID, 400),
    ),
    Attack(
        "an id of a megabyte",
        legacy('{"jsonrpc":"2.0","id":"%s","method":"ping"}' % ("x" * 1_000_000)),
        fault(INVALID, 400),
    ),
    Attack("JSON-RPC 1.0", legacy('{"jsonrpc":"1.0","id":1,"method":"ping"}'), fault(INVALID, 400)),
    Attack("an array as params", legacy(PING[:-1] + b',"params":[]}'), fault(INVALID, 400)),
    Attack("a batch where there is none", legacy(b"[" + PING + b"]"), fault(INVALID, 400)),
    Attack("an empty batch", legacy(b"[]", mcp_protocol_version="2025-03-26"), fault(INVALID, 400)),
    Attack(
        "a batch of 17",
        legacy(b"[" + b",".join([PING] * 17) + b"]", mcp_protocol_version="2025-03-26"),
        fault(INVALID, 400),
    ),
    Attack("text/plain", legacy(PING, content_type="text/plain"), status(415)),
    Attack("a form", legacy(PING, content_type="application/x-www-form-urlencoded"), status(415)),
    Attack("multipart", legacy(PING, content_type="multipart/form-data; boundary=x"), status(415)),
    Attack("no content type", legacy(PING, content_type=""), status(415)),
    Attack(
        "a charset of its own",
        legacy(PING, content_type="application/json; charset=utf-16"),
        status(415),
    ),
    Attack("gzip", legacy(b"\x1f\x8b\x08\x00" + b"\0" * 50, content_encoding="gzip"), status(415)),
    Attack("deflate", legacy(PING, content_encoding="deflate"), status(415)),
    Attack(
        "a method nobody has",
        legacy('{"jsonrpc":"2.0","id":1,"method":"tools/delete"}'),
        fault(METHOD),
    ),
    Attack(
        "a method of Python", legacy('{"jsonrpc":"2.0","id":1,"method":"__class__"}'), fault(METHOD)
    ),
)

# --- what HTTP says beside it ---------------------------------------------------------------------

CALL = {"name": "crm-contacts-get", "arguments": ARGUMENTS}
OTHER = base64.b64encode(b"members-only").decode()
HEADERS = (
    Attack("no method header", modern("tools/call", CALL, mcp_method=""), fault(MISMATCH, 400)),
    Attack(
        "another method", modern("tools/call", CALL, mcp_method="tools/list"), fault(MISMATCH, 400)
    ),
    Attack(
        "another case of the method",
        modern("tools/call", CALL, mcp_method="Tools/Call"),
        fault(MISMATCH, 400),
    ),
    Attack("no name header", modern("tools/call", CALL, mcp_name=""), fault(MISMATCH, 400)),
    Attack(
        "another tool", modern("tools/call", CALL, mcp_name="members-only"), fault(MISMATCH, 400)
    ),
    Attack(
        "another tool in base64",
        modern("tools/call", CALL, mcp_name=f"=?base64?{OTHER}?="),
        fault(MISMATCH, 400),
    ),
    Attack(
        "base64 that is none",
        modern("tools/call", CALL, mcp_name="=?base64?Y3Jt?Y?="),
        fault(MISMATCH, 400),
    ),
    Attack(
        "base64 without padding",
        modern("tools/call", CALL, mcp_name="=?base64?Y3J?="),
        fault(MISMATCH, 400),
    ),
    Attack(
        "a name beyond ASCII",
        modern("tools/call", CALL, mcp_name="crm-contacts-gét"),
        fault(MISMATCH, 400),
    ),
    Attack(
        "the name header twice",
        lambda g: duplicated(g, "Mcp-Name", "crm-contacts-get", "members-only"),
        fault(MISMATCH, 400),
    ),
    Attack(
        "the method header twice",
        lambda g: duplicated(g, "Mcp-Method", "tools/call", "tools/call"),
        fault(MISMATCH, 400),
    ),
    Attack(
        "the version header twice",
        lambda g: duplicated(g, "MCP-Protocol-Version", MODERN, LEGACY),
        fault(MISMATCH, 400),
    ),
    Attack(
        "another version than the body's",
        modern("tools/call", CALL, mcp_protocol_version=LEGACY),
        fault(MISMATCH, 400),
    ),
    Attack(
        "no version header",
        modern("tools/call", CALL, mcp_protocol_version=""),
        fault(MISMATCH, 400),
    ),
    Attack(
        "a version nobody serves",
        legacy(PING, mcp_protocol_version="2099-01-01"),
        fault(-32022, 400),
    ),
    Attack("a version of 8 KB", legacy(PING, mcp_protocol_version="2" * 8_000), fault(-32022, 400)),
    Attack(
        "a parameter header that differs", lambda g: with_param(g, "eu", "us"), fault(MISMATCH, 400)
    ),
    Attack(
        "a parameter header that is missing",
        lambda g: with_param(g, "eu", ""),
        fault(MISMATCH, 400),
    ),
    Attack(
        "a parameter header without its argument",
        lambda g: with_param(g, None, "us"),
        fault(MISMATCH, 400),
    ),
    Attack(
        "_meta of another type", modern("tools/call", {**CALL, "_meta": []}), fault(PARAMS, 400)
    ),
    Attack(
        "_meta without capabilities",
        modern(
            "tools/call", {**CALL, "_meta": {"io.modelcontextprotocol/protocolVersion": MODERN}}
        ),
        fault(PARAMS, 400),
    ),
    Attack("16 KB of headers", legacy(PING, x_padding="x" * 16_000), status(431)),
    Attack("GET", lambda g: g.wire.send("GET", "/mcp", key_of(g)), status(405)),
    Attack("DELETE", lambda g: g.wire.send("DELETE", "/mcp", key_of(g)), status(405)),
    Attack("PUT", lambda g: g.wire.send("PUT", "/mcp", key_of(g), PING), status(405)),
    Attack(
        "another path below",
        lambda g: g.wire.send("POST", "/mcp/../mcp", key_of(g), PING),
        status(404),
    ),
    Attack(
        "an encoded slash", lambda g: g.wire.send("POST", "/mcp%2fx", key_of(g), PING), status(404)
    ),
    Attack(
        "another case of the path",
        lambda g: g.wire.send("POST", "/MCP", key_of(g), PING),
        status(404),
    ),
    Attack("Origin null", legacy(PING, origin="null"), status(403)),
    Attack("Origin evil", legacy(PING, origin="https://evil.example"), status(403)),
    Attack(
        "Origin that begins like ours",
        lambda g: from_origin(g, f"{g.stack.api_url}.evil.example"),
        status(403),
    ),
    Attack(
        "Origin with ours as user",
        lambda g: from_origin(g, f"{g.stack.api_url}@evil.example"),
        status(403),
    ),
    Attack("Origin of another port", legacy(PING, origin="http://127.0.0.1:1"), status(403)),
    Attack(
        "Origin of another scheme",
        lambda g: from_origin(g, g.stack.api_url.replace("http:", "https:")),
        status(403),
    ),
    Attack("Origin with a path", lambda g: from_origin(g, g.stack.api_url + "/"), status(403)),
    Attack(
        "two Origins",
        lambda g: from_origin(g, f"{g.stack.api_url}, https://evil.example"),
        status(403),
    ),
    Attack("Host evil", legacy(PING, host="evil.example"), status(403)),
    Attack("Host of a rebound name", legacy(PING, host="rebound.evil.example:80"), status(403)),
    Attack(
        "Origin evil, X-Forwarded-Host evil",
        legacy(PING, origin="https://evil.example", x_forwarded_host="evil.example"),
        status(403),
    ),
    Attack(
        "Origin evil, Forwarded evil",
        legacy(PING, origin="https://evil.example", forwarded="host=evil.example;proto=https"),
        status(403),
    ),
    Attack("a preflight from evil", lambda g: preflight(g, "https://evil.example"), status(403)),
)

# --- state that comes back ------------------------------------------------------------------------

STATE = (
    Attack("a cursor that is none", lambda g: listed(g, "x"), fault(PARAMS)),
    Attack("an empty cursor", lambda g: listed(g, ""), fault(PARAMS)),
    Attack("a cursor of another type", lambda g: listed(g, {"after": "a"}), fault(PARAMS)),
    Attack("a cursor of a megabyte", lambda g: listed(g, "A" * 500_000), fault(PARAMS)),
    Attack(
        "a cursor forged as JSON", lambda g: listed(g, encoded(b'{"after":"a"}')), fault(PARAMS)
    ),
    Attack("a cursor with one bit changed", lambda g: listed(g, changed(cursor(g))), fault(PARAMS)),
    Attack("half a cursor", lambda g: listed(g, cursor(g)[: len(cursor(g)) // 2]), fault(PARAMS)),
    Attack(
        "another project's cursor",
        lambda g: g.rpc(g.victim.api_key, "tools/list", {"cursor": cursor(g)}),
        fault(PARAMS),
    ),
    Attack(
        "a cursor of tools for resources",
        lambda g: g.rpc(g.attacker.api_key, "resources/list", {"cursor": cursor(g)}),
        fault(PARAMS),
    ),
    Attack("a state that is none", lambda g: answered(g, "x"), fault(PARAMS)),
    Attack("a state of another type", lambda g: answered(g, {"a": 1}), fault(PARAMS)),
    Attack(
        "a state with one bit changed",
        lambda g: answered(g, changed(state(g))),
        fault(PARAMS),
        reaches=True,
    ),
    Attack(
        "a state for other arguments",
        lambda g: answered(g, state(g), {"q": "other"}),
        fault(PARAMS),
        reaches=True,
    ),
    Attack(
        "a state for another tool",
        lambda g: answered(g, state(g), tool="asks-too"),
        fault(PARAMS),
        reaches=True,
    ),
    Attack(
        "a state of another member",
        lambda g: answered(g, state(g), credential=g.attacker.session("someone-else")),
        fault(PARAMS),
        reaches=True,
    ),
    Attack(
        "a member's state with an API key",
        lambda g: answered(g, state(g), credential=g.attacker.api_key),
        fault(PARAMS),
        reaches=True,
    ),
)


def key_of(ground: Ground) -> list[tuple[str, str]]:
    return [
        ("Authorization", f"Bearer {ground.attacker.api_key}"),
        ("Content-Type", "application/json"),
    ]


def duplicated(ground: Ground, name: str, *values: str) -> Answer:
    """Send a modern call with one header several times."""
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"_meta": META, **CALL}}
    headers = {
        "Mcp-Method": ["tools/call"],
        "Mcp-Name": ["crm-contacts-get"],
        "MCP-Protocol-Version": [MODERN],
        name: values,
    }
    pairs = [(each, value) for each, given in headers.items() for value in given]
    body = json.dumps(message).encode()
    return ground.wire.send("POST", "/mcp", [*key_of(ground), *pairs], body)


def with_param(ground: Ground, argument: str | None, header: str) -> Answer:
    """Call a tool whose schema has an argument sent in a header too."""
    tool = ground.with_tool(
        input_schema={
            "type": "object",
            "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
        }
    )
    arguments = {} if argument is None else {"region": argument}
    params = {"name": tool["name"], "arguments": arguments}
    return modern("tools/call", params, mcp_param_region=header)(ground)


def from_origin(ground: Ground, origin: str) -> Answer:
    return ground.mcp(PING, origin=origin)


def preflight(ground: Ground, origin: str) -> Answer:
    headers = [("Origin", origin), ("Access-Control-Request-Method", "POST")]
    answer = ground.wire.send("OPTIONS", "/mcp", headers)
    assert "access-control-allow-origin" not in answer.headers
    return answer


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def changed(text: str) -> str:
    """Change one character in the middle of what was signed or sealed."""
    at = len(text) // 2
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def listed(ground: Ground, given: object) -> Answer:
    return ground.rpc(ground.attacker.api_key, "tools/list", {"cursor": given})


def cursor(ground: Ground) -> str:
    """A genuine cursor, which takes more tools than a page holds."""
    many = ground.prepared.get("many")
    if many is None:
        crowded = ground.world.tenant("Crowded")
        for number in range(101):
            crowded.tool(ground.echo.url, name=f"crowd-{number:03}")
        said = crowded.rpc(crowded.api_key, "tools/list").json()
        many = ground.prepared["many"] = {"cursor": said["result"]["nextCursor"]}
    return str(many["cursor"])


ASKS = {"http_method": "POST", "endpoint_path": "/ask", "deduplicate_seconds": 0}
ASKING: dict[str, Any] = {
    **ASKS,
    "input_schema": {"type": "object", "properties": {"q": {"type": "string"}}},
    "body_template": {"responses": "{input.responses}"},
}


def member(ground: Ground) -> str:
    if "session" not in ground.prepared:
        ground.prepared["session"] = {"token": ground.attacker.session("asked")}
    return str(ground.prepared["session"]["token"])


def state(ground: Ground) -> str:
    """A genuine state, given to one member for one call that asks its client something."""
    for name in ("asks", "asks-too"):
        ground.with_tool(name=name, **ASKING)
    answer = asked(ground, member(ground), {"name": "asks", "arguments": {"q": "one"}})
    assert "requestState" in answer.json["result"], answer
    return str(answer.json["result"]["requestState"])


def asked(ground: Ground, credential: str, params: Json) -> Answer:
    capable = {**META, "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}}}
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"_meta": capable, **params},
    }
    headers = {"mcp_protocol_version": MODERN, "mcp_method": "tools/call"}
    headers["mcp_name"] = params["name"]
    return ground.mcp(json.dumps(message).encode(), credential, **headers)


def answered(
    ground: Ground,
    given: object,
    arguments: Json | None = None,
    *,
    tool: str = "asks",
    credential: str | None = None,
) -> Answer:
    """Come back with answers and a state."""
    for name in ("asks", "asks-too"):
        ground.with_tool(name=name, **ASKING)
    responses = {"who": {"action": "accept", "content": {"name": "Mallory"}}}
    params: Json = {
        "name": tool,
        "arguments": {"q": "one"} if arguments is None else arguments,
        "inputResponses": responses,
    }
    if given is not None:
        params["requestState"] = given
    return asked(ground, credential or member(ground), params)


def from_the_unit_tests(case: hostile.Attack) -> Attack:
    """The same bodies as the rules are tested with, sent through the public door."""

    def attempt(ground: Ground) -> Answer:
        headers = {**hostile.HEADERS, **case.headers}
        return ground.mcp(case.body, **{n.replace("-", "_"): v for n, v in headers.items()})

    expected = status(case.status) if case.code is None else fault(case.code, case.status)
    return Attack(f"modern: {case.name}", attempt, expected)


NOT_FROM_OUTSIDE = {
    # On the wire that is another header, and a good request.
    "a tool and a line",
    # The gateway puts U+FFFD in the place of what is not UTF-8, so these are good requests too.
    "bytes that are not UTF-8",
    "overlong UTF-8",
    "a UTF-8 surrogate",
}
MODERN_BODIES = [
    from_the_unit_tests(case) for case in hostile.TABLE if case.name not in NOT_FROM_OUTSIDE
]


@pytest.mark.parametrize("attack", [*BODIES, *HEADERS, *STATE, *MODERN_BODIES], ids=names)
def test_attack_is_refused(attack: Attack, ground: Ground) -> None:
    assert_withstood(attack, ground)


# --- and honest requests pass ---------------------------------------------------------------------


def test_a_modern_call_passes(ground: Ground) -> None:
    answer = modern("tools/call", CALL)(ground)
    assert answer.json["result"]["isError"] is False, answer


def test_our_own_origin_passes(ground: Ground) -> None:
    assert from_origin(ground, ground.stack.api_url).status == 200


def test_a_parameter_header_that_agrees_passes(ground: Ground) -> None:
    assert with_param(ground, "eu", "eu").json["result"]["isError"] is False


def test_a_genuine_state_passes(ground: Ground) -> None:
    answer = answered(ground, state(ground))
    assert "Mallory" in answer.text, answer


def test_a_chunked_body_is_read_like_any_other(ground: Ground) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (1, PING[i : i + 1]) for i in range(len(PING)))
    headers = [*key_of(ground), ("Transfer-Encoding", "chunked")]
    answer = ground.wire.send("POST", "/mcp", headers, chunks + b"0\r\n\r\n")
    assert answer.json["result"] == {}, answer
