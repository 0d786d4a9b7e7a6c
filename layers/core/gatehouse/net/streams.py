"""Connections that end at a deadline and go only where the policy lets them.

A timeout for each read would let a server drip one byte at a time for ever; here every single
wait is cut by what is left of the whole call.
"""

import select
import socket
import ssl
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, Final

import httpcore

from gatehouse.domain.upstreams import Destination
from gatehouse.net.addresses import AddressPolicy
from gatehouse.net.names import SystemNames
from gatehouse.ports.upstreams import UpstreamForbidden, UpstreamUnreachable

CONNECT_SECONDS: Final = 5.0
"""For name resolution, TCP and TLS together."""


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One call under way: until when, and whether any of it may have left this machine."""

    destination: Destination
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


current: Final[ContextVar[Exchange]] = ContextVar("current")
"""The call that this thread is making; connections outlive calls, so it is not theirs."""


class GuardedStream(httpcore.NetworkStream):
    """A socket whose every wait is cut by the current call's deadline."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """See `httpcore.NetworkStream.read`; `timeout` gives way to the call's deadline."""
        del timeout
        try:
            self._socket.settimeout(current.get().left())
            return self._socket.recv(max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout from error
        except OSError as error:
            raise httpcore.ReadError from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """See `httpcore.NetworkStream.write`."""
        del timeout
        exchange = current.get()
        left = memoryview(buffer)
        try:
            while left:
                self._socket.settimeout(exchange.left())
                exchange.has_begun = True
                left = left[self._socket.send(left) :]
        except TimeoutError as error:
            raise httpcore.WriteTimeout from error
        except OSError as error:
            raise httpcore.WriteError from error

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> "GuardedStream":
        """Shake hands with the server of that name, which its certificate must prove."""
        del timeout
        try:
            self._socket.settimeout(current.get().left_to_connect())
            return GuardedStream(
                ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
            )
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise UpstreamForbidden("The tool's certificate is not valid") from error
        except TimeoutError as error:
            self.close()
            raise UpstreamUnreachable("The tool did not answer in time") from error
        except OSError as error:
            self.close()
            raise UpstreamUnreachable("The tool does not speak TLS as it should") from error

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - httpcore's signature
        """Tell the pool whether an idle connection was closed by the other side."""
        if info == "is_readable":
            poll = select.poll()
            poll.register(self._socket, select.POLLIN)
            return bool(poll.poll(0))
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardedBackend(httpcore.NetworkBackend):
    """Opens connections to addresses that the policy has judged, and to no other."""

    policy: AddressPolicy
    names: SystemNames

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> GuardedStream:
        """Resolve once, judge all, connect to the first address that takes the connection."""
        del host, port, timeout, local_address, socket_options
        exchange = current.get()
        there = exchange.destination
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
            return GuardedStream(connected)
        raise UpstreamUnreachable("The tool cannot be reached")
