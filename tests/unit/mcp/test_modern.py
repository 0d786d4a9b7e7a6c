"""The protocol since 2026-07-28: each request says all there is to know, and says it twice."""

from base64 import b64encode
from dataclasses import replace

import pytest

from gatehouse.domain.json_values import JsonObject
from tests.samples import LOOKUP
from tests.unit.mcp.world import META, MODERN, World, token

VERSION = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES = "io.modelcontextprotocol/clientCapabilities"
CLIENT = "io.modelcontextprotocol/clientInfo"
SERVER = {
    "io.modelcontextprotocol/serverInfo": {
        "name": "gatehouse",
        "title": "Gatehouse",
        "version": "0.1.0",
    }
}
CALL = {"name": "crm-contacts-get", "arguments": {"contact_id": "1"}}


def test_discovery_says_what_there_is() -> None:
    assert World().modern("server/discover").result == {
        "resultType": "complete",
        "supportedVersions": ["2026-07-28"],
        "capabilities": {
            "tools": {},
            "prompts": {},
            "resources": {},
            "completions": {},
            "logging": {},
        },
        "ttlMs": 300_000,
        "cacheScope": "private",
        "_meta": SERVER,
    }


def test_lists_are_private_to_the_caller() -> None:
    result = World().modern("tools/list").result
    assert (result["resultType"], result["ttlMs"], result["cacheScope"]) == (
        "complete",
        0,
        "private",
    )
    assert [tool["name"] for tool in result["tools"]] == ["crm-contacts-get"]


def test_a_member_calls_a_tool() -> None:
    world = World()
    result = world.modern("tools/call", CALL, credential=token()).result
    [invocation] = world.dispatcher.asked
    assert result == {
        "resultType": "complete",
        "content": [{"type": "text", "text": '{"name":"Ada"}'}],
        "isError": False,
        "structuredContent": {"name": "Ada"},
        "_meta": {"gatehouse/requestId": invocation.request_id, **SERVER},
    }
    assert world.table.reads == 1


@pytest.mark.parametrize("body", [b"[1]", b'"x"', b"null", b"0", b"false"])
def test_structured_content_may_be_any_json(body: bytes) -> None:
    world = World()
    says = world.dispatcher.says
    world.dispatcher.says = replace(says, answer=replace(says.answer, body=body))  # type: ignore[type-var]
    assert "structuredContent" in world.modern("tools/call", CALL).result


@pytest.mark.parametrize("method", ["initialize", "ping", "logging/setLevel", "prompts/set", "x"])
def test_an_unknown_method_is_not_found(method: str) -> None:
    answer = World().modern(method, {"protocolVersion": "2025-11-25"})
    assert answer.fault == (404, -32601, "Method not found")
    assert answer.json["id"] == 1


def test_an_unknown_tool_is_an_invalid_parameter() -> None:
    answer = World().modern("tools/call", {"name": "nope"})
    assert answer.fault == (400, -32602, "Unknown tool: nope")


# --- _meta ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "meta",
    [
        {VERSION: MODERN},
        {VERSION: MODERN, CAPABILITIES: None},
        {VERSION: MODERN, CAPABILITIES: []},
        {CAPABILITIES: {}},
        {VERSION: None, CAPABILITIES: {}},
        {VERSION: 20260728, CAPABILITIES: {}},
        {VERSION: MODERN, CAPABILITIES: {}, CLIENT: "x"},
        {},
        [],
        None,
        "x",
    ],
)
def test_a_request_says_its_version_and_capabilities(meta: object) -> None:
    answer = World().modern("tools/list", {"_meta": meta})
    assert answer.fault[:2] == (400, -32602)


def test_who_the_client_is_may_stay_unsaid_or_be_said() -> None:
    assert World().modern("tools/list").status == 200
    said = {**META, CLIENT: {"name": "x", "version": "1"}}
    assert World().modern("tools/list", {"_meta": said}).status == 200


@pytest.mark.parametrize("version", ["2027-01-01", "2025-11-25", "", "x"])
def test_a_version_that_is_not_served_is_told_with_those_that_are(version: str) -> None:
    answer = World().modern(
        "tools/list", {"_meta": {**META, VERSION: version}}, MCP_Protocol_Version=version
    )
    assert answer.fault == (400, -32022, "Unsupported protocol version")
    assert answer.json["error"]["data"] == {"supported": ["2026-07-28"], "requested": version}


# --- headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"MCP_Protocol_Version": None},
        {"MCP_Protocol_Version": "2025-11-25"},
        {"MCP_Protocol_Version": "2026-07-28,2026-07-28"},
        {"Mcp_Method": None},
        {"Mcp_Method": ""},
        {"Mcp_Method": "tools/list"},
        {"Mcp_Method": "Tools/Call"},
        {"Mcp_Method": "tools/call,tools/call"},
        {"Mcp_Name": None},
        {"Mcp_Name": ""},
        {"Mcp_Name": "other"},
        {"Mcp_Name": "CRM-contacts-get"},
        {"Mcp_Name": "crm-contacts-get,crm-contacts-get"},
    ],
)
def test_headers_that_contradict_the_body_are_refused(headers: dict[str, str | None]) -> None:
    world = World()
    answer = world.modern("tools/call", CALL, **headers)
    assert answer.fault[:2] == (400, -32020)
    assert world.dispatcher.asked == []


