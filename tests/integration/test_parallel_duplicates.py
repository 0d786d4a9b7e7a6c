"""Equal calls at the same moment, through the deployed template: the work is done once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.integration.echo import Echo
from tests.integration.world import Json, Tenant

pytestmark = pytest.mark.stack

CALLERS = 12


def test_equal_calls_at_once_are_executed_once(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, http_method="POST", endpoint_path="/slow/1.5/once")
    with ThreadPoolExecutor(CALLERS) as callers:
        calls = [
            callers.submit(tenant.call, tenant.api_key, tool["name"], {"a": 1})
            for _ in range(CALLERS)
        ]
        results = [call.result()["result"] for call in calls]
    assert len(sent(echo)) == 1
    first = [result for result in results if "gatehouse/repeatedOf" not in result["_meta"]]
    assert len(first) == 1
    assert not first[0].get("isError")
    executed = first[0]["_meta"]["gatehouse/requestId"]
    for result in results:
        if result is not first[0]:
            assert result["_meta"]["gatehouse/repeatedOf"] == executed
            assert result["content"] == first[0]["content"] or "still in progress" in said(result)
    outcomes = [outcome(tenant, result) for result in results]
    assert sorted(outcomes) == ["repeated"] * (CALLERS - 1) + ["succeeded"]

    again = tenant.call(tenant.api_key, tool["name"], {"a": 1})["result"]
    assert again["content"] == first[0]["content"]
    assert len(sent(echo)) == 1


def sent(echo: Echo) -> list[str]:
    return [request.target for request in echo.received if request.target.endswith("/once")]


def said(result: Json) -> str:
    return str(result["content"][0]["text"])


def outcome(tenant: Tenant, result: Json) -> str:
    request_id = result["_meta"]["gatehouse/requestId"]
    return str(tenant.api("GET", f"/api/v1/tool-calls/{request_id}").json()["outcome"])
