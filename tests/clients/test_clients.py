"""Clients of others, as published, list and call tools with a member's session token.

They run against the stack of `make run` when it is up, else against one of their own. Each has an
environment of its own under .venvs/ (see the Makefile), because their dependencies exclude ours.
"""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import demo
from local.build import ROOT
from local.live import live
from local.processes import clean_environment

HERE = Path(__file__).parent
TOOLS = {"get_contact", "create_contact", "get_weather", "who_am_i"}
ME = {"id": demo.MEMBER, "email": demo.EMAIL, "roles": list(demo.ROLES)}


@pytest.fixture(scope="module")
def facts() -> Iterator[dict[str, Any]]:
    with live() as found:
        yield found


@pytest.fixture(scope="module")
def token(facts: dict[str, Any]) -> str:
    return demo.session_token(facts["api_url"], demo.load(Path(facts["demo_file"])))


@pytest.mark.parametrize("path", ["/mcp", "/mcp/"])
@pytest.mark.parametrize(
    ("environment", "script", "mode"),
    [
        ("mcp1", "mcp1.py", ""),
        ("mcp2", "mcp2.py", "auto"),
        ("mcp2", "mcp2.py", "legacy"),
        ("fastmcp", "fastmcp4.py", ""),
    ],
)
def test_a_published_client_lists_and_calls(  # noqa: PLR0917
    facts: dict[str, Any], token: str, path: str, environment: str, script: str, mode: str
) -> None:
    ran = subprocess.run(
        [ROOT / ".venvs" / environment / "bin" / "python", HERE / script],
        env=clean_environment(MCP_URL=facts["api_url"] + path, MCP_TOKEN=token, MCP_MODE=mode),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ran.returncode == 0, ran.stderr
    listed, called = json.loads(ran.stdout.splitlines()[-1])
    assert set(listed) >= TOOLS
    assert called == ME


def test_what_anthropics_connector_sends_is_answered(facts: dict[str, Any], token: str) -> None:
    """Initialize of 2025-11-25, one bearer, no header of its own, no session id."""
    client = {"name": "Anthropic/ClaudeAI", "version": "1.0.0"}
    messages: list[dict[str, Any]] = [
        {
            "method": "initialize",
            "params": {
                "protocolVersion": "2025-11-25",
                "capabilities": {},
                "clientInfo": client,
            },
            "jsonrpc": "2.0",
            "id": 0,
        },
        {"method": "notifications/initialized", "jsonrpc": "2.0"},
        {"method": "tools/list", "jsonrpc": "2.0", "id": 1},
        {
            "method": "tools/call",
            "params": {"name": "who_am_i", "arguments": {}},
            "jsonrpc": "2.0",
            "id": 2,
        },
    ]
    headers = {
        "authorization": f"Bearer {token}",
        "accept": "application/json, text/event-stream",
    }

    with httpx.Client(headers=headers, timeout=30) as http:
        answers = [http.post(f"{facts['api_url']}/mcp/", json=message) for message in messages]

    assert [answer.status_code for answer in answers] == [200, 202, 200, 200]
    assert answers[0].json()["result"]["protocolVersion"] == "2025-11-25"
    assert {t["name"] for t in answers[2].json()["result"]["tools"]} >= TOOLS
    assert answers[3].json()["result"]["structuredContent"] == ME