def encoded(text: str) -> str:
    return f"=?base64?{b64encode(text.encode()).decode()}?="


@pytest.mark.parametrize(
    ("name", "agrees"),
    [
        ("  crm-contacts-get\t", True),
        (encoded("crm-contacts-get"), True),
        (encoded("crm-contacts-get").lower(), False),
        (encoded("other"), False),
        ("=?base64?Y3JtLWNvbnRhY3RzLWdldA?=", False),  # no padding where some is due
        ("=?base64?Y3JtLWNvbnRhY3RzLWdldA==", False),
        ("=?base64?Y3JtLWNvbnRhY3RzLWdldB==?=", False),  # stray bits
        ("=?base64?Y3JtLWNv bnRhY3RzLWdldA==?=", False),
        ("=?base64?!!!?=", False),
        ("=?base64?/w==?=", False),
        ("=?BASE64?Y3JtLWNvbnRhY3RzLWdldA==?=", False),
    ],
)
def test_an_encoded_name_is_decoded_strictly(name: str, agrees: bool) -> None:  # noqa: FBT001
    answer = World().modern("tools/call", CALL, Mcp_Name=name)
    assert answer.status == (200 if agrees else 400)
    if not agrees:
        assert answer.fault[1] == -32020


SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "region": {"type": "string", "x-mcp-header": "Region"},
        "page": {
            "type": "object",
            "properties": {"size": {"type": "integer", "x-mcp-header": "Size"}},
        },
        "dry": {"type": "boolean", "x-mcp-header": "Dry"},
    },
}


def routed(arguments: JsonObject, **headers: str) -> tuple[int, int]:
    world = World()
    world.add(replace(LOOKUP, name="routed", input_schema=SCHEMA))
    answer = world.modern("tools/call", {"name": "routed", "arguments": arguments}, **headers)
    code = 0 if answer.status == 200 else answer.fault[1]
    assert (code == 0) == (len(world.dispatcher.asked) == 1)
    return answer.status, code


@pytest.mark.parametrize(
    ("arguments", "headers"),
    [
        ({}, {}),
        ({"region": "eu"}, {"Mcp_Param_Region": "eu"}),
        ({"region": "eu"}, {"mcp_param_region": " eu "}),
        ({"region": "grüß"}, {"Mcp_Param_Region": encoded("grüß")}),
        ({"region": ""}, {"Mcp_Param_Region": ""}),
        ({"page": {"size": 42}}, {"Mcp_Param_Size": "42.0"}),
        ({"dry": True}, {"Mcp_Param_Dry": "true"}),
        ({}, {"Mcp_Param_Unknown": "x"}),
    ],
)
def test_headers_that_repeat_an_argument_are_good(
    arguments: JsonObject, headers: dict[str, str]
) -> None:
    assert routed(arguments, **headers) == (200, 0)


@pytest.mark.parametrize(
    ("arguments", "headers"),
    [
        ({"region": "eu"}, {}),
        ({"region": "eu"}, {"Mcp_Param_Region": "us"}),
        ({"region": "eu"}, {"Mcp_Param_Region": "EU"}),
        ({"region": "eu"}, {"Mcp_Param_Region": "eu,eu"}),
        ({"region": "grüß"}, {"Mcp_Param_Region": "grüß"}),
        ({"region": "a\nb"}, {"Mcp_Param_Region": "a\nb"}),
        ({"region": "eu"}, {"Mcp_Param_Region": "=?base64?ZXU?="}),
        ({}, {"Mcp_Param_Region": "eu"}),
        ({"region": None}, {"Mcp_Param_Region": "null"}),
        ({"page": {"size": 42}}, {"Mcp_Param_Size": "43"}),
        ({"page": {"size": 2**53}}, {"Mcp_Param_Size": str(2**53)}),
        ({"dry": True}, {"Mcp_Param_Dry": "True"}),
        ({"dry": True}, {"Mcp_Param_Dry": "1"}),
    ],
)
def test_headers_that_contradict_an_argument_are_refused(
    arguments: JsonObject, headers: dict[str, str]
) -> None:
    assert routed(arguments, **headers) == (400, -32020)


def test_a_disabled_tools_headers_are_not_looked_at() -> None:
    world = World()
    world.add(replace(LOOKUP, name="routed", input_schema=SCHEMA), is_enabled=False)
    answer = world.modern("tools/call", {"name": "routed", "arguments": {"region": "eu"}})
    assert answer.fault == (400, -32602, "Unknown tool: routed")


def test_a_legacy_call_needs_none_of_these_headers() -> None:
    world = World()
    world.add(replace(LOOKUP, name="routed", input_schema=SCHEMA))
    params = {"name": "routed", "arguments": {"region": "eu"}}
    assert world.legacy("tools/call", params, Mcp_Param_Region="us").result["isError"] is False


def test_a_notification_is_accepted() -> None:
    body = (
        '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"_meta":{'
        f'"{VERSION}":"{MODERN}","{CAPABILITIES}":{{}}}}}}}}'
    )
    answer = World().send(body, MCP_Protocol_Version=MODERN, Mcp_Method="notifications/cancelled")
    assert (answer.status, answer.text) == (202, "")
