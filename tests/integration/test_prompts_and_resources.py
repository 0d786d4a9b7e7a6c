"""Prompts and resources on the deployed template: stored, found, read as the caller."""

import json
import secrets
from typing import Any

import pytest

from gatehouse_client import RequestVerifier
from tests.integration.echo import Echo
from tests.integration.world import Tenant, bearer

pytestmark = pytest.mark.stack

VERSION = "2026-07-28"


def offered(tenant: Tenant, kind: str, **body: Any) -> dict[str, Any]:
    answer = tenant.api("POST", f"/api/v1/{kind}", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def legacy(tenant: Tenant, method: str, params: Any = None, *, as_: str | None = None) -> Any:
    answer = tenant.rpc(as_ or tenant.api_key, method, params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def modern(tenant: Tenant, method: str, params: dict[str, Any], *, capabilities: Any = None) -> Any:
    meta = {
        "io.modelcontextprotocol/protocolVersion": VERSION,
        "io.modelcontextprotocol/clientCapabilities": capabilities or {},
    }
    headers = {
        **bearer(tenant.api_key),
        "accept": "application/json, text/event-stream",
        "mcp-protocol-version": VERSION,
        "mcp-method": method,
        "mcp-name": params.get("name") or params.get("uri") or "",
    }
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": {**params, "_meta": meta}}
    return tenant.http.post("/mcp", json=body, headers=headers).json()


@pytest.fixture(scope="module")
def contact(tenant: Tenant, echo: Echo) -> dict[str, Any]:
    """A resource behind an endpoint that signs and tells who asks, and its secret."""
    secret = tenant.journal.note("tool secret", secrets.token_urlsafe(24))
    made = offered(
        tenant,
        "resources",
        name="contact",
        uri_template="crm://contacts/{id}",
        mime_type="application/json",
        completions={"id": ["7", "70", "8"]},
        endpoint={
            "base_url": echo.url,
            "endpoint_path": "/v1/contacts/{id}",
            "inject_member_identity": {"id": True},
            "auth_strategy": "hmac_signature",
            "encrypted_auth_secret": secret,
        },
    )
    assert secret not in json.dumps(made)
    return {**made, "secret": secret}


def test_a_resource_behind_an_endpoint_is_read_signed_as_the_member_and_recorded(
    tenant: Tenant, echo: Echo, contact: dict[str, Any]
) -> None:
    token = tenant.session("reader-1")
    said = legacy(tenant, "resources/read", {"uri": "crm://contacts/a%2Fb"}, as_=token)
    got = echo.last()
    assert (got.method, got.target) == ("GET", "/v1/contacts/a%2Fb")
    proven = RequestVerifier(tenant.project_id, contact["secret"]).verify(
        method=got.method, target=got.target, headers=got.headers, body=got.body
    )
    assert proven.member is not None
    assert proven.member.id == "reader-1"
    contents = said["result"]["contents"][0]
    assert contents["uri"] == "crm://contacts/a%2Fb"
    assert json.loads(contents["text"])["target"] == got.target
    request_id = said["result"]["_meta"]["gatehouse/requestId"]
    assert request_id == proven.request_id
    record = tenant.api("GET", f"/api/v1/tool-calls/{request_id}").json()
    assert (record["tool"], record["member"], record["outcome"]) == (
        "resource/contact",
        "reader-1",
        "succeeded",
    )


def test_stored_resources_are_listed_read_changed_and_deleted(tenant: Tenant) -> None:
    made = offered(
        tenant, "resources", name="note", uri="test://note", text="{as written}", icons=None
    )
    path = f"/api/v1/resources/{made['id']}"
    listed = legacy(tenant, "resources/list")["result"]["resources"]
    assert {"uri": "test://note", "name": "note"} in listed
    assert (
        modern(tenant, "resources/read", {"uri": "test://note"})["result"]["contents"][0]["text"]
        == "{as written}"
    )
    change = {"version": 1, "uri": "test://moved"}
    assert tenant.api("PATCH", path, change).json()["version"] == 2
    assert tenant.api("PATCH", path, change).status_code == 409
    gone = modern(tenant, "resources/read", {"uri": "test://note"})["error"]
    assert (gone["code"], gone["data"]) == (-32602, {"uri": "test://note"})
    assert legacy(tenant, "resources/read", {"uri": "test://moved"})["result"]
    assert tenant.api("PATCH", path, {"version": 2, "is_enabled": False}).status_code == 200
    assert legacy(tenant, "resources/read", {"uri": "test://moved"})["error"]["code"] == -32002
    assert tenant.api("DELETE", path).status_code == 204
    assert tenant.api("GET", path).status_code == 404


def test_a_secret_is_not_carried_to_another_origin(tenant: Tenant, contact: dict[str, Any]) -> None:
    endpoint = {key: value for key, value in contact["endpoint"].items() if key != "has_secret"}
    change = {"version": 1, "endpoint": {**endpoint, "base_url": "http://127.0.0.1:9"}}
    path = f"/api/v1/resources/{contact['id']}"
    answer = tenant.api("PATCH", path, change)
    assert answer.status_code in {409, 422}, answer.text
    moved = {"version": 1, "endpoint": {**endpoint, "base_url": "http://127.0.0.1:65535"}}
    assert tenant.api("PATCH", path, moved).status_code == 409


def test_a_resource_for_members_refuses_an_api_key(tenant: Tenant, echo: Echo) -> None:
    offered(
        tenant,
        "resources",
        name="private",
        uri="crm://me",
        endpoint={"base_url": echo.url, "endpoint_path": "/text", "require_member": True},
    )
    sent = len(echo.received)
    refused = legacy(tenant, "resources/read", {"uri": "crm://me"})["error"]
    assert (refused["code"], refused["message"]) == (-32602, "Member context required")
    assert len(echo.received) == sent
    said = legacy(tenant, "resources/read", {"uri": "crm://me"}, as_=tenant.session())
    assert said["result"]["contents"][0]["text"] == "wörds"


def test_a_prompt_is_filled_and_its_arguments_are_completed(tenant: Tenant) -> None:
    offered(
        tenant,
        "prompts",
        name="greet",
        arguments=[{"name": "who", "required": True, "completions": ["Ada", "Alan", "Grace"]}],
        messages=[{"role": "user", "content": {"type": "text", "text": "Greet {who}"}}],
    )
    params = {"name": "greet", "arguments": {"who": "Ada"}}
    for said in (legacy(tenant, "prompts/get", params), modern(tenant, "prompts/get", params)):
        assert said["result"]["messages"][0]["content"]["text"] == "Greet Ada"
    listed = legacy(tenant, "prompts/list")["result"]["prompts"]
    assert [each["name"] for each in listed if each["name"] == "greet"] == ["greet"]
    missing = legacy(tenant, "prompts/get", {"name": "greet"})["error"]
    assert missing["code"] == -32602
    wanted = {"ref": {"type": "ref/prompt", "name": "greet"}}
    found = legacy(
        tenant, "completion/complete", {**wanted, "argument": {"name": "who", "value": "a"}}
    )
    assert found["result"]["completion"]["values"] == ["Ada", "Alan"]


def test_templates_are_listed_and_completed(tenant: Tenant, contact: dict[str, Any]) -> None:
    listed = legacy(tenant, "resources/templates/list")["result"]["resourceTemplates"]
    assert contact["uri_template"] in {each["uriTemplate"] for each in listed}
    ref = {"type": "ref/resource", "uri": contact["uri_template"]}
    argument = {"name": "id", "value": "7"}
    found = legacy(tenant, "completion/complete", {"ref": ref, "argument": argument})
    assert found["result"]["completion"]["values"] == ["7", "70"]


def test_a_prompt_asks_its_user_and_goes_on_with_the_answer(tenant: Tenant) -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}}
    question = {"message": "Who?", "requestedSchema": schema}
    offered(
        tenant,
        "prompts",
        name="asking",
        input_requests={"who": {"method": "elicitation/create", "params": question}},
        messages=[{"role": "user", "content": {"type": "text", "text": "I am {input.who}"}}],
    )
    able: dict[str, Any] = {"elicitation": {}}
    asked = modern(tenant, "prompts/get", {"name": "asking"}, capabilities=able)["result"]
    assert asked["resultType"] == "input_required"
    answered = {
        "name": "asking",
        "inputResponses": {"who": {"action": "accept", "content": {"name": "Ada"}}},
        "requestState": asked["requestState"],
    }
    said = modern(tenant, "prompts/get", answered, capabilities=able)["result"]
    assert said["messages"][0]["content"]["text"] == 'I am {"name":"Ada"}'
    forged = {**answered, "requestState": asked["requestState"][:-4] + "AAAA"}
    refused = modern(tenant, "prompts/get", forged, capabilities=able)
    assert refused["error"]["code"] == -32602
    assert legacy(tenant, "prompts/get", {"name": "asking"})["error"]["code"] == -32602
