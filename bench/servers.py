"""Peers that are HTTP servers: started, set up with the same tools, asked, and ended."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench.events import rpc_body
from bench.ground import PEERS, Ground
from bench.measure import family
from bench.runtime import ROOT
from bench.world import SCHEMA

STARTS_WITHIN = 90.0
SECRET = "0123456789abcdef" * 4
PASSWORD = "Long!Enough#For2026"  # noqa: S105 - of a server that lives for a minute
ADMIN = "admin@example.com"


class DidNotServe(Exception):
    """A peer did not start, or answered something else than a result; it says what."""


@dataclass
class Server:
    """A server that speaks MCP over one kept connection."""

    process: subprocess.Popen[bytes]
    port: int
    path: str = "/mcp"
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.headers = {
            "content-type": "application/json",
            "accept": "application/json, text/event-stream",
            "mcp-protocol-version": "2025-06-18",
            **self.headers,
        }

    def call(self, body: str) -> Mapping[str, Any]:
        """Make a request and return its result; raise `DidNotServe`."""
        status, said = self.post(self.path, body)
        found = json.loads(said) if status == 200 else {}  # noqa: PLR2004
        if "result" not in found or found["result"].get("isError"):
            raise DidNotServe(f"{status} {said[:500]!r}")
        result: Mapping[str, Any] = found["result"]
        return result

    def post(self, path: str, body: str) -> tuple[int, bytes]:
        """Send a body and return what came back."""
        self.connection.request("POST", path, body.encode(), self.headers)
        answer = self.connection.getresponse()
        return answer.status, answer.read()


@contextmanager
def serving_app(ground: Ground, peer: str, app: str, tools: int) -> Iterator[Server]:
    """Run an ASGI application of `peers/` by uvicorn."""
    environment = {"UPSTREAM": ground.upstream, "TOOLS": str(tools), "PYTHONPATH": str(PEERS)}
    with _uvicorn(ground, peer, f"{app}:app", environment) as server:
        yield server


@contextmanager
def contextforge(ground: Ground, tools: int) -> Iterator[Server]:
    """Run ContextForge with the same REST tools and its authentication on."""
    home = ground.logs / f"contextforge-{tools}"
    home.mkdir()
    environment = {
        "HOME": str(home),
        "DATABASE_URL": f"sqlite:///{home}/gateway.db",
        "AUTH_REQUIRED": "true",
        "JWT_SECRET_KEY": SECRET,
        "AUTH_ENCRYPTION_SECRET": SECRET[::-1],
        "PLATFORM_ADMIN_EMAIL": ADMIN,
        "PLATFORM_ADMIN_PASSWORD": PASSWORD,
        "DEFAULT_USER_PASSWORD": PASSWORD[::-1],
        "BASIC_AUTH_PASSWORD": PASSWORD[::-1] + "x",
        "MCPGATEWAY_UI_ENABLED": "false",
        "MCPGATEWAY_ADMIN_API_ENABLED": "false",
        "SSRF_ALLOW_LOCALHOST": "true",
        "CACHE_TYPE": "memory",
        "RATE_LIMIT_MEDIUM_RPM": "1000000",
        "RATE_LIMIT_MEDIUM_BURST": "100000",
        "TOOL_RATE_LIMIT": "1000",
        "LOG_LEVEL": "ERROR",
    }
    with _uvicorn(ground, "contextforge", "mcpgateway.main:app", environment, home) as server:
        server.headers["authorization"] = f"Bearer {_token(environment, home)}"
        for number in range(tools):
            status, said = server.post("/tools", json.dumps({"tool": _rest_tool(ground, number)}))
            if status >= 300:  # noqa: PLR2004
                raise DidNotServe(f"{status} {said[:500]!r}")
        yield server


def _rest_tool(ground: Ground, number: int) -> Mapping[str, Any]:
    return {
        "name": f"tool_{number:04}",
        "description": "Look up one contact of the address book by its id, and return it.",
        "url": f"{ground.upstream}/v1/contacts/{{contact_id}}",
        "integration_type": "REST",
        "request_type": "GET",
        "input_schema": SCHEMA,
    }


def _token(environment: Mapping[str, str], home: Path) -> str:
    """Make a token by the gateway's own tool."""
    command = [_python("contextforge"), "-m", "mcpgateway.utils.create_jwt_token"]
    command += ["-u", ADMIN, "-e", "600", "--admin", "-s", SECRET]
    made = subprocess.run(
        command, env={"PATH": os.defpath, **environment}, cwd=home, capture_output=True, check=True
    )
    return made.stdout.decode().split()[-1]


@contextmanager
def _uvicorn(
    ground: Ground, peer: str, app: str, environment: Mapping[str, str], folder: Path = PEERS
) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [_python(peer), "-m", "uvicorn", app, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--log-level", "error", "--no-access-log"]
    command += ["--timeout-keep-alive", "600"]
    log = ground.log(f"{peer}-{port}")
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env={"PATH": os.defpath, **environment},
            stdin=subprocess.DEVNULL, stdout=output, stderr=output,
        )  # fmt: skip
        try:
            _wait(process, port, log)
            yield Server(process, port)
        finally:
            for pid in family(process.pid):  # ContextForge has children, who would stay
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None or time.monotonic() > deadline:
            raise DidNotServe(log.read_text()[-2000:])
        time.sleep(0.1)


def _python(peer: str) -> str:
    return str(ROOT / ".venvs" / f"bench-{peer}" / "bin" / "python")


LIST = rpc_body("tools/list", {})
