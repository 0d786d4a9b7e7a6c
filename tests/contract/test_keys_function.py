"""functions/keys as deployed, from its wiring to DynamoDB, KMS and Secrets Manager."""

import importlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from gatehouse.wiring import clients
from tests.contract.conftest import REGION, TABLE
from tests.events import http_event
from tests.rest import SECRET, TOOL

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ADMIN_TOKEN = "b3TqYx8KpZ1vLs6WnRc4HdJf9GmQ2uEa7XoViB5yNtDkPwMr"
TOOLS = "/api/v1/custom-tools"


@dataclass
class Function:
    handler: Callable[[dict[str, Any], object], Any]

    def call(self, method: str, path: str, body: object = None, *, token: str = "") -> Any:
        headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        text = None if body is None else json.dumps(body)
        answer = self.handler(http_event(method, path, headers=headers, body=text), None)
        return answer["statusCode"], json.loads(answer["body"] or "null")

    def project(self) -> str:
        """Make a project with an integration and return its key."""
        _, project = self.call("POST", "/admin/v1/projects", {"name": "New"}, token=ADMIN_TOKEN)
        path = f"/admin/v1/projects/{project['id']}/integrations"
        status, made = self.call("POST", path, {"name": "first"}, token=ADMIN_TOKEN)
        assert status == 201
        return str(made["api_key"])


def started() -> Function:
    """The function as Lambda starts it, with the environment of this moment."""
    clients.dynamodb.cache_clear()
    clients.secretsmanager.cache_clear()
    clients.kms.cache_clear()
    clients.functions.cache_clear()
    for module in ("gatehouse.wiring.keys", "functions.keys.app"):
        sys.modules.pop(module, None)
    return Function(importlib.import_module("functions.keys.app").lambda_handler)


@pytest.fixture
def function(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Function:
    del dynamodb
    secrets = boto3.client("secretsmanager", region_name=REGION)
    kms = boto3.client("kms", region_name=REGION)
    for name, value in {
        "STAGE": "dev",
        "AUTHORITY_TABLE": TABLE,
        "ACTIVITY_TABLE": TABLE,
        "FAILURES_PER_MINUTE": "300",
        "ADMIN_TOKEN_SECRET": secrets.create_secret(Name="a", SecretString=ADMIN_TOKEN)["ARN"],
        "AUDIT_KEY_ARN": kms.create_key()["KeyMetadata"]["Arn"],
        "SECRETS_KEY_ARN": kms.create_key()["KeyMetadata"]["Arn"],
        "SIGNING_KEYS": "none,neither",
        "RECEIPT_KEY_ARN": "none",
        "DISPATCH_FUNCTION": "dispatch",
    }.items():
        monkeypatch.setenv(name, value)
    return started()


def items() -> str:
    """All that the table holds, as text."""
    found = boto3.client("dynamodb", region_name=REGION).scan(TableName=TABLE)["Items"]
    return repr(found)


def test_a_project_a_key_and_a_tool_are_made_and_hold_at_once(function: Function) -> None:
    key = function.project()
    status, tool = function.call("POST", TOOLS, TOOL, token=key)
    assert (status, tool["has_secret"]) == (201, True)
    assert function.call("GET", TOOLS, token=key)[1]["items"] == [tool]
    disabled = {"version": 1, "is_enabled": False}
    assert function.call("PATCH", f"{TOOLS}/{tool['id']}", disabled, token=key)[0] == 200
    lost = function.call("PATCH", f"{TOOLS}/{tool['id']}", disabled, token=key)
    assert (lost[0], lost[1]["current_version"]) == (409, 2)
    assert function.call("DELETE", f"{TOOLS}/{tool['id']}", token=key)[0] == 204
    assert function.call("GET", f"{TOOLS}/{tool['id']}", token=key)[0] == 404


def test_neither_key_nor_secret_nor_token_is_stored(function: Function) -> None:
    key = function.project()
    assert function.call("POST", TOOLS, TOOL, token=key)[0] == 201
    stored = items()
    assert "TOOLDEF#crm-contacts-lookup" in stored
    for hidden in (key, key[24:48], SECRET, ADMIN_TOKEN):
        assert hidden not in stored


def test_a_deleted_integration_is_out_for_the_very_next_request(function: Function) -> None:
    key = function.project()
    _, project = function.call("GET", "/api/v1/project", token=key)
    path = f"/api/v1/integrations/{project['integration_id']}"
    assert function.call("DELETE", path, token=key)[0] == 204
    assert function.call("GET", "/api/v1/project", token=key)[0] == 401


@pytest.mark.parametrize("client", ["DYNAMODB", "KMS", "SECRETSMANAGER"])
def test_a_service_that_is_down_is_503_and_says_when_to_come_back(
    function: Function, monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    key = function.project()
    down = {
        "DYNAMODB": (("GET", "/api/v1/project"), None, key),
        "KMS": (("POST", TOOLS), TOOL, key),
        "SECRETSMANAGER": (("GET", "/admin/v1/projects"), None, ADMIN_TOKEN),
    }
    # Nothing listens on port 9; a client that is made from now on reaches nobody.
    monkeypatch.setenv(f"AWS_ENDPOINT_URL_{_service(client)}", "http://127.0.0.1:9")
    (method, path), body, token = down[client]
    status, problem = started().call(method, path, body, token=token)
    assert (status, problem["detail"]) == (503, "Temporarily unavailable")
    monkeypatch.delenv(f"AWS_ENDPOINT_URL_{_service(client)}")
    assert "TOOLDEF#" not in items()


def _service(client: str) -> str:
    return {"SECRETSMANAGER": "SECRETS_MANAGER"}.get(client, client)
