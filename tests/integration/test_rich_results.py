"""Pictures, notifications and questions from a plain HTTP API, through the deployed template."""

import base64
import json
from typing import Any

import httpx
import pytest

from tests.integration.echo import ASKS, PICTURE, Echo
from tests.integration.world import Json, Tenant, bearer

pytestmark = pytest.mark.stack

MODERN = "2026-07-28"
META = "io.modelcontextprotocol"
FORMS: Json = {"elicitation": {}}
ANSWERS = {"who": {"action": "accept", "content": {"name": "Ada"}}}
TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


def modern(
    tenant: Tenant,
    credential: str,
    tool: str,
    *,
    arguments: Json | None = None,
    capabilities: Any = FORMS,
    meta: Json | None = None,
    **params: Any,
) -> httpx.Response:
    said = {
        f"{META}/protocolVersion": MODERN,
        f"{META}/clientCapabilities": capabilities,
        **(meta or {}),
    }
    params = {"name": tool, "arguments": arguments or {}, "_meta": said, **params}
    return tenant.http.post(
        "/mcp",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params},
        headers={
            **bearer(credential),
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": MODERN,
            "mcp-method": "tools/call",
            "mcp-name": tool,
        },
    )


def events(answer: httpx.Response) -> list[Any]:
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["x-accel-buffering"] == "no"
    return [
        json.loads(line.removeprefix("data: "))
        for line in answer.text.splitlines()
        if line.startswith("data: ")
    ]


def rich(tenant: Tenant, echo: Echo, **document: Any) -> str:
    """Register a tool whose endpoint says `document`."""
    template = json.loads(json.dumps(document))
    tool = tenant.tool(echo.url, http_method="POST", endpoint_path="/rich", body_template=template)
    return str(tool["name"])


def asking(tenant: Tenant, echo: Echo) -> str:
    tool = tenant.tool(
        echo.url,
        http_method="POST",
        endpoint_path="/ask",
        input_schema={"type": "object", "properties": {"seat": {"type": "integer"}}},
        body_template={
            "seat": "{seat}",
            "responses": "{input.responses}",
            "state": "{input.state}",
            "capabilities": "{client.capabilities}",
        },
    )
    return str(tool["name"])


def test_a_picture_arrives_byte_for_byte(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, endpoint_path="/picture")
    [block] = tenant.call(tenant.api_key, tool["name"])["result"]["content"]
    assert (block["type"], block["mimeType"]) == ("image", "image/png")
    assert base64.b64decode(block["data"]) == PICTURE


def test_progress_and_log_lines_arrive_as_events_before_the_result(
    tenant: Tenant, echo: Echo
) -> None:
    progress = [
        {"method": "notifications/progress", "params": {"progress": n, "total": 3}}
        for n in (1, 2, 2, 3)
    ]
    line = {"method": "notifications/message", "params": {"level": "info", "data": "at work"}}
    tool = rich(
        tenant, echo, content=[{"type": "text", "text": "done"}], notifications=[*progress, line]
    )
    heard = {"progressToken": "p-1", f"{META}/logLevel": "info"}
    got = events(modern(tenant, tenant.api_key, tool, meta=heard))
    assert [one["params"].get("progress") for one in got[:-1]] == [1, 2, 3, None]
    assert {one["params"].get("progressToken") for one in got[:3]} == {"p-1"}
    assert got[3]["params"] == {"level": "info", "data": "at work"}
    assert got[-1]["result"]["content"] == [{"type": "text", "text": "done"}]

    plain = modern(tenant, tenant.api_key, tool)
    assert plain.headers["content-type"] == "application/json"
    legacy = tenant.rpc(tenant.api_key, "tools/call", {"name": tool, "arguments": {}})
    assert [one.get("method") for one in events(legacy)] == ["notifications/message", None]


def test_an_invalid_result_is_told_as_an_error(tenant: Tenant, echo: Echo) -> None:
    tool = rich(tenant, echo, content=[{"type": "script"}])
    result = tenant.call(tenant.api_key, tool)["result"]
    assert result["isError"]
    assert "invalid MCP result: content.0.type" in result["content"][0]["text"]


def test_a_question_is_asked_answered_and_bound_to_its_caller_and_arguments(
    tenant: Tenant, echo: Echo
) -> None:
    tool, ada, eve = asking(tenant, echo), tenant.session("ada"), tenant.session("eve")
    seat = {"arguments": {"seat": 7}}
    first = modern(tenant, ada, tool, **seat).json()["result"]
    assert first["resultType"] == "input_required"
    assert first["inputRequests"] == ASKS["inputRequests"]
    again = {"inputResponses": ANSWERS, "requestState": first["requestState"]}

    sent = len(echo.received)
    for credential, more in (
        (eve, {**seat, **again}),
        (tenant.api_key, {**seat, **again}),
        (ada, {"arguments": {"seat": 8}, **again}),
        (ada, {**seat, **again, "requestState": first["requestState"] + "x"}),
        (ada, {**seat, **again, "inputResponses": {"who": 7}}),
    ):
        refused = modern(tenant, credential, tool, **more)
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, -32602)
    assert len(echo.received) == sent

    second = modern(tenant, ada, tool, **seat, **again).json()["result"]
    assert second["resultType"] == "complete"
    assert json.loads(second["content"][0]["text"]) == {
        "seat": 7,
        "responses": ANSWERS,
        "state": ASKS["state"],
        "capabilities": FORMS,
    }
    record = tenant.api("GET", f"/api/v1/tool-calls/{second['_meta']['gatehouse/requestId']}")
    assert record.json()["outcome"] == "succeeded"


def test_a_question_is_asked_each_time_and_never_taken_for_a_repetition(
    tenant: Tenant, echo: Echo
) -> None:
    tool = asking(tenant, echo)
    for _ in range(2):
        result = modern(tenant, tenant.api_key, tool).json()["result"]
        assert result["resultType"] == "input_required"
        assert "gatehouse/repeatedOf" not in result["_meta"]


def test_a_client_that_cannot_answer_is_told_what_it_lacks(tenant: Tenant, echo: Echo) -> None:
    tool = asking(tenant, echo)
    refused = modern(tenant, tenant.api_key, tool, capabilities={"sampling": {}})
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == -32021
    assert "elicitation" in refused.json()["error"]["data"]["requiredCapabilities"]
    legacy = tenant.call(tenant.api_key, tool)["result"]
    assert legacy["isError"]
    assert "needs to ask the user" in legacy["content"][0]["text"]


def test_the_clients_trace_reaches_the_upstream(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url)["name"]
    more = {"traceparent": TRACE, "tracestate": "a=b", "baggage": "c=d"}
    modern(tenant, tenant.api_key, tool, meta=more)
    assert echo.last().headers["traceparent"] == TRACE
    assert not {"tracestate", "baggage"} & echo.last().headers.keys()
    modern(tenant, tenant.api_key, tool, meta={"traceparent": "00-" + "0" * 32 + "-x-01"})
    assert "traceparent" not in echo.last().headers


def test_the_callers_credential_does_not_reach_the_upstream(tenant: Tenant, echo: Echo) -> None:
    tool, token = tenant.tool(echo.url)["name"], tenant.session("ada")
    for credential in (tenant.api_key, token):
        modern(tenant, credential, tool)
        sent = echo.last()
        assert "authorization" not in sent.headers
        assert credential not in f"{sent.target} {sent.headers} {sent.body!r}"
