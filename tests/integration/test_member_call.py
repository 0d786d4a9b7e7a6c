"""The main job on the deployed template: a member's call, signed, isolated and recorded."""

import json

import pytest

from gatehouse_client import RequestVerifier
from tests.integration.echo import Echo
from tests.integration.world import Tenant

pytestmark = pytest.mark.stack


def test_a_members_call_reaches_the_upstream_signed_and_with_identity(
    tenant: Tenant, echo: Echo
) -> None:
    tool = tenant.tool(
        echo.url,
        endpoint_path="/v1/contacts/{contact_id}",
        query_template={"fields": "{fields}"},
        input_schema={
            "type": "object",
            "properties": {"contact_id": {"type": "string"}, "fields": {"type": "string"}},
            "required": ["contact_id"],
        },
        require_member=True,
        inject_member_identity={"id": True, "email": True, "roles": True},
        auth_strategy="hmac_signature",
    )
    token = tenant.session("user-1", email="ada@example.com", roles=["admin"])
    arguments = {"contact_id": "a/../b c", "fields": "name&x=1"}
    said = tenant.call(token, tool["name"], arguments)

    got = echo.last()
    assert got.target == "/v1/contacts/a%2F..%2Fb%20c?fields=name%26x%3D1"
    proven = RequestVerifier(tenant.project_id, tool["secret"]).verify(
        method=got.method, target=got.target, headers=got.headers, body=got.body
    )
    assert proven.member is not None
    assert proven.member.id == "user-1"
    assert proven.member.email == "ada@example.com"
    assert proven.member.roles == ("admin",)
    assert proven.integration_id == tenant.integration_id

    result = said["result"]
    assert not result.get("isError")
    assert result["structuredContent"]["target"] == got.target
    request_id = result["_meta"]["gatehouse/requestId"]
    assert request_id == proven.request_id
    record = tenant.api("GET", f"/api/v1/tool-calls/{request_id}").json()
    assert record["tool"] == tool["name"]
    assert record["member"] == "user-1"
    assert record["outcome"] == "succeeded"


def test_a_body_template_keeps_types_and_drops_what_is_absent(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(
        echo.url,
        http_method="POST",
        input_schema={
            "type": "object",
            "properties": {"limit": {"type": "integer"}, "note": {"type": "string"}},
        },
        body_template={"page": {"limit": "{limit}", "note": "{note}"}, "by": "{project.id}"},
        deduplicate_seconds=0,
    )
    tenant.call(tenant.api_key, tool["name"], {"limit": 7})
    assert json.loads(echo.last().body) == {"page": {"limit": 7}, "by": tenant.project_id}


def test_a_bearer_tool_sends_its_secret_and_never_shows_it(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, endpoint_path="/secret", auth_strategy="static_bearer")
    said = tenant.call(tenant.api_key, tool["name"])
    assert echo.last().headers["authorization"] == f"Bearer {tool['secret']}"
    assert tool["secret"] not in json.dumps(said)


def test_an_equal_post_is_executed_once_and_says_so(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, http_method="POST", input_schema={"type": "object"})
    first = tenant.call(tenant.api_key, tool["name"], {"a": 1, "b": 2})
    sent = len(echo.received)
    again = tenant.call(tenant.api_key, tool["name"], {"b": 2, "a": 1})
    assert len(echo.received) == sent
    assert again["result"]["content"] == first["result"]["content"]
    first_id = first["result"]["_meta"]["gatehouse/requestId"]
    assert again["result"]["_meta"]["gatehouse/repeatedOf"] == first_id
    tenant.call(tenant.api_key, tool["name"], {"a": 1, "b": 3})
    assert len(echo.received) == sent + 1


def test_an_upstreams_refusal_is_a_tool_error_with_its_status(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, endpoint_path="/status/418")
    result = tenant.call(tenant.api_key, tool["name"])["result"]
    assert result["isError"]
    assert "418" in result["content"][0]["text"]
    record = tenant.api(
        "GET", f"/api/v1/tool-calls/{result['_meta']['gatehouse/requestId']}"
    ).json()
    assert record["outcome"] == "upstream_error"


def test_text_comes_back_as_text(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, endpoint_path="/text")
    result = tenant.call(tenant.api_key, tool["name"])["result"]
    assert result["content"] == [{"type": "text", "text": "wörds"}]


def test_a_tool_that_needs_a_member_refuses_an_api_key(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, require_member=True)
    sent = len(echo.received)
    result = tenant.call(tenant.api_key, tool["name"])["result"]
    assert result["isError"]
    assert result["content"][0]["text"] == "Member context required"
    assert len(echo.received) == sent


def test_a_tool_for_some_roles_refuses_the_others(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, allowed_roles=["auditor"])
    refused = tenant.call(tenant.session("user-2", roles=["guest"]), tool["name"])
    assert refused["result"]["isError"]
    allowed = tenant.call(tenant.session("user-3", roles=["auditor"]), tool["name"])
    assert not allowed["result"].get("isError")


def test_arguments_that_do_not_fit_are_named_and_nothing_is_sent(
    tenant: Tenant, echo: Echo
) -> None:
    schema = {
        "type": "object",
        "properties": {"limit": {"type": "integer"}},
        "required": ["limit"],
    }
    tool = tenant.tool(echo.url, input_schema=schema)
    sent = len(echo.received)
    result = tenant.call(tenant.api_key, tool["name"], {"limit": "many"})["result"]
    assert result["isError"]
    assert "limit" in result["content"][0]["text"]
    assert len(echo.received) == sent


def test_usage_counts_calls_failures_and_denials(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, endpoint_path="/status/500")
    tenant.call(tenant.api_key, tool["name"])
    member_only = tenant.tool(echo.url, require_member=True)
    tenant.call(tenant.api_key, member_only["name"])
    items = tenant.api("GET", "/api/v1/usage").json()["items"]
    usage = {item["tool"]: item for item in items}
    assert usage[tool["name"]]["calls"] == 1
    assert usage[tool["name"]]["failures"] == 1
    assert usage[tool["name"]]["p50_ms"] >= 1
    assert usage[member_only["name"]]["denied"] == 1
