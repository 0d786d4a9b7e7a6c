"""Notifications: who is sent which, in which body."""

import json
from typing import Any

import pytest

from gatehouse.domain.notifications import LEVELS
from gatehouse.domain.rich_results import MEDIA_TYPE
from gatehouse.domain.sanitizing import cleaned_text
from gatehouse.edge.mcp.render import MAX_RESULT_BYTES
from tests.fakes.dispatch import answered
from tests.unit.mcp.world import META, Answer, World

CALL = {"name": "crm-contacts-get", "arguments": {"contact_id": "c1"}}
BOTH = "application/json, text/event-stream"
LEVEL = "io.modelcontextprotocol/logLevel"


def progress(value: float, **more: Any) -> dict[str, Any]:
    return {"method": "notifications/progress", "params": {"progress": value, **more}}


def line(level: str, **more: Any) -> dict[str, Any]:
    return {"method": "notifications/message", "params": {"level": level, "data": level, **more}}


def world_that_says(*notifications: Any, **document: Any) -> World:
    world = World()
    content = {"content": [{"type": "text", "text": "done"}]}
    said = {**(document or content), "notifications": list(notifications)}
    world.dispatcher.says = answered(json.dumps(said).encode(), MEDIA_TYPE)
    return world


def events(answer: Answer) -> list[Any]:
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/event-stream"
    blocks = answer.text.split("\n\n")
    assert blocks.pop() == ""
    for block in blocks:
        assert block.startswith("event: message\ndata: ")
        assert block.count("\n") == 1
    return [json.loads(block.partition("data: ")[2]) for block in blocks]


def modern(world: World, accept: str | None = BOTH, **meta: Any) -> Answer:
    return world.modern("tools/call", {**CALL, "_meta": {**META, **meta}}, accept=accept)


def legacy(world: World, accept: str = BOTH, **meta: Any) -> Answer:
    return world.legacy("tools/call", {**CALL, "_meta": meta}, accept=accept)


def params(answer: Answer) -> list[Any]:
    return [event["params"] for event in events(answer)[:-1]]


@pytest.mark.parametrize("call", [modern, legacy])
@pytest.mark.parametrize("token", ["t-1", 7, 0, ""])
def test_progress_goes_before_the_result_with_the_clients_own_token(call: Any, token: Any) -> None:
    world = world_that_says(progress(1, total=3, message="one"), progress(2.5))
    got = events(call(world, progressToken=token))
    assert got[:-1] == [
        {
            "jsonrpc": "2.0",
            "method": "notifications/progress",
            "params": {"progressToken": token, "progress": 1, "total": 3, "message": "one"},
        },
        {
            "jsonrpc": "2.0",
            "method": "notifications/progress",
            "params": {"progressToken": token, "progress": 2.5},
        },
    ]
    assert got[-1]["id"] == 1
    assert got[-1]["result"]["content"] == [{"type": "text", "text": "done"}]


@pytest.mark.parametrize("call", [modern, legacy])
@pytest.mark.parametrize("meta", [{}, {"progressToken": None}, {"progressToken": True}])
def test_without_a_token_there_is_no_progress_and_no_stream(call: Any, meta: Any) -> None:
    answer = call(world_that_says(progress(1)), **meta)
    assert answer.headers["content-type"] == "application/json"
    assert answer.result["content"] == [{"type": "text", "text": "done"}]


def test_progress_that_does_not_rise_is_left_out() -> None:
    said = [progress(value) for value in (1, 1, 0.5, 2, -1, 2, 2.1)]
    got = params(modern(world_that_says(*said), progressToken="t"))
    assert [one["progress"] for one in got] == [1, 2, 2.1]


def test_a_modern_client_hears_lines_of_the_level_it_asked_for_and_worse() -> None:
    world = world_that_says(line("debug"), line("warning", logger="db"), line("emergency"))
    assert params(modern(world, **{LEVEL: "warning"})) == [
        {"level": "warning", "logger": "db", "data": "warning"},
        {"level": "emergency", "data": "emergency"},
    ]
    assert len(params(modern(world, **{LEVEL: "debug"}))) == 3


def test_a_modern_client_that_names_no_level_hears_nothing() -> None:
    answer = modern(world_that_says(line("emergency")), progressToken="t")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("level", ["verbose", "INFO", 3, ["info"], {}])
def test_a_level_that_is_none_is_refused_and_nothing_is_called(level: Any) -> None:
    world = world_that_says(line("info"))
    assert modern(world, **{LEVEL: level}).fault[:2] == (400, -32602)
    assert world.dispatcher.asked == []


