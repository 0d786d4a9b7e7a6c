"""The MCP client of the public package `tenuo`, as published, calls with warrants of its own."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from local.build import ROOT
from local.live import live
from local.processes import clean_environment
from tests.integration.delegates import Holders
from tests.integration.echo import echoing
from tests.integration.world import World


@contextmanager
def administrator(facts: dict[str, str]) -> Iterator[World]:
    """Whoever administers what runs."""
    world = World(facts["api_url"], facts["admin_token"])
    with world.http:
        yield world


def test_its_client_is_allowed_denied_and_told_why() -> None:
    with live() as facts, echoing() as echo, administrator(facts) as world:
        holders = Holders(world.tenant(), echo)
        holders.trust()
        holders.look("enforce")
        tool = holders.tool()
        ran = subprocess.run(
            [ROOT / ".venvs" / "tenuo" / "bin" / "python", ROOT / "tests/clients/tenuo_mcp.py"],
            env=clean_environment(
                MCP_URL=f"{facts['api_url']}/mcp",
                MCP_KEY=holders.tenant.api_key,
                ROOT_KEY=bytes(holders.root.secret_key_bytes()).hex(),
                TOOL=tool,
            ),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert ran.returncode == 0, ran.stderr
        ended = dict(json.loads(ran.stdout.splitlines()[-1]))
        sent = [each.target.partition("path=")[2] for each in holders.received(tool)]
    assert sent == ["%2Fdata%2F1", "%2Fdata%2F2"]
    assert "MCPToolCallError" not in ended["/data/1"] + ended["/data/2"]
    assert "constraint-violation" in ended["/etc/passwd"]
    assert "warrant-missing" in ended["/data/3"]
