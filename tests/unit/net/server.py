"""A server on 127.0.0.1 that speaks to each connection exactly as a test says."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Talk = Callable[[socket.socket, bytes], None]
"""Given the connection and the request's head (and what came with it); may be called again."""


@dataclass
class Server:
    """What it was asked, and how many connections were opened."""

    port: int
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(
    talk: Talk, *, wrap: Callable[[socket.socket], socket.socket] | None = None
) -> Iterator[Server]:
    """Serve until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    server = Server(port=listener.getsockname()[1])
    ended = threading.Event()

    def converse(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            connection.settimeout(10)
            with wrap(connection) if wrap else connection as spoken:
                while head := _head(spoken):
                    server.heads.append(head)
                    talk(spoken, head)

    def accept() -> None:
        while not ended.is_set():
            with suppress(OSError):
                connection, _ = listener.accept()
                server.connections += 1
                threading.Thread(target=converse, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        thread.join()
        listener.close()


def _head(connection: socket.socket) -> bytes:
    """Read to the end of the request's head, and its body as far as Content-Length says."""
    read = b""
    while b"\r\n\r\n" not in read:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        read += chunk
    head, _, body = read.partition(b"\r\n\r\n")
    wanted = next(
        (
            int(line[15:])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < wanted:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


def answering(status: str = "200 OK", body: bytes = b"ok", *headers: str) -> Talk:
    """Answer every request alike."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]

    def talk(connection: socket.socket, _head: bytes) -> None:
        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    return talk
