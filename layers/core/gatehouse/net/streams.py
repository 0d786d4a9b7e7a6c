"""Connections that end at a deadline and go only where the policy lets them.

A timeout for each read would let a server drip one byte at a time for ever; here every single
wait is cut by what is left of the whole call.
"""

import select
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from gatehouse.domain.upstreams import Destination
from gatehouse.net.addresses import AddressPolicy
from gatehouse.net.names import SystemNames
from gatehouse.ports.upstreams import UpstreamForbidden, UpstreamUnreachable

CONNECT_SECONDS: Final = 5.0
"""For name resolution, TCP and TLS together."""
KEEP_ALIVE_SECONDS: Final = 4.0
"""Below the 5 s after which many servers close: a request into a closing connection is lost."""
MAX_IDLE: Final = 20
READ_BYTES: Final = 65_536


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One call under way: until when, and whether any of it may have left this machine."""

    deadline: float
    monotonic: Callable[[], float]
    connect_deadline: float
    has_begun: bool = False

    def left(self) -> float:
        """Return the seconds left of the call; raise `TimeoutError` when there are none."""
        return self._until(self.deadline)

    def left_to_connect(self) -> float:
        """Return the seconds left for connecting; raise `TimeoutError` when there are none."""
        return self._until(min(self.deadline, self.connect_deadline))

    def _until(self, deadline: float) -> float:
        left = deadline - self.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


@dataclass(slots=True)
class Stream:
    """A connection to `there`, whose every wait is cut by the deadline of the call it serves."""

    there: Destination
    connected: socket.socket
    idle_since: float = 0.0

    def write(self, data: bytes, exchange: Exchange) -> bool:
        """Send `data`; False when the other side has stopped taking it, and may say why."""
        left = memoryview(data)
        try:
            while left:
                self.connected.settimeout(exchange.left())
                exchange.has_begun = True
                left = left[self.connected.send(left) :]
        except TimeoutError:
            raise
        except OSError:
            return False
        return True

    def read(self, exchange: Exchange) -> bytes:
        """Return what comes next, and nothing at the end."""
        self.connected.settimeout(exchange.left())
        return self.connected.recv(READ_BYTES)

    def is_quiet(self) -> bool:
        """Say whether nothing waits to be read: on an idle connection that is only its end."""
        poll = select.poll()
        poll.register(self.connected, select.POLLIN)
        return not poll.poll(0)

    def close(self) -> None:
        """Close the socket."""
        self.connected.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedDialler:
    """Opens connections to addresses that the policy has judged, and to no other."""

    policy: AddressPolicy
    names: SystemNames
    tls: Callable[[], ssl.SSLContext]

    def connect(self, there: Destination, exchange: Exchange) -> Stream:
        """Resolve once, judge all, connect to the first address that takes the connection."""
        addresses = self.names.addresses(there.host, there.port, seconds=exchange.left_to_connect())
        self.policy.judge(there, addresses)
        for address in addresses:
            try:
                connected = socket.create_connection(
                    (address, there.port), timeout=exchange.left_to_connect()
                )
            except OSError:
                continue
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if there.scheme == "https":
                connected = self._secured(connected, there, exchange)
            return Stream(there, connected)
        raise UpstreamUnreachable("The tool cannot be reached")

    def _secured(
        self, connected: socket.socket, there: Destination, exchange: Exchange
    ) -> socket.socket:
        """Shake hands with the server of that name, which its certificate must prove."""
        try:
            connected.settimeout(exchange.left_to_connect())
            return self.tls().wrap_socket(connected, server_hostname=there.host)
        except ssl.SSLCertVerificationError as error:
            connected.close()
            raise UpstreamForbidden("The tool's certificate is not valid") from error
        except TimeoutError as error:
            connected.close()
            raise UpstreamUnreachable("The tool did not answer in time") from error
        except OSError as error:
            connected.close()
            raise UpstreamUnreachable("The tool does not speak TLS as it should") from error


@dataclass(frozen=True, slots=True)
class IdleStreams:
    """Connections that wait for their next call, the one idle longest first."""

    monotonic: Callable[[], float]
    _kept: list[Stream] = field(default_factory=list, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def take(self, there: Destination) -> Stream | None:
        """Return the connection to `there` that was used last, if one still lives."""
        while stream := self._popped(there):
            if stream.is_quiet():
                return stream
            stream.close()
        return None

    def keep(self, stream: Stream) -> None:
        """Keep a connection for the next call."""
        stream.idle_since = self.monotonic()
        with self._lock:
            self._kept.append(stream)
            if len(self._kept) > MAX_IDLE:
                self._kept.pop(0).close()

    def close(self) -> None:
        """Close all of them."""
        with self._lock:
            while self._kept:
                self._kept.pop().close()

    def _popped(self, there: Destination) -> Stream | None:
        oldest = self.monotonic() - KEEP_ALIVE_SECONDS
        with self._lock:
            while self._kept and self._kept[0].idle_since < oldest:
                self._kept.pop(0).close()
            for index in reversed(range(len(self._kept))):
                if self._kept[index].there == there:
                    return self._kept.pop(index)
        return None
