"""Limits at the door: who is refused, how that reads, and who never is."""

import json
from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain import api_keys
from gatehouse.domain.calls import Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.limits import Limits
from gatehouse.domain.project_settings import ProjectSettings
from tests.events import http_event
from tests.samples import (
    API_KEY,
    INTEGRATION,
    INTEGRATION_ID,
    LOOKUP,
    NOW,
    PROJECT,
    PROJECT_ID,
    SESSION,
)
from tests.unit.mcp.world import Answer, World, token

CALL = {"name": LOOKUP.name, "arguments": {"contact_id": "c1"}}
WRONG = api_keys.compose(PROJECT_ID, INTEGRATION_ID, "w" * 24)


@pytest.fixture
def world() -> World:
    return World()


def limit_project(world: World, limits: Limits, *, members: Limits | None = None) -> None:
    settings = ProjectSettings(limits=limits, member_limits=members or Limits())
    world.table.projects[PROJECT_ID] = replace(PROJECT, settings=settings)


def call(world: World, **options: Any) -> Answer:
    return world.legacy("tools/call", CALL, **options)


def test_exactly_as_many_calls_pass_as_the_project_may_make(world: World) -> None:
    limit_project(world, Limits(per_minute=2))
    answers = [call(world) for _ in range(4)]
    assert [answer.status for answer in answers] == [200, 200, 429, 429]
    assert len(world.dispatcher.asked) == 2
    wait = 60 - NOW % 60
    assert answers[0].headers["ratelimit-policy"] == '"project-minute";q=2;w=60'
    assert answers[0].headers["ratelimit"] == f'"project-minute";r=1;t={wait}'
    assert "retry-after" not in answers[0].headers
    refused = answers[2]
    message = f"Limit reached: 2 calls per minute for this project; try again in {wait} s"
    assert refused.fault == (429, 429, message)
    assert refused.json["id"] == 1
    assert refused.headers["retry-after"] == str(wait)
    assert refused.headers["ratelimit"] == f'"project-minute";r=0;t={wait}'


def test_a_modern_client_is_told_alike(world: World) -> None:
    limit_project(world, Limits(per_day=0))
    answer = world.modern("tools/call", CALL)
    assert answer.status == 429
    assert answer.json["error"]["code"] == 429


def test_a_refused_call_is_recorded_as_denied(world: World) -> None:
    limit_project(world, Limits(per_day=0))
    call(world)
    [record] = world.records.written
    assert (record.outcome, record.reason) == (Outcome.DENIED, "limit_reached")
    assert record.tool_name == LOOKUP.name


def test_without_a_limit_nothing_is_counted_and_nothing_told(world: World) -> None:
    world.limits.fails = True
    answer = call(world)
    assert answer.status == 200
    assert not {"ratelimit", "ratelimit-policy"} & answer.headers.keys()


def test_a_count_that_cannot_be_made_refuses_the_call(world: World) -> None:
    limit_project(world, Limits(per_day=5))
    world.limits.fails = True
    answer = call(world)
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert not world.dispatcher.asked


def test_what_only_opens_or_keeps_a_connection_is_not_counted(world: World) -> None:
    limit_project(world, Limits(per_day=0))
    assert world.legacy("ping").status == 200
    assert world.legacy("initialize", {"protocolVersion": "2025-11-25"}).status == 200
    assert world.modern("server/discover").status == 200
    assert world.legacy("tools/list").status == 429


def test_each_member_has_an_allowance_of_its_own(world: World) -> None:
    limit_project(world, Limits(), members=Limits(per_day=1))
    bob = replace(SESSION, member=replace(SESSION.member, external_id="bob"))
    ada, other = token(), token(bob)
    assert [call(world, credential=each).status for each in (ada, ada, other)] == [200, 429, 200]
    assert call(world).status == 200  # a key is no member


def test_an_integration_s_limit_holds_for_its_sessions_too(world: World) -> None:
    limited = replace(INTEGRATION, limits=Limits(per_day=2))
    world.table.integrations[PROJECT_ID, INTEGRATION_ID] = limited
    statuses = [call(world, credential=each).status for each in (API_KEY, token(), token())]
    assert statuses == [200, 200, 429]


def test_a_tool_s_limit_counts_only_calls_that_its_callers_may_make(world: World) -> None:
    world.add(replace(LOOKUP, require_member=True), limits=Limits(per_day=1))
    for _ in range(3):
        assert "Member context required" in call(world).text
    assert [call(world, credential=token()).status for _ in range(2)] == [200, 429]


def test_a_disabled_tool_is_unknown_whatever_its_limit(world: World) -> None:
    world.add(LOOKUP, is_enabled=False, limits=Limits(per_day=0))
    assert call(world).fault == (200, -32602, f"Unknown tool: {LOOKUP.name}")


def test_a_place_is_held_while_a_call_runs_and_given_back_after_it(world: World) -> None:
    limit_project(world, Limits(concurrent=1))
    seen: list[int] = []
    dispatch = world.dispatcher.dispatch

    def nested(invocation: Any) -> Any:
        if not seen:
            seen.append(call(world).status)
        return dispatch(invocation)

    world.dispatcher.dispatch = nested  # type: ignore[method-assign]
    assert call(world).status == 200
    assert seen == [429]
    assert call(world).status == 200


def test_a_place_is_given_back_after_a_call_that_failed(world: World) -> None:
    limit_project(world, Limits(concurrent=1))
    for _ in range(3):
        assert "Unknown tool" in world.legacy("tools/call", {"name": "nope"}).text


