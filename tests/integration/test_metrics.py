"""What a deployed function writes is what the stack's alarms ask CloudWatch for."""

import json
from typing import Any

from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.world import Tenant


def line_of(stack: LocalStack, noun: str, request_id: str) -> dict[str, Any] | None:
    """Return the line that a function wrote of one request, once it is in the log."""
    written = [json.loads(line) for line in stack.log_lines(noun) if line.startswith("{")]
    found = [x for x in written if x.get("request_id") == request_id and x["message"] == "request"]
    assert len(found) <= 1
    return found[0] if found else None


def test_one_call_is_one_line_in_each_function_and_both_are_metrics(
    stack: LocalStack, tenant: Tenant, echo: Echo
) -> None:
    tool = tenant.tool(echo.url, endpoint_path="/status/503")["name"]
    called = tenant.call(tenant.api_key, tool)["result"]
    request_id = called["_meta"]["gatehouse/requestId"]

    for noun in ("mcp", "dispatch"):
        line = None
        for _attempt in range(4):  # the local AWS may take a line with the next call
            line = line or line_of(stack, noun, request_id)
            tenant.call(tenant.api_key, tool)
        assert line is not None
        assert line["FunctionName"] == stack.function_names[noun]
        assert line["Stage"] == "local"
        (directive,) = line["_aws"]["CloudWatchMetrics"]
        named = {metric["Name"] for metric in directive["Metrics"]}
        assert named == {"Requests", "DispatchFailures", "LatencyMs"}
        assert named | {"FunctionName", "Stage"} <= line.keys()
        assert line["gen_ai.tool.name"] == tool
        assert line["outcome"] == "upstream_error"
        if noun == "dispatch":
            assert (line["server.address"], line["upstream_status"]) == ("127.0.0.1", 503)


def test_somebody_without_a_key_is_a_denial(stack: LocalStack, tenant: Tenant) -> None:
    said = tenant.rpc("tengine_nobody", "tools/list")
    assert said.status_code == 401

    tenant.rpc(tenant.api_key, "ping")
    written = [json.loads(line) for line in stack.log_lines("mcp") if '"error.type"' in line]
    assert written[-1]["error.type"] == "Unauthenticated"
    assert written[-1]["Denied"] == 1
    assert "project_id" not in written[-1]
