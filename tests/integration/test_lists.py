"""Lists that instances keep: what has changed since is never shown as it was."""

import time
from typing import TYPE_CHECKING

import pytest

from gatehouse.aws.attributes import text_value
from gatehouse.aws.tables import audit_head_key, tool_definition_key
from gatehouse.usecases.kept_pages import SETTLED_SECONDS
from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.world import Json, Tenant, World

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.stack

LISTS = 6
"""The local AWS may have several instances of a function."""


@pytest.fixture
def table(stack: LocalStack) -> "tuple[DynamoDBClient, str]":
    return stack.client("dynamodb"), stack.tables["authority"]


def let_changes_settle(table: "tuple[DynamoDBClient, str]", tenant: Tenant) -> None:
    """Date the last change back, as it will look a little later."""
    client, name = table
    client.update_item(
        TableName=name,
        Key=audit_head_key(tenant.project_id),
        UpdateExpression="SET #at = :at",
        ExpressionAttributeNames={"#at": "at"},
        ExpressionAttributeValues={":at": {"N": str(int(time.time()) - SETTLED_SECONDS)}},
    )


def change(tenant: Tenant, tool: Json, **fields: object) -> Json:
    answer = tenant.api("PATCH", f"/api/v1/custom-tools/{tool['id']}", fields)
    assert answer.status_code == 200, answer.text
    changed: Json = answer.json()
    return changed


def test_every_change_shows_in_the_very_next_list(
    table: "tuple[DynamoDBClient, str]", world: World, echo: Echo
) -> None:
    tenant = world.tenant()
    tools = [tenant.tool(echo.url) for _ in range(3)]
    first, second, third = (tool["name"] for tool in tools)

    def shown() -> set[str]:
        """List in every instance, right after a change and once it has settled."""
        found = tenant.listed(tenant.api_key)
        let_changes_settle(table, tenant)
        for _ in range(LISTS):
            assert tenant.listed(tenant.api_key) == found
        return found

    assert shown() == {first, second, third}
    disabled = change(tenant, tools[0], is_enabled=False, version=1)
    assert shown() == {second, third}
    change(tenant, tools[0], is_enabled=True, version=disabled["version"])
    assert shown() == {first, second, third}
    assert tenant.api("DELETE", f"/api/v1/custom-tools/{tools[1]['id']}").status_code == 204
    assert shown() == {first, third}
    path = f"/admin/v1/projects/{tenant.project_id}"
    version = world.admin("GET", path).json()["version"]
    setting = {"settings": {"require_approval": True}, "version": version}
    answer = world.admin("PATCH", path, setting)
    assert answer.status_code == 200, answer.text
    assert shown() == set()


def test_a_settled_list_is_not_read_again_and_is_sent_compressed(
    table: "tuple[DynamoDBClient, str]", world: World, echo: Echo
) -> None:
    tenant = world.tenant()
    described = {"type": "object", "description": "Long enough to be compressed. " * 150}
    tool = tenant.tool(echo.url, input_schema=described)
    let_changes_settle(table, tenant)
    for _ in range(LISTS):
        assert tenant.listed(tenant.api_key) == {tool["name"]}
    client, name = table
    # No change that this code makes: only the item is another, so only a read could show it.
    client.update_item(
        TableName=name,
        Key=tool_definition_key(tenant.project_id, tool["name"]),
        UpdateExpression="SET #descriptor = :descriptor",
        ExpressionAttributeNames={"#descriptor": "descriptor"},
        ExpressionAttributeValues={":descriptor": text_value('{"name":"behind-our-back"}')},
    )
    assert [tenant.listed(tenant.api_key) for _ in range(2)] == [{tool["name"]}] * 2
    assert tenant.rpc(tenant.api_key, "tools/list").headers["content-encoding"] == "gzip"
