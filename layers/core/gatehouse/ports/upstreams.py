"""Tools' endpoints, and whether they are to be left alone."""

from collections.abc import Sequence
from typing import Protocol

from gatehouse.domain.breaker import Breaker
from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.requests import OutboundRequest


class Upstream(Protocol):
    """Sends one HTTP request to a tool's endpoint."""

    def send(
        self, request: OutboundRequest, *, timeout_seconds: float, max_bytes: int
    ) -> UpstreamAnswer:
        """Send once and return the answer, its body cut at `max_bytes`.

        Raises:
            UpstreamUnreachable: Nothing was sent.
            UpstreamUncertain: Something may have been sent, but no answer came.
        """
        ...


class Names(Protocol):
    """What host names stand for."""

    def addresses(self, host: str, port: int) -> Sequence[str]:
        """Return all addresses of `host`; raise `UpstreamUnreachable` when they do not come."""
        ...


class UpstreamUnreachable(Exception):
    """The request was not sent; `str(error)` may be shown to the model."""


class UpstreamForbidden(UpstreamUnreachable):
    """It must not be sent there, now or a moment later."""


class UpstreamUncertain(Exception):
    """The request was sent, at least in part; `str(error)` may be shown to the model."""


class Breakers(Protocol):
    """The circuit breaker of each tool that ever failed, shared by all instances of dispatch."""

    def read(self, project_id: str, tool_name: str, *, now: int) -> Breaker | None:
        """Return what stands; `None` when the tool never failed, or not for a day."""
        ...

    def open(
        self, project_id: str, tool_name: str, breaker: Breaker, *, probe: str | None, now: int
    ) -> Breaker | None:
        """Leave an origin alone unless that is so already; return what stands afterwards.

        `probe` is the request that has tried the origin and failed, if that is why.
        """
        ...

    def probe(
        self, project_id: str, tool_name: str, breaker: Breaker, *, now: int
    ) -> Breaker | None:
        """Have one request try the origin, if it is time; return what stands afterwards.

        Of many that ask, one finds its own request in the answer.
        """
        ...

    def close(self, project_id: str, tool_name: str, breaker: Breaker, probe: str) -> None:
        """Let calls pass again, if `probe` is still the request that tries."""
        ...
