"""The protocol until 2025-11-25: initialize, ping, list, call."""

from dataclasses import replace

import pytest

from tests.samples import LOOKUP, PROJECT_ID
from tests.unit.mcp.world import World, token

CALL = {"name": "crm-contacts-get", "arguments": {"contact_id": "1"}}


@pytest.mark.parametrize("version", ["2025-11-25", "2025-06-18", "2025-03-26"])
def test_initialize_agrees_to_a_version_of_ours(version: str) -> None:
    params = {"protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "x"}}
    assert World().legacy("initialize", params).result == {
        "protocolVersion": version,
        "capabilities": {
            "tools": {},
            "prompts": {},
            "resources": {"subscribe": True},
            "completions": {},
            "logging": {},
        },
        "serverInfo": {"name": "gatehouse", "title": "Gatehouse", "version": "0.1.0"},
    }


@pytest.mark.parametrize("version", ["2024-11-05", "2026-07-28", "2099-01-01", "", "x"])
def test_initialize_offers_our_newest_for_any_other(version: str) -> None:
    result = World().legacy("initialize", {"protocolVersion": version}).result
    assert result["protocolVersion"] == "2025-11-25"


def test_no_session_is_begun_and_none_is_looked_at() -> None:
    answer = World().legacy(
        "initialize", {"protocolVersion": "2025-11-25"}, Mcp_Session_Id="x", Last_Event_ID="1"
    )
    assert answer.status == 200
    assert "mcp-session-id" not in answer.headers


@pytest.mark.parametrize("params", [{}, {"protocolVersion": 1}, {"protocolVersion": None}])
def test_initialize_needs_a_version(params: object) -> None:
    assert World().legacy("initialize", params).fault[:2] == (200, -32602)


@pytest.mark.parametrize("version", ["2025-11-25", "2025-06-18", "2025-03-26", " 2025-11-25\t"])
def test_a_version_header_of_ours_is_good(version: str) -> None:
    assert World().legacy("ping", MCP_Protocol_Version=version).result == {}


@pytest.mark.parametrize("version", ["2024-11-05", "2027-01-01", "", "2025-11-25,2025-11-25"])
def test_any_other_version_header_is_refused(version: str) -> None:
    answer = World().legacy("ping", MCP_Protocol_Version=version)
    assert answer.fault[:2] == (400, -32022)
    assert answer.json["error"]["data"]["requested"] == version
    assert "2025-11-25" in answer.json["error"]["data"]["supported"]


@pytest.mark.parametrize(
    "method", ["server/discover", "prompts/delete", "tasks/list", "", "Ping", "tools/call "]
)
def test_an_unknown_method_is_told_in_the_body(method: str) -> None:
    assert World().legacy(method).fault == (200, -32601, "Method not found")


def test_tools_are_listed_without_modern_members() -> None:
    result = World().legacy("tools/list").result
    assert set(result) == {"tools"}
    assert [tool["name"] for tool in result["tools"]] == ["crm-contacts-get"]
    assert result["tools"][0]["inputSchema"] == LOOKUP.input_schema


def test_a_long_list_goes_on_where_its_cursor_says() -> None:
    world = World()
    for i in range(100):
        world.add(replace(LOOKUP, name=f"tool-{i:03}"))
    first = world.legacy("tools/list").result
    second = world.legacy("tools/list", {"cursor": first["nextCursor"]}).result
    assert (len(first["tools"]), len(second["tools"])) == (100, 1)
    assert "nextCursor" not in second


@pytest.mark.parametrize("cursor", ["", "x", "A" * 100, 1, {}, ["x"]])
def test_a_cursor_that_is_not_ours_is_refused(cursor: object) -> None:
    assert World().legacy("tools/list", {"cursor": cursor}).fault[:2] == (200, -32602)


def test_a_member_calls_a_tool() -> None:
    world = World()
    result = world.legacy("tools/call", CALL, credential=token()).result
    [invocation] = world.dispatcher.asked
    assert invocation.member is not None
    assert result == {
        "content": [{"type": "text", "text": '{"name":"Ada"}'}],
        "isError": False,
        "structuredContent": {"name": "Ada"},
        "_meta": {"gatehouse/requestId": invocation.request_id},
    }


def test_a_refusal_names_the_request_that_its_record_is_found_by() -> None:
    world = World()
    world.add(replace(LOOKUP, require_member=True))
    result = world.legacy("tools/call", CALL).result
    [record] = world.records.written
    assert result == {
        "content": [{"type": "text", "text": "Member context required"}],
        "isError": True,
        "_meta": {"gatehouse/requestId": record.request_id},
    }


def test_everything_about_a_call_is_read_in_one_round_trip() -> None:
    world = World()
    world.legacy("tools/call", CALL, credential=token())
    assert world.table.reads == 1


def test_structured_content_is_an_object_or_absent() -> None:
    world = World()
    world.dispatcher.says = replace(
        world.dispatcher.says,
        answer=replace(world.dispatcher.says.answer, body=b"[1]"),  # type: ignore[type-var]
    )
    result = world.legacy("tools/call", CALL).result
    assert "structuredContent" not in result
    assert result["content"] == [{"type": "text", "text": "[1]"}]


@pytest.mark.parametrize("params", [{}, {"name": 1}, {"name": None}, {"name": ["x"]}])
def test_a_call_needs_a_name(params: object) -> None:
    assert World().legacy("tools/call", params).fault == (200, -32602, "name must be a string")


@pytest.mark.parametrize("arguments", [[], "x", 1, True])
def test_arguments_are_an_object(arguments: object) -> None:
    answer = World().legacy("tools/call", {**CALL, "arguments": arguments})
    assert answer.fault == (200, -32602, "arguments must be an object")


@pytest.mark.parametrize("params", [{"name": "ping-all"}, {"name": "ping-all", "arguments": None}])
def test_arguments_may_be_left_out(params: object) -> None:
    world = World()
    world.add(replace(LOOKUP, name="ping-all", input_schema={"type": "object"}))
    assert world.legacy("tools/call", params).result["isError"] is False


def test_meta_is_an_object() -> None:
    answer = World().legacy("tools/call", {**CALL, "_meta": 1})
    assert answer.fault[:2] == (400, -32602)


def test_unknown_disabled_and_foreign_tools_get_one_answer() -> None:
    absent, disabled, foreign = World(), World(), World()
    absent.table.tools.clear()
    disabled.add(LOOKUP, is_enabled=False)
    foreign.table.tools["Proj0002", LOOKUP.name] = foreign.table.tools.pop(
        (PROJECT_ID, LOOKUP.name)
    )
    answers = [world.legacy("tools/call", CALL) for world in (absent, disabled, foreign)]
    error = '{"code":-32602,"message":"Unknown tool: crm-contacts-get"}'
    assert {(answer.status, answer.text) for answer in answers} == {
        (200, f'{{"jsonrpc":"2.0","id":1,"error":{error}}}')
    }


def test_a_trace_is_handed_on_when_it_is_one() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    world = World()
    world.legacy("tools/call", CALL, traceparent=trace)
    world.legacy("tools/call", {**CALL, "_meta": {"traceparent": trace}}, traceparent="x")
    world.legacy("tools/call", CALL, traceparent="x\r\ny: z")
    world.legacy("tools/call", {**CALL, "_meta": {"traceparent": 1}})
    assert [asked.traceparent for asked in world.dispatcher.asked] == [trace, trace, None, None]


def test_a_result_too_large_for_lambda_says_that_the_call_was_made() -> None:
    world = World()
    says = world.dispatcher.says
    world.dispatcher.says = replace(
        says,
        answer=replace(says.answer, content_type="text/plain", body=b'"' * 2_200_000),  # type: ignore[type-var]
    )
    result = world.legacy("tools/call", CALL).result
    assert result["isError"] is True
    assert "too large" in result["content"][0]["text"]
    assert "gatehouse/requestId" in result["_meta"]


def test_other_bytes_are_an_embedded_resource() -> None:
    world = World()
    says = world.dispatcher.says
    world.dispatcher.says = replace(
        says,
        answer=replace(says.answer, content_type="application/pdf", body=b"\0%PDF"),  # type: ignore[type-var]
    )
    [block] = world.legacy("tools/call", CALL).result["content"]
    request_id = world.dispatcher.asked[0].request_id
    assert block == {
        "type": "resource",
        "resource": {
            "uri": f"gatehouse://calls/{request_id}/answer",
            "mimeType": "application/pdf",
            "blob": "ACVQREY=",
        },
    }
