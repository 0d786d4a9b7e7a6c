"""Upstreams that misbehave, through the deployed template: said in time, recorded, and bounded."""

import gzip
import os
import signal
import socket
import struct
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from tests.integration.processes import owner, peak_memory
from tests.integration.world import Json, Tenant
from tests.unit.net.server import Talk, answering, serving

pytestmark = pytest.mark.stack

FUNCTION_BYTES = 512 * 1024 * 1024
"""`MemorySize` of dispatch."""
BOMB = gzip.compress(b"\0" * 300_000_000, compresslevel=9)


def drip(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.1)


def reset_in_body(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nxxx")
    time.sleep(0.05)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def hundred_megabytes(connection: socket.socket, _head: bytes) -> None:
    connection.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100000000\r\n\r\n"
    )
    for _ in range(100):
        connection.sendall(b"x" * 1_000_000)


def call(tenant: Tenant, talk: Talk, **fields: Any) -> tuple[Json, Json, float, int]:
    """Call a new tool whose endpoint talks like this: result, record, seconds, connections."""
    with serving(talk) as server:
        tool = tenant.tool(server.origin, endpoint_path="/", **fields)
        began = time.monotonic()
        result = tenant.call(tenant.api_key, tool["name"])["result"]
        seconds = time.monotonic() - began
        return result, record(tenant, result), seconds, len(server.heads)


def record(tenant: Tenant, result: Json) -> Json:
    request_id = result["_meta"]["gatehouse/requestId"]
    found: Json = tenant.api("GET", f"/api/v1/tool-calls/{request_id}").json()
    return found


def text(result: Json) -> str:
    return str(result["content"][0]["text"])


def test_a_slow_drip_ends_at_the_tools_deadline(tenant: Tenant) -> None:
    result, kept, seconds, _ = call(tenant, drip, timeout_seconds=2, http_method="POST")
    assert result["isError"]
    assert "in time" in text(result)
    assert 1.5 < seconds < 6
    assert (kept["outcome"], kept["reason"], kept["attempts"]) == ("unknown", "uncertain", [None])


@pytest.mark.parametrize(("method", "sendings"), [("POST", 1), ("GET", 3)])
def test_a_reset_within_the_answer_is_uncertain_and_only_a_get_is_sent_again(
    tenant: Tenant, method: str, sendings: int
) -> None:
    result, kept, seconds, heads = call(tenant, reset_in_body, http_method=method)
    assert result["isError"]
    assert "broke" in text(result)
    assert seconds < 5
    assert (kept["outcome"], kept["attempts"], heads) == ("unknown", [None] * sendings, sendings)


class Peak:
    """Talks as told, and remembers what the process on the other side ever took."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.pid = 0

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        self.pid = owner(connection.getpeername()[1])
        self.talk(connection, head)


@pytest.mark.parametrize(
    "talk", [hundred_megabytes, answering("200 OK", BOMB, "Content-Encoding: gzip",
                                          "Content-Type: text/plain")]
)  # fmt: skip
def test_an_endless_answer_is_cut_and_memory_stays_within_the_function(
    tenant: Tenant, talk: Talk
) -> None:
    peak = Peak(talk)
    result, kept, _, _ = call(tenant, peak, max_response_bytes=500_000)
    assert not result.get("isError")
    assert result["_meta"]["gatehouse/truncated"] is True
    assert len(text(result)) <= 500_000
    assert kept["outcome"] == "succeeded"
    assert peak_memory(peak.pid) < FUNCTION_BYTES


def test_a_tool_may_have_an_error_instead_of_half_an_answer(tenant: Tenant) -> None:
    result, kept, _, _ = call(
        tenant, answering("200 OK", b"x" * 5000), max_response_bytes=2000, on_oversize="error"
    )
    assert result["isError"]
    assert "2000 bytes" in text(result)
    assert (kept["outcome"], kept["reason"], kept["upstream_status"]) == (
        "upstream_error", "oversize", 200,
    )  # fmt: skip


def answers(*talks: Talk) -> Talk:
    """Talk in a different way each time."""
    remaining = list(talks)

    def talk(connection: socket.socket, head: bytes) -> None:
        remaining.pop(0)(connection, head)

    return talk


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_an_endpoint_that_asks_for_a_pause_gets_it(tenant: Tenant, status: str) -> None:
    talk = answers(answering(status, b"", "Retry-After: 1"), answering("200 OK", b"{}"))
    result, kept, seconds, _ = call(tenant, talk)
    assert not result.get("isError")
    assert kept["attempts"] == [int(status[:3]), 200]
    assert seconds >= 1


def test_a_post_that_is_refused_for_now_is_not_sent_again(tenant: Tenant) -> None:
    talk: Callable[..., Talk] = partial(answering, "503 Service Unavailable", b"")
    result, kept, _, heads = call(tenant, talk("Retry-After: 1"), http_method="POST")
    assert result["isError"]
    assert (kept["outcome"], kept["attempts"], heads) == ("upstream_error", [503], 1)


def test_a_function_that_is_killed_amid_a_call_leaves_an_unknown_outcome(tenant: Tenant) -> None:
    def kill(connection: socket.socket, _head: bytes) -> None:
        os.kill(owner(connection.getpeername()[1]), signal.SIGKILL)

    result, kept, seconds, heads = call(tenant, kill, http_method="POST")
    assert result["isError"]
    assert "may or may not" in text(result)
    assert (kept["outcome"], heads) == ("unknown", 1)
    assert seconds < 28
    after, _, _, _ = call(tenant, answering("200 OK", b"{}"))
    assert not after.get("isError")
