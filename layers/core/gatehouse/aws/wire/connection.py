"""Connections to one endpoint, kept alive between requests."""

import contextlib
import select
import socket
import ssl
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from gatehouse.aws.wire.answers import Answer, CutShort, Garbled, NothingAnswered, read_answer
from gatehouse.aws.wire.endpoints import Endpoint, Patience
from gatehouse.aws.wire.errors import NotConnected, NotSent, TimedOut, Unanswered, Unreadable

TlsContext: TypeAlias = Callable[[], ssl.SSLContext]

MAX_IDLE_SECONDS: Final = 60
"""How long a connection may lie idle: AWS ends it unasked, and a frozen instance may not see it."""
MAX_IDLE: Final = 16
"""Connections that are kept, as many as threads ask at the same time."""


class _Stale(Exception):
    """A kept connection turned out to be over."""


@dataclass(slots=True)
class _Connection:
    """A connection; `arrivals` tells whether something waits to be read on it."""

    socket: socket.socket
    arrivals: "select.poll"
    idle_since: float = 0.0

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.close()


class Sent(NamedTuple):
    """A request that waits for its answer."""

    request: bytes
    connection: _Connection
    is_kept: bool


class Pool:
    """Sends requests to one endpoint; any number of threads may, each on a connection of its own.

    `tls` makes the context for TLS when it is first needed; `clock` returns epoch seconds.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        patience: Patience,
        *,
        tls: TlsContext,
        clock: Callable[[], float],
    ) -> None:
        self._endpoint = endpoint
        self._patience = patience
        self._tls = tls
        self._clock = clock
        self._idle: deque[_Connection] = deque()

    def exchange(self, request: bytes, *, is_repeatable: bool) -> Answer:
        """Send `request` and return its answer; see `begin` and `finish`."""
        return self.finish(self.begin(request), is_repeatable=is_repeatable)

    def begin(self, request: bytes) -> Sent:
        """Send `request`; others may be sent before `finish` waits for its answer.

        Raises:
            NotSent: AWS did not have it whole.
        """
        if kept := self._kept():
            try:
                return _sent(kept, request, is_kept=True)
            except _Stale:
                self.close()  # whatever ended this one has ended its like
        return _sent(self._new(), request, is_kept=False)

    def finish(self, sent: Sent, *, is_repeatable: bool) -> Answer:
        """Return the answer to what was sent.

        A kept connection may have ended meanwhile. Then the request is sent once more on a new
        one, unless AWS may have had it whole and it must not be done twice.

        Raises:
            NotSent: AWS did not have it whole.
            Unanswered: Nobody knows what became of it.
            Unreadable: What came back is no answer.
        """
        try:
            return self._answer(sent)
        except _Stale as stale:
            self.close()
            if not is_repeatable:
                raise Unanswered from stale
        return self._answer(_sent(self._new(), sent.request, is_kept=False))

    def close(self) -> None:
        """End all connections that are idle."""
        with contextlib.suppress(IndexError):
            while True:
                self._idle.pop().close()

    def __del__(self) -> None:
        """End them with the client that nobody has any more."""
        self.close()

    def _answer(self, sent: Sent) -> Answer:
        connection = sent.connection
        try:
            answer = read_answer(connection.socket.recv)
        except (NothingAnswered, CutShort, Garbled, OSError) as error:
            connection.close()
            raise _meaning(error, is_kept=sent.is_kept) from error
        except BaseException:
            connection.close()
            raise
        if answer.is_last or len(self._idle) >= MAX_IDLE:
            connection.close()
        else:
            connection.idle_since = self._clock()
            self._idle.append(connection)
        return answer

    def _kept(self) -> _Connection | None:
        """Return the connection that was used last, of those that seem to live."""
        while True:
            try:
                connection = self._idle.pop()
            except IndexError:
                return None
            # The time of day, and not a monotonic clock: that may stand still while frozen.
            idle = self._clock() - connection.idle_since
            if 0 <= idle <= MAX_IDLE_SECONDS and _is_quiet(connection):
                return connection
            connection.close()

    def _new(self) -> _Connection:
        endpoint = self._endpoint
        try:
            made = socket.create_connection(
                (endpoint.host, endpoint.port), timeout=self._patience.connect_seconds
            )
        except OSError as error:
            raise NotConnected from error
        try:
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if endpoint.is_secure:
                made = self._tls().wrap_socket(made, server_hostname=endpoint.host)
            made.settimeout(self._patience.read_seconds)
            arrivals = select.poll()
            arrivals.register(made, select.POLLIN)
            return _Connection(made, arrivals)
        except (OSError, ValueError) as error:
            made.close()
            raise NotConnected from error


def _sent(connection: _Connection, request: bytes, *, is_kept: bool) -> Sent:
    try:
        connection.socket.sendall(request)
    except OSError as error:
        connection.close()
        # The last bytes were not taken, and without them there is no request to carry out.
        if is_kept and not isinstance(error, TimeoutError):
            raise _Stale from error
        raise NotSent from error
    except BaseException:
        connection.close()
        raise
    return Sent(request, connection, is_kept)


def _meaning(error: Exception, *, is_kept: bool) -> Exception:
    """Return what it means that an answer could not be read."""
    match error:
        case TimeoutError():
            return TimedOut()
        case NothingAnswered() if is_kept:
            return _Stale()
        case Garbled():
            return Unreadable()
        case _:
            return Unanswered()


def _is_quiet(kept: _Connection) -> bool:
    """Say whether nothing waits to be read: on an idle connection that could only be its end."""
    return not kept.arrivals.poll(0)