def test_a_legacy_client_hears_info_and_worse() -> None:
    got = params(legacy(world_that_says(line("debug"), line("info"), line("error"))))
    assert [one["level"] for one in got] == ["info", "error"]


@pytest.mark.parametrize("level", LEVELS)
def test_a_legacy_client_may_set_a_level_which_changes_nothing(level: str) -> None:
    world = world_that_says(line("info"))
    assert world.legacy("logging/setLevel", {"level": level}).result == {}
    assert len(params(legacy(world))) == 1


@pytest.mark.parametrize("params", [{}, {"level": "loud"}, {"level": 3}, {"level": ["info"]}])
def test_a_level_to_set_is_one_of_eight(params: Any) -> None:
    assert World().legacy("logging/setLevel", params).fault[:2] == (200, -32602)


def test_a_modern_client_has_no_level_to_set() -> None:
    assert World().modern("logging/setLevel", {"level": "info"}).fault[:2] == (404, -32601)


def test_both_eras_are_told_that_there_are_log_lines() -> None:
    world = World()
    said = world.legacy("initialize", {"protocolVersion": "2025-11-25"}).result
    assert said["capabilities"]["logging"] == {}
    assert world.modern("server/discover").result["capabilities"]["logging"] == {}


@pytest.mark.parametrize(
    ("accept", "streamed"),
    [
        (BOTH, True),
        ("text/event-stream", True),
        ("application/json, Text/Event-Stream; q=0.5", True),
        ("application/json", False),
        ("*/*", False),
        ("application/json, text/event-stream;q=0", False),
        ("application/json, text/event-stream; Q=0.0", False),
        ("text/event-streams", False),
        ("", False),
    ],
)
def test_a_stream_is_sent_only_to_who_takes_one(accept: str, *, streamed: bool) -> None:
    answer = legacy(world_that_says(line("info")), accept=accept)
    assert (answer.headers["content-type"] == "text/event-stream") is streamed
    assert '"text":"done"' in answer.text


def test_a_stream_is_neither_stored_nor_held_back() -> None:
    answer = legacy(world_that_says(line("info")))
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"


@pytest.mark.parametrize("text", ["a\nb\n\nevent: x\ndata: {}", "a\r\nb", "\u2028\u2029é"])
def test_no_text_of_an_upstream_makes_an_event_of_its_own(text: str) -> None:
    got = events(legacy(world_that_says(line("info", logger=text[:200]))))
    assert len(got) == 2
    assert got[0]["params"]["logger"] == cleaned_text(text)


def test_a_batch_gets_results_alone() -> None:
    world = world_that_says(line("info"))
    batch = [{"jsonrpc": "2.0", "id": n, "method": "tools/call", "params": CALL} for n in (1, 2)]
    answer = world.send(json.dumps(batch), accept=BOTH)
    assert [one["id"] for one in answer.json] == [1, 2]


def test_notifications_that_do_not_fit_beside_the_result_are_left_out() -> None:
    block = {"type": "text", "text": "x" * (MAX_RESULT_BYTES - 10_000)}
    loud = [line("info", data="y" * 20_000)]
    answer = legacy(world_that_says(*loud, content=[block]))
    assert answer.headers["content-type"] == "application/json"
    assert len(answer.result["content"][0]["text"]) == len(block["text"])
    bigger = {"type": "text", "text": "x" * MAX_RESULT_BYTES}
    told = legacy(world_that_says(*loud, content=[bigger])).result
    assert told["isError"]
    assert "too large" in told["content"][0]["text"]


# --- blocks ---------------------------------------------------------------------------------------


def test_pictures_go_out_as_mcp_has_them() -> None:
    world = World()
    world.dispatcher.says = answered(b"\x89PNG", "image/png; charset=x")
    for answer in (modern(world), legacy(world)):
        block = {"type": "image", "data": "iVBORw==", "mimeType": "image/png"}
        assert answer.result["content"] == [block]


def test_blocks_of_the_upstream_go_out_as_they_are() -> None:
    blocks: list[Any] = [
        {"type": "text", "text": "é\u2028", "annotations": {"priority": 1}, "_meta": {"a": 1}},
        {"type": "audio", "data": "AAE=", "mimeType": "audio/wav"},
        {"type": "resource", "resource": {"uri": "test://a", "text": "x"}},
        {"type": "resource_link", "uri": "https://x.example/a", "name": "a"},
    ]
    world = world_that_says(content=blocks, structuredContent=[1], isError=False)
    got = modern(world).result
    assert (got["content"], got["structuredContent"], got["isError"]) == (blocks, [1], False)
    assert got["resultType"] == "complete"
    # Before 2026-07-28 structured content is an object or absent.
    assert "structuredContent" not in legacy(world).result
