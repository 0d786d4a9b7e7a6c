"""What a tool's owner sees and does while it runs: a failing origin, a secret that is rotated."""

import time

import pytest

from gatehouse.domain.breaker import FAILURES
from gatehouse_client import InvalidSignature, RequestVerifier
from local.stack import LocalStack
from tests.integration.echo import Echo, Received
from tests.integration.world import Json, Tenant

pytestmark = pytest.mark.stack


def status(tenant: Tenant, tool: Json) -> Json:
    answer = tenant.api("GET", f"/api/v1/custom-tools/{tool['id']}")
    shown: Json = answer.json()["status"]
    return shown


def let_the_breaker_rest(stack: LocalStack, tenant: Tenant, tool: Json) -> None:
    """Date the breaker back, as it will look once it is time to try again."""
    stack.client("dynamodb").update_item(
        TableName=stack.tables["activity"],
        Key={
            "PK": {"S": f"BREAKER#{tenant.project_id}#{tool['name']}"},
            "SK": {"S": "BREAKER"},
        },
        UpdateExpression="SET retry_at = :now",
        ExpressionAttributeValues={":now": {"N": str(int(time.time()))}},
    )
    time.sleep(2.1)  # how often an instance looks while a breaker is open


def test_a_failing_origin_is_left_alone_until_one_call_finds_it_well(
    stack: LocalStack, tenant: Tenant, echo: Echo
) -> None:
    tool = tenant.tool(
        echo.url, http_method="POST", endpoint_path="/status/500", deduplicate_seconds=0
    )
    assert status(tenant, tool) == {"breaker": "closed", "since": None}
    for _ in range(4 * FAILURES):  # the local AWS may have several instances
        said = tenant.call(tenant.api_key, tool["name"])
    sent = len(echo.received)
    said = tenant.call(tenant.api_key, tool["name"])
    assert said["result"]["isError"] is True
    assert "left alone" in said["result"]["content"][0]["text"]
    assert len(echo.received) == sent
    shown = status(tenant, tool)
    assert shown["breaker"] == "open"
    assert shown["since"]
    request_id = said["result"]["_meta"]["gatehouse/requestId"]
    record = tenant.api("GET", f"/api/v1/tool-calls/{request_id}").json()
    assert (record["outcome"], record["reason"]) == ("failed", "breaker_open")

    let_the_breaker_rest(stack, tenant, tool)
    tenant.call(tenant.api_key, tool["name"])  # tries, and finds it as it was
    assert len(echo.received) == sent + 1
    assert status(tenant, tool)["breaker"] == "open"
    tenant.call(tenant.api_key, tool["name"])
    assert len(echo.received) == sent + 1

    well = {"endpoint_path": "/json", "version": 1}
    assert tenant.api("PATCH", f"/api/v1/custom-tools/{tool['id']}", well).status_code == 200
    let_the_breaker_rest(stack, tenant, tool)
    assert tenant.call(tenant.api_key, tool["name"])["result"]["isError"] is False
    assert status(tenant, tool)["breaker"] == "closed"
    assert tenant.call(tenant.api_key, tool["name"])["result"]["isError"] is False


def accepts(tenant: Tenant, got: Received, *secrets: str) -> bool:
    verifier = RequestVerifier(tenant.project_id, secrets)
    try:
        verifier.verify(method=got.method, target=got.target, headers=got.headers, body=got.body)
    except InvalidSignature:
        return False
    return True


def test_while_a_secret_is_rotated_receivers_of_either_accept(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url, auth_strategy="hmac_signature")
    new = tenant.journal.note("tool secret", "the-new-secret-of-the-tool")
    path = f"/api/v1/custom-tools/{tool['id']}"
    change = {"encrypted_auth_secret": new, "rotation_seconds": 3600, "version": 1}
    changed = tenant.api("PATCH", path, change)
    assert changed.status_code == 200
    assert changed.json()["previous_secret_until"]
    tenant.call(tenant.api_key, tool["name"])
    got = echo.last()
    assert accepts(tenant, got, tool["secret"])
    assert accepts(tenant, got, new)
    assert not accepts(tenant, got, "a-secret-of-somebody-else")

    over = {"encrypted_auth_secret": new, "version": 2}
    assert tenant.api("PATCH", path, over).json()["previous_secret_until"] is None
    tenant.call(tenant.api_key, tool["name"])
    assert not accepts(tenant, echo.last(), tool["secret"])
    assert accepts(tenant, echo.last(), new)
