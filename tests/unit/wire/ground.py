"""Lean clients of a server that does as a test says."""

import json
import socket
import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any
from zlib import crc32

from gatehouse.aws.wire.client import Surroundings, surroundings
from gatehouse.aws.wire.endpoints import Patience
from tests.samples import NOW
from tests.unit.net.server import Talk

KEYS = {
    "AWS_ACCESS_KEY_ID": "AKID",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_SESSION_TOKEN": "token",
    "AWS_REGION": "eu-central-1",
}
QUICK = Patience(connect_seconds=1, read_seconds=0.3, attempts=3)


@dataclass
class Around:
    """What clients share, with a clock to set and pauses to count."""

    origin: str
    environ: dict[str, str] = field(default_factory=lambda: dict(KEYS))
    now: int = NOW
    pauses: list[float] = field(default_factory=list)

    def __call__(self) -> Surroundings:
        self.environ.setdefault("AWS_ENDPOINT_URL", self.origin)
        made = surroundings(self.environ, lambda: self.now)
        return Surroundings(
            environ=made.environ,
            clock=made.clock,
            credentials=made.credentials,
            tls=made.tls,
            sleep=self.pauses.append,
            random=lambda: 0.5,
        )


def said(
    document: Any, status: int = 200, *, checksum: int | None = None, headers: str = ""
) -> bytes:
    """An answer of DynamoDB's."""
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    total = crc32(body) if checksum is None else checksum
    head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nx-amz-crc32: {total}\r\n"
    return f"{head}x-amzn-RequestId: R1\r\n{headers}\r\n".encode() + body


def failing(code: str, status: int = 400, **more: Any) -> bytes:
    """An error of DynamoDB's."""
    return said({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}, status)


def saying(*answers: bytes | Callable[[socket.socket], None]) -> Talk:
    """Give `answers` in turn, the last one for ever; a function does what it does."""
    turns: Iterable[Any] = iter(chain(answers, repeat(answers[-1])))

    def talk(connection: socket.socket, _: bytes) -> None:
        answer = next(turns)  # type: ignore[call-overload]
        if callable(answer):
            answer(connection)
        else:
            connection.sendall(answer)

    return talk


def resetting(connection: socket.socket) -> None:
    """End the connection as if the machine were gone."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def closing(connection: socket.socket) -> None:
    """End the connection without a word."""
    connection.shutdown(socket.SHUT_RDWR)


def then_closed(answer: bytes) -> Callable[[socket.socket], None]:
    """Answer as if the connection were kept, and end it."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(answer)
        closing(connection)

    return talk
