"""The drill of docs/operations/restore.md: a project is lost, and is there again."""

import os
import subprocess
import sys

import pytest

from local.aws import REGION, ROOT_KEY
from local.stack import LocalStack
from tests.cloud import ROOT
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World

pytestmark = pytest.mark.operations


def restore(stack: LocalStack, source: str, *arguments: str) -> str:
    """Run the command that the runbook names."""
    table = stack.tables["authority"]
    command = ("-m", "scripts.restore", "--from", source, "--to", table, *arguments)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "layers/core"),
        "AWS_ENDPOINT_URL": stack.aws.endpoint,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "AWS_DEFAULT_REGION": REGION,
    }
    ran = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environment, check=True, capture_output=True
    )
    return ran.stdout.decode()


def lose(stack: LocalStack, tenant: Tenant) -> int:
    """Delete the project's items past the application; return how many there were."""
    dynamodb, table = stack.client("dynamodb"), stack.tables["authority"]
    found = [
        {"PK": item["PK"], "SK": item["SK"]}
        for page in dynamodb.get_paginator("scan").paginate(TableName=table)
        for item in page["Items"]
        if item["PK"]["S"].split("#")[:2] == ["P", tenant.project_id]
    ]
    for key in found:
        dynamodb.delete_item(TableName=table, Key=key)
    return len(found)


def can_list(tenant: Tenant, key: str) -> bool:
    return tenant.rpc(key, "tools/list").status_code == 200


def test_a_lost_project_is_put_back_and_works_again(
    stack: LocalStack, world: World, echo: Echo
) -> None:
    tenant, other = world.tenant("Lost"), world.tenant("Untouched")
    tool = tenant.tool(echo.url, auth_strategy="hmac_signature")
    second = tenant.api("POST", "/api/v1/integrations", {"name": "second"}).json()
    revoked = tenant.journal.note("API key", second["api_key"])
    tenant.journal.shown_once.add(revoked)
    restored = f"{stack.tables['authority']}-restored"
    dynamodb = stack.client("dynamodb")
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=stack.tables["authority"],
        TargetTableName=restored,
        UseLatestRestorableTime=True,
    )
    dynamodb.get_waiter("table_exists").wait(TableName=restored)
    assert tenant.api("DELETE", f"/api/v1/integrations/{second['id']}").status_code == 204
    entries = world.admin("GET", f"/admin/v1/audit?project_id={tenant.project_id}").json()

    lost = lose(stack, tenant)
    assert lost > 3
    assert not can_list(tenant, tenant.api_key)
    since = other.api("POST", "/api/v1/integrations", {"name": "made since"}).json()
    other.journal.shown_once.add(other.journal.note("API key", since["api_key"]))

    project = ("--project", tenant.project_id)
    said = restore(stack, restored, *project, "--dry-run")
    assert "would be put back" in said
    assert not can_list(tenant, tenant.api_key)
    restore(stack, restored, *project)

    assert can_list(tenant, tenant.api_key)
    called = tenant.call(tenant.api_key, tool["name"])["result"]
    assert not called.get("isError"), "the tool's secret opens as before"
    assert can_list(tenant, revoked), "as the runbook warns: revoke it again"
    assert can_list(other, since["api_key"]), "of others nothing is touched"
    after = world.admin("GET", f"/admin/v1/audit?project_id={tenant.project_id}").json()
    assert after == entries, "what was done stays in the audit"
