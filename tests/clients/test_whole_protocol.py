"""Published clients use all of the protocol: prompts, resources, completion, what a call sends.

They run against the fixture project of the conformance suite, with a member's session token.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.processes import ROOT, clean_environment
from tests.conformance.ground import Ground, laid

HERE = Path(__file__).parent
CLIENTS = [
    ("mcp1", "whole_mcp1.py", "", "2025-11-25"),
    ("mcp2", "whole_mcp2.py", "auto", "2026-07-28"),
    ("mcp2", "whole_mcp2.py", "legacy", "2025-11-25"),
    ("fastmcp", "whole_fastmcp4.py", "", "2026-07-28"),
]
SAME_FOR_ALL = {
    "picture": "image/png",
    "failed": True,
    "steps": [0.0, 50.0, 100.0],
    "prompts": 5,
    "prompt": "Prompt with arguments: arg1='one', arg2='two'",
    "completed": ["paris", "park", "party"],
    "resources": ["test://static-binary", "test://static-text", "test://watched-resource"],
    "templates": ["test://template/{id}/data"],
    "text": "This is the content of the static text resource.",
    "data": {"id": "7", "templateTest": True, "data": "Data for ID: 7"},
}
ASKED = {
    "2025-11-25": "This tool needs to ask the user, which this client's protocol version "
    "cannot do here",
    "2026-07-28": "Hello, Ada!",
}
"""What a tool that asks the user comes to: in the newest version alone it may ask."""


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with laid() as ground:
        yield ground


@pytest.mark.parametrize(("environment", "script", "mode", "version"), CLIENTS)
def test_a_published_client_uses_the_whole_protocol(
    ground: Ground, environment: str, script: str, mode: str, version: str
) -> None:
    url = f"{ground.api_url}/mcp"
    ran = subprocess.run(
        [ROOT / ".venvs" / environment / "bin" / "python", HERE / script],
        env=clean_environment(MCP_URL=url, MCP_TOKEN=ground.session(), MCP_MODE=mode),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ran.returncode == 0, ran.stderr
    report: dict[str, Any] = json.loads(ran.stdout.splitlines()[-1])
    logged = report.pop("logged")
    assert report == {**SAME_FOR_ALL, "version": version, "asked": ASKED[version]}
    assert logged == (0 if environment == "fastmcp" else 3)  # FastMCP called no tool that logs