def test_each_message_of_a_batch_counts(world: World) -> None:
    limit_project(world, Limits(per_day=1))
    batch = (
        "["
        + ",".join(f'{{"jsonrpc":"2.0","id":{n},"method":"tools/list"}}' for n in range(2))
        + "]"
    )
    answer = world.send(batch, MCP_Protocol_Version="2025-03-26")
    assert answer.status == 200
    assert ["error" in each for each in answer.json] == [False, True]


def batch(world: World, *calls: tuple[str, dict[str, Any]]) -> Answer:
    messages = [
        {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        for number, (method, params) in enumerate(calls)
    ]
    return world.send(json.dumps(messages), MCP_Protocol_Version="2025-03-26")


def test_a_batch_tells_of_each_policy_where_least_is_left(world: World) -> None:
    limit_project(world, Limits(per_minute=9, per_day=3))
    world.add(LOOKUP, limits=Limits(per_day=5))
    world.add(replace(LOOKUP, name="other"), limits=Limits(per_day=2))
    other = {**CALL, "name": "other"}
    calls = [("tools/call", CALL), ("tools/call", other), ("tools/list", {}), ("tools/list", {})]
    answer = batch(world, *calls)
    assert ["error" in each for each in answer.json] == [False, False, False, True]
    fields = dict(part.split(";", 1) for part in answer.headers["ratelimit"].split(", "))
    assert {name: part.split(";")[0] for name, part in fields.items()} == {
        '"project-minute"': "r=6",
        '"project-day"': "r=0",
        '"tool-day"': "r=1",
    }
    assert answer.headers["ratelimit-policy"] == (
        '"project-minute";q=9;w=60, "project-day";q=3;w=86400, "tool-day";q=2;w=86400'
    )


def test_a_batch_that_counts_nothing_tells_nothing(world: World) -> None:
    limit_project(world, Limits(per_minute=9))
    answer = batch(world, ("ping", {}))
    assert answer.status == 200
    assert "ratelimit" not in answer.headers


@pytest.mark.parametrize(
    ("method", "params", "status"),
    [
        ("tools/call", {"name": "nope"}, 400),
        ("tools/call", {"name": LOOKUP.name, "arguments": 1}, 400),
        ("tools/list", {"cursor": "forged"}, 400),
        ("resources/read", {"uri": "crm://nope"}, 400),
    ],
)
def test_a_refusal_that_counted_tells_where_the_caller_stands(
    world: World, method: str, params: dict[str, Any], status: int
) -> None:
    limit_project(world, Limits(per_minute=9))
    answer = world.modern(method, params)
    assert answer.status == status
    assert answer.headers["ratelimit"].startswith('"project-minute";r=8;t=')
    assert answer.headers["ratelimit-policy"] == '"project-minute";q=9;w=60'
    assert "retry-after" not in answer.headers


def test_a_call_that_a_service_of_ours_could_not_make_tells_it_too(world: World) -> None:
    limit_project(world, Limits(per_minute=9))
    world.dispatcher.raises = Unavailable
    answer = call(world)
    assert answer.status == 503
    assert answer.headers["retry-after"] == "2"
    assert answer.headers["ratelimit"].startswith('"project-minute";r=8;t=')


# --- credentials that do not hold


def guess(world: World, credential: str = WRONG, source: str = "192.0.2.7", **headers: str) -> int:
    event = http_event(
        "POST",
        "/mcp",
        headers={
            "content-type": "application/json",
            "authorization": f"Bearer {credential}",
            **headers,
        },
        body='{"jsonrpc":"2.0","id":1,"method":"ping"}',
    )
    event["requestContext"]["http"]["sourceIp"] = source
    return world.event(event).status


def test_an_address_with_too_many_failures_is_told_so(world: World) -> None:
    world.failures_per_minute = 2
    assert [guess(world) for _ in range(3)] == [401, 401, 429]
    world.now += 60
    assert guess(world) == 401


def test_good_credentials_pass_from_an_address_that_is_over_its_count(world: World) -> None:
    world.failures_per_minute = 0
    assert guess(world) == 429
    assert guess(world, API_KEY) == 200
    assert guess(world, token()) == 200


def test_two_addresses_are_counted_apart_and_a_64_together(world: World) -> None:
    world.failures_per_minute = 1
    assert [guess(world, source=s) for s in ("192.0.2.7", "192.0.2.8", "192.0.2.7")] == [
        401,
        401,
        429,
    ]
    sources = ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1")
    assert [guess(world, source=s) for s in sources] == [401, 429, 401]


def test_no_header_makes_another_address(world: World) -> None:
    world.failures_per_minute = 1
    spoofs = [
        {"x-forwarded-for": "198.51.100.1"},
        {"x-forwarded-for": "198.51.100.2"},
        {"forwarded": "for=198.51.100.3", "x-real-ip": "198.51.100.3"},
    ]
    assert [guess(world, **spoof) for spoof in spoofs] == [401, 429, 429]


def test_who_sends_no_credential_or_an_expired_one_is_told_401_and_not_counted(
    world: World,
) -> None:
    world.failures_per_minute = 0
    expired = token(replace(SESSION, issued_at=NOW - 1000, expires_at=NOW - 100))
    assert guess(world, expired) == 401
    answer = world.send('{"jsonrpc":"2.0","id":1,"method":"ping"}', credential=None)
    assert answer.status == 401
    assert "www-authenticate" in answer.headers


def test_a_failure_that_cannot_be_counted_is_503_and_a_good_credential_is_not(
    world: World,
) -> None:
    world.limits.fails = True
    assert guess(world) == 503
    assert guess(world, API_KEY) == 200
