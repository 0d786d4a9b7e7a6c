"""What HTTP has to say before any message is read: paths, methods, origins, types, credentials."""

import json
from dataclasses import replace

import pytest

from gatehouse.domain import api_keys, ids
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.projects import Scope
from gatehouse.edge.http import MAX_BODY, SECURITY_HEADERS
from gatehouse.edge.mcp.render import MAX_RESULT_BYTES
from tests.events import http_event
from tests.samples import API_KEY, INTEGRATION, INTEGRATION_ID, PROJECT_ID, SESSION
from tests.unit.mcp.world import PAGE, PUBLIC, World, token

PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}'
CHALLENGE = (
    'Bearer resource_metadata="https://gate.example.com/.well-known/'
    'oauth-protected-resource/mcp", scope="mcp"'
)


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
def test_both_spellings_of_the_path_answer(path: str) -> None:
    assert World().send(PING, path=path).result == {}


@pytest.mark.parametrize("path", ["/", "/mcp//", "/MCP", "/mcp/x", "/mcp%2f", "/api/v2", "//mcp"])
def test_any_other_path_is_not_found(path: str) -> None:
    answer = World().send(PING, path=path)
    assert answer.status == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH", "HEAD"])
def test_only_post_is_a_method(method: str) -> None:
    answer = World().send("", method=method, credential=None)
    assert answer.status == 405
    assert answer.headers["allow"] == "POST, OPTIONS"


@pytest.mark.parametrize("origin", [PAGE, PUBLIC])
def test_an_allowed_origin_and_our_own_may_call(origin: str) -> None:
    assert World().send(PING, origin=origin).result == {}


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "",
        "https://evil.example",
        "https://gate.example.com.evil.example",
        "http://gate.example.com",
        "https://gate.example.com:8443",
        "https://gate.example.com/",
        "https://gate.example.com, https://evil.example",
    ],
)
def test_any_other_origin_is_forbidden_before_anything_is_read(origin: str) -> None:
    world = World()
    answer = world.send(PING, origin=origin)
    assert answer.status == 403
    assert "access-control-allow-origin" not in answer.headers
    assert world.table.reads == 0


def test_a_forwarded_host_does_not_make_an_origin_ours() -> None:
    answer = World().send(PING, origin="https://evil.example", x_forwarded_host="evil.example")
    assert answer.status == 403


def test_without_a_public_url_the_apis_own_domain_is_ours() -> None:
    world = World()
    world.door = replace(world.door, public_url=lambda: None)
    world.serve = replace(world.serve, answer=world.door)
    assert world.send(PING, origin="https://api.example.com").result == {}
    assert world.send(PING, origin=PUBLIC).status == 403
    challenge = world.send(PING, credential=None).headers["www-authenticate"]
    assert "https://api.example.com/.well-known/" in challenge


def test_a_preflight_needs_no_credential() -> None:
    answer = World().send("", method="OPTIONS", credential=None, origin=PAGE)
    assert answer.status == 204
    assert answer.headers["access-control-allow-origin"] == PAGE
    assert "mcp-protocol-version" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/x-www-form-urlencoded", "application/json; charset=utf-16"],
)
def test_another_content_type_is_refused(content_type: str) -> None:
    assert World().send(PING, content_type=content_type).status == 415


@pytest.mark.parametrize(
    "content_type",
    ["Application/JSON", "application/json;charset=UTF-8", 'application/json; charset="utf-8"'],
)
def test_json_may_be_spelled_otherwise(content_type: str) -> None:
    assert World().send(PING, content_type=content_type).result == {}


def test_a_compressed_body_is_refused_unopened() -> None:
    assert World().send(PING, content_encoding="gzip").status == 415


def test_a_body_above_one_mebibyte_is_refused() -> None:
    world = World()
    assert world.send(PING + " " * (MAX_BODY - len(PING))).result == {}
    assert world.send(PING + " " * (MAX_BODY - len(PING) + 1)).status == 413


# --- credentials ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["initialize", "ping", "tools/list", "tools/call", "nope"])
def test_every_method_needs_a_credential(method: str) -> None:
    answer = World().legacy(method, {}, credential=None)
    assert answer.fault == (401, 401, "Invalid or inactive API key")
    assert answer.headers["www-authenticate"] == CHALLENGE


def test_a_notification_and_a_batch_need_a_credential_too() -> None:
    note = '{"jsonrpc":"2.0","method":"notifications/initialized"}'
    assert World().send(note, credential=None).status == 401
    assert World().send(f"[{note}]", credential=None).status == 401
    assert World().send(f"[{note}]", credential=API_KEY[:-1] + "x").status == 401


def test_all_bad_credentials_get_one_body() -> None:
    unknown = api_keys.compose(PROJECT_ID, "Integ999", "s" * 24)
    foreign = api_keys.compose("Proj0002", INTEGRATION_ID, "s" * 24)
    wrong = api_keys.compose(PROJECT_ID, INTEGRATION_ID, "x" * 24)
    bad = [None, "x", API_KEY[:-1], unknown, foreign, wrong, "tng_mst_a.b.c", token() + "A"]
    texts = {World().send(PING, credential=credential).text for credential in bad}
    assert texts == {
        '{"jsonrpc":"2.0","id":null,"error":{"code":401,"message":"Invalid or inactive API key"}}'
    }


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": API_KEY},
        {"authorization": f"Basic {API_KEY}"},
        {"authorization": f"Bearer {API_KEY},Bearer {API_KEY}"},
        {"authorization": f"Bearer {API_KEY} x"},
        {"x-api-key": API_KEY},
        {"cookie": f"authorization={API_KEY}"},
    ],
)
def test_a_credential_anywhere_else_is_none(headers: dict[str, str]) -> None:
    headers = {"content-type": "application/json", **headers}
    event = http_event("POST", "/mcp", headers=headers, body=PING, query=f"token={API_KEY}")
    assert World().event(event).status == 401


