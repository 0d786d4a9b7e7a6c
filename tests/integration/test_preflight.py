"""`gatehouse preflight` on the deployed template: nothing is unknown, what is wrong is found."""

import json
import os
import pty
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Final

import pytest
from typer.testing import CliRunner

from gatehouse.domain.checklist.catalogue import ITEMS
from gatehouse.domain.checklist.evaluation import Standing
from gatehouse_cli.app import build
from local.aws import REGION, ROOT_KEY
from local.deploy import STACK
from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.misconfigurations import (
    LIMITS,
    REFUSING,
    ROOT,
    WRONG,
    Ground,
    protected,
    recoverable,
    throttled,
)
from tests.integration.world import World

pytestmark = [pytest.mark.stack, pytest.mark.operations]


@pytest.fixture(scope="module")
def ground(stack: LocalStack, world: World, echo: Echo) -> Ground:
    tenant = world.tenant("Preflight", environment="production")
    found = Ground(stack, world, tenant, echo)
    found.settings(limits=LIMITS, member_limits=LIMITS)
    found.policy()
    root = tenant.api("POST", "/api/v1/warrants/roots", {"public_key": ROOT})
    assert root.status_code == 201, root.text
    tenant.tool(echo.url, name="crm-contacts-get", **REFUSING)
    for table in stack.tables.values():
        recoverable(stack, table, to=True)
        protected(stack, table, to=True)
    throttled(stack, to=500)
    return found


def test_on_a_fresh_stack_every_item_is_evaluated_and_nothing_is_unknown(ground: Ground) -> None:
    found = ground.findings()
    assert [each.item.id for each in found] == [item.id for item in ITEMS]
    for each in found:
        assert bool(each.problems) == (each.standing is not Standing.PASSED), each.item.id
    assert ground.red() <= OF_ONE_MACHINE


OF_ONE_MACHINE: Final = frozenset(
    {"tls", "hosts-named", "upstreams-https", "failures-told", "tables-encrypted"}
)
"""What cannot be right on one machine, whose AWS encrypts no table with a key of its own."""


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_turns_its_own_item_red_until_it_is_put_right(
    ground: Ground, name: str
) -> None:
    wrong, expected = WRONG[name]
    before = ground.red()
    with wrong(ground):
        assert ground.red() - before == set(expected)
    assert ground.red() == before


def operators(ground: Ground, home: Path) -> dict[str, str]:
    """What an operator's shell has."""
    return {
        "AWS_ENDPOINT_URL": ground.stack.aws.endpoint,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": ROOT_KEY,
        "AWS_SECRET_ACCESS_KEY": ROOT_KEY,
        "XDG_CONFIG_HOME": str(home),
        "GATEHOUSE_URL": ground.stack.api_url,
        "GATEHOUSE_API_KEY": ground.tenant.api_key,
    }


def test_who_waits_sees_what_is_looked_at_and_who_reads_gets_json_alone(
    ground: Ground, tmp_path: Path
) -> None:
    person, terminal = pty.openpty()
    read = tmp_path / "read.json"
    with (
        read.open("wb") as reader,
        subprocess.Popen(
            [sys.executable, "-m", "gatehouse_cli", "preflight", "--stack", STACK, "--json"],
            stdout=reader,
            stderr=terminal,
            env={
                "PYTHONPATH": os.pathsep.join(sys.path),
                "TERM": "xterm",
                **operators(ground, tmp_path),
            },
        ),
    ):
        os.close(terminal)
        seen = b"".join(iter(partial(_read, person), b""))
    os.close(person)

    assert len(json.loads(read.read_text())["items"]) == len(ITEMS)
    for part in ("gateway knows", "endpoints of tools", "strangers get", "stands in AWS"):
        assert part in seen.decode()


def _read(terminal: int) -> bytes:
    """Return what came, and nothing when the other end is closed."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


def test_the_command_tells_it_in_every_form_and_ends_with_a_status(
    ground: Ground, tmp_path: Path
) -> None:
    app = build()
    sarif, badge = tmp_path / "preflight.sarif", tmp_path / "preflight.svg"
    environment = operators(ground, tmp_path)
    asked = ["preflight", "--stack", STACK, "--json", "--sarif", str(sarif), "--badge", str(badge)]
    result = CliRunner().invoke(app, asked, env=environment)
    assert result.exit_code == 1, result.output
    told = json.loads(result.output)
    assert len(told["items"]) == len(ITEMS)
    assert {item["standing"] for item in told["items"]} <= set(Standing)
    assert json.loads(sarif.read_text())["version"] == "2.1.0"
    assert badge.read_text().startswith("<svg")
    people = CliRunner().invoke(app, ["preflight", "--stack", STACK], env=environment)
    assert people.exit_code == 1
    assert "Risk: " in people.output
    for secret in (ground.tenant.api_key, ground.stack.admin_token):
        assert secret not in result.output + people.output + sarif.read_text()


def test_a_member_known_by_an_address_is_found(ground: Ground) -> None:
    before = ground.red()
    ground.tenant.session("ada@example.com")
    assert ground.red() - before == {"member-ids-last"}


def test_a_long_assertion_is_found(ground: Ground) -> None:
    before = ground.red()
    long = {"member_assertion": ground.tenant.assertion("user-1", lifetime=61)}
    answer = ground.tenant.exchange(long)
    assert "warning" in answer.headers
    token = ground.world.journal.note("session token", answer.json()["token"])
    ground.world.journal.shown_once.add(token)
    assert ground.red() - before == {"assertions-short"}


def test_probing_sends_nothing_that_is_signed(ground: Ground) -> None:
    ground.echo.received.clear()
    ground.findings()
    assert len(ground.echo.received) == 3
    for request in ground.echo.received:
        assert request.headers["x-tengine-signature"] == "tng1=" + "0" * 64
        assert request.headers["x-tengine-request-id"]
