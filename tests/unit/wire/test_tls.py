"""TLS to AWS: nothing is sent to anybody who cannot show that it is the host that was meant."""

import socket
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatehouse.aws.wire.errors import NotConnected
from gatehouse.aws.wire.services import WireDynamoDb
from tests.unit.net.server import serving
from tests.unit.net.test_client import certificate, tls_server
from tests.unit.wire.ground import KEYS, QUICK, Around, said, saying

__all__ = ["certificate"]

HOST = "api.example.com"


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find all names on this machine."""
    connect = socket.create_connection

    def nearby(address: tuple[str, int], timeout: float) -> socket.socket:
        return connect(("127.0.0.1", address[1]), timeout=timeout)

    monkeypatch.setattr("gatehouse.aws.wire.connection.socket.create_connection", nearby)


def client(port: int, *, host: str = HOST, trusted: Path | None, attempts: int = 3) -> WireDynamoDb:
    environ = dict(KEYS)
    if trusted is not None:
        environ["AWS_CA_BUNDLE"] = str(trusted)
    patience = replace(QUICK, attempts=attempts)
    return WireDynamoDb(patience, Around(f"https://{host}:{port}", environ=environ)())


def get(asked: WireDynamoDb) -> Any:
    return asked.get_item(TableName="t", Key={"PK": {"S": "p"}})["Item"]


def test_a_connection_is_made_under_its_name_and_used_again(certificate: Path) -> None:
    """What TLS 1.3 sends beside the answers is not taken for the connection's end."""
    names: list[str | None] = []
    item = {"a": {"S": "b" * 100_000}}
    with serving(saying(said({"Item": item})), wrap=tls_server(certificate, names)) as server:
        asked = client(server.port, trusted=certificate)
        for _ in range(3):
            assert get(asked) == item
        assert (server.connections, names) == (1, [HOST])
        assert f"\r\nHost: {HOST}:{server.port}\r\n".encode() in server.heads[0]


@pytest.mark.parametrize(("host", "is_trusted"), [("other.example.com", True), (HOST, False)])
def test_who_cannot_prove_to_be_the_host_gets_nothing(
    certificate: Path,
    host: str,
    is_trusted: bool,  # noqa: FBT001
) -> None:
    with serving(saying(said({})), wrap=tls_server(certificate, [])) as server:
        asked = client(server.port, host=host, trusted=certificate if is_trusted else None)
        with pytest.raises(NotConnected):
            get(asked)
        assert server.heads == []


def silent(connection: socket.socket) -> socket.socket:
    time.sleep(1.5)
    return connection


def test_a_handshake_that_does_not_end_is_given_up_in_time(certificate: Path) -> None:
    wrap: Callable[[socket.socket], socket.socket] = silent
    with serving(saying(said({})), wrap=wrap) as server:
        asked = client(server.port, trusted=certificate, attempts=1)
        began = time.monotonic()
        with pytest.raises(NotConnected):
            get(asked)
        assert time.monotonic() - began < 1.4
