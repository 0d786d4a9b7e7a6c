"""A call to a tool whose TLS is wrong: nothing is sent, and the record says what happened."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.tool_results import Text, ToolResult, made
from gatehouse.domain.tools import HttpMethod
from gatehouse.net.client import GuardedClient
from tests.samples import LOOKUP, stored
from tests.unit.net.server import Server, answering, serving
from tests.unit.net.test_client import Anywhere, certificate, tls_server, trusting
from tests.unit.test_dispatch_call import CALL, World

__all__ = ["certificate"]

SECONDS = 5
Wrap = Callable[[socket.socket], socket.socket]


def silent(connection: socket.socket) -> socket.socket:
    """Take the connection and never shake hands."""
    time.sleep(2 * SECONDS)
    return connection


def closing(connection: socket.socket) -> socket.socket:
    """Go away amid the handshake."""
    connection.recv(10)
    connection.close()
    raise ConnectionAbortedError


@pytest.fixture
def call(certificate: Path) -> Iterator[Callable[..., tuple[CallRecord, str]]]:
    """Call a tool at `host`, whose server wraps its connections so."""
    clients: list[GuardedClient] = []

    def calling(host: str, wrap: Wrap, *, trusted: bool) -> tuple[CallRecord, str]:
        options: dict[str, Any] = {"tls": trusting(certificate)} if trusted else {}
        client = GuardedClient(Anywhere(), resolve=lambda *_: ["127.0.0.1"], **options)
        clients.append(client)
        with serving(answering(), wrap=wrap) as server:
            return ended(client, server, host)

    yield calling
    for client in clients:
        client.close()


def ended(client: GuardedClient, server: Server, host: str) -> tuple[CallRecord, str]:
    world = World()
    world.upstream = client  # type: ignore[assignment]
    origin = f"https://{host}:{server.port}"
    definition = replace(LOOKUP, base_url=origin, timeout_seconds=2, http_method=HttpMethod.POST)
    arguments = {"contact_id": "c"}
    invocation = replace(CALL, tool=stored(definition), arguments=arguments, deduplication=None)
    began = time.monotonic()
    dispatched = world.run(invocation)
    [record] = world.written
    assert server.heads == []
    assert time.monotonic() - began < SECONDS
    assert dispatched.outcome is record.outcome is Outcome.FAILED
    result = made(dispatched)
    assert isinstance(result, ToolResult)
    assert result.is_error
    [block] = result.content
    assert isinstance(block, Text)
    return record, block.text


@pytest.mark.parametrize(("host", "trusted"), [("api.example.com", False), ("x.example.com", True)])
def test_a_certificate_that_does_not_hold_is_final(
    call: Callable[..., tuple[CallRecord, str]],
    certificate: Path,
    host: str,
    trusted: bool,  # noqa: FBT001
) -> None:
    record, text = call(host, tls_server(certificate, []), trusted=trusted)
    assert "certificate is not valid" in text
    assert (record.reason, record.attempts) == ("forbidden", (None,))


@pytest.mark.parametrize("wrap", [silent, closing, lambda plain: plain])
def test_a_handshake_that_fails_is_said_and_recorded(
    call: Callable[..., tuple[CallRecord, str]], wrap: Wrap
) -> None:
    record, text = call("api.example.com", wrap, trusted=True)
    assert "in time" in text or "TLS" in text
    assert record.reason == "unreachable"
    assert record.attempts == (None,)
