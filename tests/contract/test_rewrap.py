"""Moving secrets to another KMS key, on an account that lives in this process."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.replication import DynamoReplication
from gatehouse.aws.secret_opener import KmsSecretOpener
from gatehouse.aws.secret_sealer import KmsSecretSealer
from gatehouse.aws.tables import tool_key
from gatehouse.aws.tools import DynamoTools
from gatehouse.domain.errors import Conflict
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.sealing import RetiringSecret, SealBroken
from gatehouse.domain.tools import AuthStrategy, Tool
from scripts.rewrap import Rewrap, main
from tests.audited import audited
from tests.contract.conftest import REGION, TABLE
from tests.contract.copies import read_wrongly
from tests.samples import LOOKUP, NOW, PROJECT, PROJECT_ID, stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SIGNED = replace(LOOKUP, auth_strategy=AuthStrategy.HMAC_SIGNATURE)


class Deployment:
    """A table of two projects, an old key under which their secrets are, and a new one."""

    def __init__(self, dynamodb: "DynamoDBClient") -> None:
        self.dynamodb = dynamodb
        self.kms = boto3.client("kms", region_name=REGION)
        self.old, self.new = (self.kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
        self.sealer = KmsSecretSealer(self.kms, self.old, random_bytes=lambda n: b"n" * n)
        self.tools = DynamoTools(*audited(dynamodb))
        self.projects = DynamoProjects(*audited(dynamodb))
        for project_id in (PROJECT_ID, "Proj0002"):
            self.projects.create(replace(PROJECT, id=project_id))

    def tool(self, name: str, project_id: str = PROJECT_ID, *, rotating: bool = False) -> Tool:
        tool = stored(replace(SIGNED, name=name), project_id=project_id)
        sealed = self.sealer.seal(f"secret of {name}", tool.secret_binding)
        before = self.sealer.seal(f"former secret of {name}", tool.secret_binding)
        retiring = RetiringSecret(sealed=before, until=NOW + 60) if rotating else None
        tool = replace(tool, sealed_secret=sealed, retiring_secret=retiring)
        self.tools.create(tool)
        return tool

    def rewrap(self, *, dry_run: bool = False) -> dict[str, int]:
        run = Rewrap(
            dynamodb=self.dynamodb,
            kms=self.kms,
            table=TABLE,
            key_arn=self.new,
            dry_run=dry_run,
        )
        return dict(run())

    def opened(self, tool: Tool, *key_arns: str) -> list[str]:
        """What stands in the table, opened under one of these keys and no other."""
        now = self.tools.get(tool.project_id, tool.definition.name)
        opener = KmsSecretOpener(self.kms, key_arns, monotonic=lambda: 0.0)
        return [opener.open(sealed, now.secret_binding) for sealed in now.sealed_secrets(NOW)]


@pytest.fixture
def there(dynamodb: "DynamoDBClient") -> Deployment:
    return Deployment(dynamodb)


def test_every_secret_of_every_project_moves_and_opens_under_the_new_key(there: Deployment) -> None:
    tools = [there.tool(f"tool-{n}") for n in range(3)]
    tools.append(there.tool("theirs", "Proj0002", rotating=True))
    there.tools.create(stored(replace(LOOKUP, name="without-a-secret")))
    assert there.rewrap() == {"moved": 5}
    for tool in tools[:3]:
        assert there.opened(tool, there.new) == [f"secret of {tool.definition.name}"]
    assert there.opened(tools[3], there.new) == ["secret of theirs", "former secret of theirs"]


def test_until_it_has_moved_a_secret_opens_under_either(there: Deployment) -> None:
    tool = there.tool("lookup")
    assert there.opened(tool, there.new, there.old) == ["secret of lookup"]
    with pytest.raises(SealBroken):
        there.opened(tool, there.new)
    there.rewrap()
    assert there.opened(tool, there.new, there.old) == ["secret of lookup"]
    with pytest.raises(SealBroken):
        there.opened(tool, there.old)


def test_a_dry_run_counts_and_changes_nothing(there: Deployment) -> None:
    tool = there.tool("lookup", rotating=True)
    assert there.rewrap(dry_run=True) == {"to move": 2}
    assert there.tools.get(PROJECT_ID, "lookup") == tool


def test_it_can_be_run_again_and_leaves_alone_what_has_moved(there: Deployment) -> None:
    there.tool("a")
    there.rewrap()
    first = there.tools.get(PROJECT_ID, "a")
    there.tool("b")
    assert there.rewrap() == {"there already": 1, "moved": 1}
    assert there.tools.get(PROJECT_ID, "a") == first


def test_only_the_wrapping_and_the_version_change(there: Deployment) -> None:
    tool = there.tool("lookup", rotating=True)
    there.rewrap()
    moved = there.tools.get(PROJECT_ID, "lookup")
    assert tool.sealed_secret
    assert moved.sealed_secret
    assert moved.retiring_secret
    assert moved.sealed_secret.wrapped_key != tool.sealed_secret.wrapped_key
    kept = replace(moved.sealed_secret, wrapped_key=tool.sealed_secret.wrapped_key)
    assert replace(moved, sealed_secret=kept, retiring_secret=tool.retiring_secret) == replace(
        tool, version=2
    )


@pytest.mark.parametrize("secret", ["new", None])
def test_a_change_that_comes_between_is_not_overwritten(
    there: Deployment, secret: str | None
) -> None:
    tool = there.tool("lookup")
    newer = replace(tool, version=2, is_enabled=False)
    if secret:
        newer = replace(newer, sealed_secret=there.sealer.seal(secret, tool.secret_binding))

    def change(**_: Any) -> None:
        there.kms.meta.events.unregister("after-call.kms.ReEncrypt", change)
        there.tools.replace(newer, expected_version=1)

    there.kms.meta.events.register("after-call.kms.ReEncrypt", change)
    assert there.rewrap() == {"changed meanwhile": 1}
    assert there.tools.get(PROJECT_ID, "lookup") == newer
    assert there.rewrap() == {"moved": 1}
    assert there.opened(tool, there.new) == [secret or "secret of lookup"]


def test_copies_move_along_with_the_tool(there: Deployment) -> None:
    there.tool("lookup")
    there.projects.change(PROJECT_ID, name="A", settings=ProjectSettings(replicas=2), version=1)
    for _step in DynamoReplication(there.dynamodb, TABLE).settle(PROJECT_ID):
        pass
    assert there.rewrap() == {"moved": 1}
    assert read_wrongly(there.dynamodb, TABLE) == []


def test_a_change_under_way_does_not_bring_the_old_wrapping_back(there: Deployment) -> None:
    tool = there.tool("lookup")
    there.rewrap()
    with pytest.raises(Conflict):
        there.tools.replace(replace(tool, version=2, is_enabled=False), expected_version=1)


def test_a_secret_moved_to_another_tools_row_is_not_blessed_by_it(
    there: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """KMS holds each data key to its context, here as everywhere."""
    there.tool("mine")
    stolen = there.dynamodb.get_item(TableName=TABLE, Key=tool_key(PROJECT_ID, "mine"))["Item"]
    there.tool("theirs", "Proj0002")
    there.dynamodb.put_item(TableName=TABLE, Item={**stolen, **tool_key("Proj0002", "theirs")})
    assert there.rewrap() == {"moved": 1, "failed": 1}
    assert "Proj0002" in capsys.readouterr().err


def test_the_command_says_what_it_did_and_fails_when_something_is_left(
    there: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    there.tool("lookup")
    arguments = ["scripts.rewrap", "--table", TABLE, "--to", there.new]
    monkeypatch.setattr(sys, "argv", [*arguments, "--dry-run"])
    assert main() == 0
    assert "1 to move" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", arguments)
    assert main() == 0
    assert "1 moved" in capsys.readouterr().out
    there.dynamodb.update_item(
        TableName=TABLE,
        Key=tool_key(PROJECT_ID, "lookup"),
        UpdateExpression="SET secret_wrapped_key = :broken",
        ExpressionAttributeValues={":broken": {"B": b"broken"}},
    )
    assert main() == 1
    assert "1 failed" in capsys.readouterr().out
