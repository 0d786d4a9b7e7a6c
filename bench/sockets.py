"""A small HTTP/1.1 server of threads: what stands around the measured processes must be cheap.

It serves the AWS that functions talk to, the upstream that tools call, and the Runtime API.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request; names of `headers` are lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One answer."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


Answer = Callable[[Asked], Said]


@contextmanager
def serving(answer: Answer) -> Iterator[int]:
    """Serve on a free port of 127.0.0.1, and give it."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=128)
    threading.Thread(target=_accept, args=(listener, answer), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _accept(listener: socket.socket, answer: Answer) -> None:
    while True:
        try:
            connected, _address = listener.accept()
        except OSError:  # it was closed
            return
        threading.Thread(target=_serve, args=(connected, answer), daemon=True).start()


def _serve(connected: socket.socket, answer: Answer) -> None:
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    kept = b""
    try:
        while True:
            asked, kept = _read(connected, kept)
            if asked is None:
                return
            connected.sendall(_written(answer(asked)))
    except OSError:  # the other side was ended
        return
    finally:
        connected.close()


def _read(connected: socket.socket, data: bytes) -> tuple[Asked | None, bytes]:
    """Read one request and what came after it."""
    while b"\r\n\r\n" not in data:
        more = connected.recv(65_536)
        if not more:
            return None, b""
        data += more
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _version = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("expect", "").lower() == "100-continue":
        connected.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body, rest = _chunks(connected, rest)
    else:
        length = int(headers.get("content-length", "0"))
        while len(rest) < length:
            rest += connected.recv(1 << 20)
        body, rest = rest[:length], rest[length:]
    return Asked(method=method, target=target, headers=headers, body=body), rest


def _chunks(connected: socket.socket, data: bytes) -> tuple[bytes, bytes]:
    """Read a chunked body, without trailers."""
    body = b""
    while True:
        while b"\r\n" not in data:
            data += connected.recv(65_536)
        line, _, data = data.partition(b"\r\n")
        size = int(line.partition(b";")[0], 16)
        while len(data) < size + 2:
            data += connected.recv(65_536)
        body, data = body + data[:size], data[size + 2 :]
        if not size:
            return body, data


def _written(said: Said) -> bytes:
    headers = {"content-type": "application/json", **said.headers}
    lines = [f"HTTP/1.1 {said.status} X", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [f"content-length: {len(said.body)}", "", ""]
    return "\r\n".join(lines).encode("latin-1") + said.body
