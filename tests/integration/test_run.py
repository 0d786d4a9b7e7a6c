"""`make run` as a person uses it: started, called, killed, started again."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import demo
from local.aws import free_port, is_free
from local.build import ROOT, build_layer
from local.launcher import SAVE_EVERY

pytestmark = pytest.mark.operations

WARM_START = 10
"""Seconds that a second start may take."""


@dataclass(kw_only=True)
class Run:
    """One `make run` in a home of its own."""

    home: Path
    environment: dict[str, str]
    process: subprocess.Popen[str]

    @property
    def facts(self) -> dict[str, Any]:
        """What it wrote for other programs."""
        facts: dict[str, Any] = json.loads((self.home / "stack.json").read_text())
        return facts

    @property
    def ports(self) -> list[int]:
        """All that it listens on."""
        return [int(v) for k, v in self.environment.items() if k.endswith("_PORT")]

    def call(self, tool: str, arguments: dict[str, object]) -> dict[str, Any]:
        """Call a tool of the demo as its member."""
        facts = self.facts
        token = demo.session_token(facts["api_url"], demo.load(Path(facts["demo_file"])))
        answer = httpx.post(
            facts["mcp_url"],
            json={
                "jsonrpc": "2.0",
                "id": 1,
                "method": "tools/call",
                "params": {"name": tool, "arguments": arguments},
            },
            headers={
                "authorization": f"Bearer {token}",
                "accept": "application/json, text/event-stream",
                "mcp-protocol-version": demo.MCP_VERSION,
            },
            timeout=30,
        )
        result: dict[str, Any] = answer.json()["result"]
        return result

    def children(self) -> list[int]:
        """The processes that it started."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def stop(self) -> str:
        """End it as Ctrl-C does and return what it printed."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=20)[0]


def start(home: Path, environment: dict[str, str]) -> Run:
    process = subprocess.Popen(
        [sys.executable, "-m", "local.run"],
        cwd=ROOT,
        env={**os.environ, **environment, "PYTHONPATH": "clients/python/src"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    printed = ""
    for line in process.stdout:
        printed += line
        if line.startswith("Ctrl-C"):
            return Run(home=home, environment=environment, process=process)
    pytest.fail(f"make run ended: {printed}")


def survivors(home: Path) -> list[str]:
    """Every process that was started for `home`, the functions' own too."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if str(home).encode() in (process / "environ").read_bytes():
                found.append((process / "cmdline").read_text().replace("\0", " "))
    return found


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    build_layer()
    names = ("GATEHOUSE_PORT", "GATEHOUSE_AWS_PORT", "GATEHOUSE_UPSTREAM_PORT")
    return {"GATEHOUSE_HOME": str(tmp_path), **{name: str(free_port()) for name in names}}


@pytest.fixture
def run(tmp_path: Path, environment: dict[str, str]) -> Iterator[Run]:
    started = start(tmp_path, environment)
    yield started
    if started.process.poll() is None:
        started.stop()
    if started.process.stdout:
        started.process.stdout.close()


def test_it_tells_other_programs_where_everything_is_and_nobody_else(run: Run) -> None:
    facts = run.facts

    assert {"api_url", "mcp_url", "project_id", "api_key", "admin_token"} <= facts.keys()
    assert {"upstream_url", "tables", "pid"} <= facts.keys()
    assert facts["pid"] == run.process.pid
    for name in ("stack.json", "demo.json"):
        assert (run.home / name).stat().st_mode & 0o777 == 0o600


def test_the_demo_has_a_tool_for_each_way_of_calling(run: Run) -> None:
    contact = run.call("get_contact", {"id": "1", "fields": "name,city"})
    made = run.call("create_contact", {"name": "Edith Clarke", "email": "edith@example.com"})
    weather = run.call("get_weather", {"city": "Turin"})
    me = run.call("who_am_i", {})

    assert contact["structuredContent"] == {"name": "Ada Lovelace", "city": "London"}
    assert made["structuredContent"] == {
        "id": "3",
        "name": "Edith Clarke",
        "email": "edith@example.com",
    }
    assert weather["structuredContent"]["city"] == "Turin"
    assert me["structuredContent"]["id"] == demo.MEMBER
    seen = httpx.get(f"{run.facts['upstream_url']}/seen").json()["requests"]
    assert [call["tool"] for call in seen[1:]] == [
        "get_contact", "create_contact", "get_weather", "who_am_i",
    ]  # fmt: skip
    assert len({call["request_id"] for call in seen}) == len(seen)


def test_an_unsigned_call_does_not_pass_the_demo_upstream(run: Run) -> None:
    answer = httpx.get(f"{run.facts['upstream_url']}/v1/contacts/1")

    assert answer.status_code == 401


def test_a_second_run_is_warm_and_knows_the_first(run: Run, environment: dict[str, str]) -> None:
    first = run.facts
    printed = run.stop()
    gone = not (run.home / "stack.json").exists()

    began = time.monotonic()
    second = start(run.home, environment)
    took = time.monotonic() - began
    facts = second.facts
    second.stop()
    assert second.process.stdout
    second.process.stdout.close()

    assert "Stopped." in printed
    assert gone
    assert took < WARM_START
    same = ("project_id", "api_key", "admin_token", "mcp_url", "tables")
    assert {name: facts[name] for name in same} == {name: first[name] for name in same}


def test_it_survives_the_local_aws_being_killed(run: Run) -> None:
    time.sleep(SAVE_EVERY + 1)  # the demo is in the last save
    port = run.environment["GATEHOUSE_AWS_PORT"]
    aws = next(
        pid
        for pid in run.children()
        if f"GATEWAY_PORT={port}\0".encode() in Path(f"/proc/{pid}/environ").read_bytes()
    )

    os.kill(aws, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while aws in run.children() or is_free(int(port)):
        assert time.monotonic() < deadline
        time.sleep(0.1)

    assert run.call("who_am_i", {})["structuredContent"]["id"] == demo.MEMBER


def test_nothing_outlives_it_when_it_is_killed_itself(run: Run) -> None:
    before = survivors(run.home)

    run.process.kill()
    run.process.wait()
    deadline = time.monotonic() + 15
    while survivors(run.home) and time.monotonic() < deadline:
        time.sleep(0.1)

    assert len([command for command in before if "_worker.py" in command]) >= 4
    assert survivors(run.home) == []
    assert all(map(is_free, run.ports))
