"""The ground on which attacks take place, and the count of those that were refused."""

from collections.abc import Iterator

import pytest

from local.stack import LocalStack
from tests.attack.ground import Ground, listening
from tests.attack.hostile import misbehaving
from tests.deployed import echo, stack, world
from tests.integration.echo import Echo
from tests.integration.world import World

__all__ = ["echo", "ground", "stack", "world"]

CONTACT = {
    "name": "crm-contacts-get",
    "input_schema": {
        "type": "object",
        "properties": {"contact_id": {"type": "string"}, "fields": {"type": "string"}},
        "required": ["contact_id"],
        "additionalProperties": False,
    },
    "endpoint_path": "/v1/contacts/{contact_id}",
    "query_template": {"fields": "{fields}"},
}


@pytest.fixture(scope="session")
def ground(stack: LocalStack, world: World, echo: Echo) -> Iterator[Ground]:
    """Two projects that know nothing of each other, and a listener that nobody may reach."""
    victim, attacker = world.tenant("Victim"), world.tenant("Attacker")
    with listening() as inside, misbehaving(inside.port) as hostile:
        yield Ground(
            stack=stack,
            world=world,
            echo=echo,
            inside=inside,
            hostile=hostile,
            victim=victim,
            attacker=attacker,
            tool=victim.tool(echo.url, name="only-the-victims", auth_strategy="hmac_signature"),
            own=attacker.tool(echo.url, **CONTACT),
            members_tool=attacker.tool(echo.url, name="members-only", require_member=True),
        )


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many attacks were tried, and how many of them were refused."""
    ended = {
        outcome: [
            report
            for report in terminalreporter.getreports(outcome)
            if report.when == "call" and "[" in report.nodeid and "test_attack" in report.nodeid
        ]
        for outcome in ("passed", "failed")
    }
    through = ended["failed"]
    tried = len(ended["passed"]) + len(through)
    terminalreporter.write_sep("=", "attacks")
    terminalreporter.write_line(
        f"{tried} tried, {len(ended['passed'])} refused, {len(through)} got through"
    )
    for report in through:
        terminalreporter.write_line(f"  through: {report.nodeid}")
