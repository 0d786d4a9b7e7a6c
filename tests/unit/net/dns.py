"""A name server on 127.0.0.1 that answers as a test says, and a resolver that asks it."""

import secrets
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_address

A, AAAA = 1, 28


@dataclass
class NameServer:
    """Each query is answered by the next of `answers`, the last one for ever."""

    port: int
    answers: list[list[str]]
    delay: float = 0
    queries: list[str] = field(default_factory=list)

    def resolve(self, host: str, _port: int) -> list[str]:
        """Ask over UDP for all addresses of `host`."""
        query_id = secrets.randbits(16)
        name = b"".join(bytes([len(label)]) + label.encode() for label in host.split(".")) + b"\0"
        query = struct.pack("!6H", query_id, 0x0100, 1, 0, 0, 0) + name + struct.pack("!2H", A, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(10)
            asking.sendto(query, ("127.0.0.1", self.port))
            reply = asking.recv(4096)
        assert struct.unpack("!H", reply[:2])[0] == query_id
        return list(_addresses(reply, len(query)))


def _addresses(reply: bytes, at: int) -> Iterator[str]:
    for _ in range(struct.unpack("!H", reply[6:8])[0]):
        _pointer, kind, _class, _ttl, length = struct.unpack("!HHHIH", reply[at : at + 12])
        if kind in {A, AAAA}:
            yield str(ip_address(reply[at + 12 : at + 12 + length]))
        at += 12 + length


@contextmanager
def name_server(*answers: list[str], delay: float = 0) -> Iterator[NameServer]:
    """Serve until the block ends; every answer comes `delay` seconds late."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("127.0.0.1", 0))
    listening.settimeout(0.1)
    server = NameServer(port=listening.getsockname()[1], answers=list(answers), delay=delay)
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            with suppress(OSError):
                query, asker = listening.recvfrom(4096)
                said = server.answers[min(len(server.queries), len(server.answers) - 1)]
                server.queries.append(_name(query))
                time.sleep(server.delay)
                listening.sendto(_reply(query, said), asker)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        ended.set()
        thread.join()
        listening.close()


def _name(query: bytes) -> str:
    labels, at = [], 12
    while length := query[at]:
        labels.append(query[at + 1 : at + 1 + length].decode())
        at += 1 + length
    return ".".join(labels)


def _reply(query: bytes, addresses: list[str]) -> bytes:
    """Answer with A and AAAA records, whose time to live is nothing."""
    reply = query[:2] + struct.pack("!5H", 0x8180, 1, len(addresses), 0, 0) + query[12:]
    for text in addresses:
        packed = ip_address(text).packed
        kind = A if len(packed) == 4 else AAAA
        reply += struct.pack("!HHHIH", 0xC00C, kind, 1, 0, len(packed)) + packed
    return reply