def test_an_expired_session_says_so() -> None:
    world = World(now=SESSION.expires_at)
    answer = world.send(PING, credential=token())
    assert answer.fault == (401, 401, "Member JWT has expired")
    assert answer.headers["www-authenticate"] == CHALLENGE


def with_scopes(*scopes: Scope) -> World:
    world = World()
    limited = replace(INTEGRATION, scopes=frozenset(scopes))
    world.table.integrations[PROJECT_ID, INTEGRATION_ID] = limited
    return world


def test_an_api_key_without_the_scope_is_forbidden_and_told_which() -> None:
    answer = with_scopes(Scope.EXCHANGE, Scope.MANAGE).send(PING)
    assert answer.fault == (403, 403, "This API key lacks the scope 'mcp'")
    assert answer.headers["www-authenticate"] == f'{CHALLENGE}, error="insufficient_scope"'


def test_a_batch_needs_the_scope_too() -> None:
    assert with_scopes(Scope.EXCHANGE).send(f"[{PING}]").status == 403


def test_a_session_needs_no_scope_of_its_integration() -> None:
    assert with_scopes(Scope.EXCHANGE).send(PING, credential=token()).result == {}


def test_the_scope_is_all_that_an_api_key_needs() -> None:
    assert with_scopes(Scope.MCP).send(PING).result == {}


def test_unavailability_says_when_to_come_back() -> None:
    world = World(dispatcher=World().dispatcher)
    world.dispatcher.raises = Unavailable
    params = {"name": "crm-contacts-get", "arguments": {"contact_id": "1"}}
    for answer in (world.legacy("tools/call", params), world.modern("tools/call", params)):
        assert answer.fault == (503, -32603, "Temporarily unavailable")
        assert answer.headers["retry-after"] == "2"
        assert answer.json["id"] == 1


CALL = {"name": "crm-contacts-get", "arguments": {"contact_id": "1"}}


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_a_surprise_is_an_internal_error_of_the_message_and_tells_nothing(era: str) -> None:
    world = World()
    world.dispatcher.raises = lambda: RuntimeError("s3cr3t internals")
    answer = getattr(world, era)("tools/call", CALL, origin=PAGE)
    assert answer.fault == (500, -32603, "Internal error")
    assert answer.json["id"] == 1
    assert answer.json["error"]["data"] == {"requestId": ids.request_id(world.now_ms(), 1)}
    assert "s3cr3t" not in answer.text
    assert answer.headers.items() >= SECURITY_HEADERS.items()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["access-control-allow-origin"] == PAGE


def test_a_surprise_before_the_message_is_read_is_an_internal_error_too() -> None:
    world = World()
    world.serve = replace(world.serve, answer=lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
    answer = world.send(PING)
    assert answer.fault == (500, -32603, "Internal error")
    assert answer.json["id"] is None
    assert answer.headers.items() >= SECURITY_HEADERS.items()


def test_a_surprise_in_a_batch_costs_the_other_messages_nothing() -> None:
    world = World()
    world.dispatcher.raises = lambda: RuntimeError("s3cr3t internals")
    messages = [
        {"jsonrpc": "2.0", "id": 1, "method": "ping"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": CALL},
        {"jsonrpc": "2.0", "id": 3, "method": "ping"},
    ]
    answer = world.send(json.dumps(messages), MCP_Protocol_Version="2025-03-26")
    assert answer.status == 200
    assert [(each["id"], "result" in each) for each in answer.json] == [
        (1, True), (2, False), (3, True),
    ]  # fmt: skip
    assert answer.json[1]["error"]["code"] == -32603
    assert "s3cr3t" not in answer.text


def test_the_answers_of_a_batch_are_what_one_answer_can_carry() -> None:
    world = World()
    world.dispatcher.says = replace(
        world.dispatcher.says,
        answer=replace(world.dispatcher.says.answer, body=b'{"x":"' + b"y" * 1_000_000 + b'"}'),  # type: ignore[type-var]
    )
    messages = [
        {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": CALL}
        for number in range(6)
    ]
    answer = world.send(json.dumps(messages), MCP_Protocol_Version="2025-03-26")
    assert len(answer.text.encode()) <= MAX_RESULT_BYTES + 2_000
    assert ["result" in each for each in answer.json] == [True, True, False, False, False, False]
    assert "too large together" in answer.json[-1]["error"]["message"]
    assert [each["id"] for each in answer.json] == list(range(6))


def test_every_answer_is_unstorable_and_carries_the_security_headers() -> None:
    for answer in (World().send(PING), World().send(PING, credential=None)):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_long_answer_travels_as_base64() -> None:
    world = World()
    world.dispatcher.says = replace(
        world.dispatcher.says,
        answer=replace(world.dispatcher.says.answer, body=b'{"x":"' + b"y" * 600_000 + b'"}'),  # type: ignore[type-var]
    )
    answer = world.legacy(
        "tools/call", {"name": "crm-contacts-get", "arguments": {"contact_id": "1"}}
    )
    assert answer.in_base64
    assert len(answer.result["structuredContent"]["x"]) == 600_000
