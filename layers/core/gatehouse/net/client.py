"""The one HTTP client that leaves the system: guarded, bounded, and exact about what it sent.

It stands on httpcore, the engine of httpx: no redirects, no proxies from the environment, no
cookies, no decoding that is not asked for, and the request target byte by byte as signed.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import httpcore

from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.upstreams import Destination
from gatehouse.net.addresses import AddressPolicy
from gatehouse.net.bodies import MAX_BODY, bounded_body
from gatehouse.net.headers import retry_after
from gatehouse.net.names import Resolve, SystemNames, resolve_by_system
from gatehouse.net.streams import (
    CONNECT_SECONDS,
    Exchange,
    GuardedBackend,
    current,
)
from gatehouse.net.trust import trusted
from gatehouse.ports.upstreams import UpstreamUncertain, UpstreamUnreachable

KEEP_ALIVE_SECONDS: Final = 4.0
"""Below the 5 s after which many servers close: a request into a closing connection is lost."""
MAX_CONNECTIONS: Final = 20
MAX_CONTENT_TYPE: Final = 200


@dataclass(frozen=True)
class GuardedClient:
    """Keeps `Upstream` over connections that outlive a call. Safe to use from threads."""

    policy: AddressPolicy
    resolve: Resolve = resolve_by_system
    monotonic: Callable[[], float] = time.monotonic
    tls: Callable[[], ssl.SSLContext] = trusted

    def send(
        self,
        request: OutboundRequest,
        *,
        timeout_seconds: float,
        max_bytes: int = MAX_BODY,
    ) -> UpstreamAnswer:
        """See `Upstream.send`; `timeout_seconds` covers the whole call, to the last byte."""
        there = self.policy.destination(request.origin)
        now = self.monotonic()
        exchange = Exchange(
            destination=there,
            deadline=now + timeout_seconds,
            connect_deadline=now + min(CONNECT_SECONDS, timeout_seconds),
            monotonic=self.monotonic,
        )
        with (
            _under_way(exchange),
            self._pool.stream(
                request.method,
                _url(there, request),
                headers=_headers(there, request),
                content=request.body,
            ) as response,
        ):
            return _answer(response, max_bytes)

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.close()

    @cached_property
    def _pool(self) -> httpcore.ConnectionPool:
        return httpcore.ConnectionPool(
            ssl_context=self.tls(),
            max_connections=MAX_CONNECTIONS,
            max_keepalive_connections=MAX_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE_SECONDS,
            http1=True,
            http2=False,
            retries=0,
            network_backend=GuardedBackend(policy=self.policy, names=SystemNames(self.resolve)),
        )


@contextmanager
def _under_way(exchange: Exchange) -> Iterator[None]:
    """Run one call; raise what its failure means: nothing was sent, or something may have been."""
    token = current.set(exchange)
    try:
        yield
    except UpstreamUnreachable:
        raise
    except (httpcore.TimeoutException, TimeoutError) as error:
        raise _failure(exchange, "The tool did not answer in time") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise _failure(exchange, "The connection to the tool broke") from error
    finally:
        current.reset(token)


def _failure(exchange: Exchange, message: str) -> UpstreamUnreachable | UpstreamUncertain:
    return UpstreamUncertain(message) if exchange.has_begun else UpstreamUnreachable(message)


def _url(there: Destination, request: OutboundRequest) -> httpcore.URL:
    """Return the URL in parts, so that nothing parses or rewrites the target again."""
    return httpcore.URL(
        scheme=there.scheme.encode("ascii"),
        host=there.host.encode("ascii"),
        port=there.port,
        target=request.target.encode("ascii"),
    )


def _headers(there: Destination, request: OutboundRequest) -> list[tuple[bytes, bytes]]:
    headers = [
        ("Host", request.origin.removeprefix(f"{there.scheme}://")),
        ("Accept-Encoding", "gzip"),
        *request.headers,
    ]
    if request.body or request.method in {"POST", "PUT", "PATCH"}:
        headers.append(("Content-Length", str(len(request.body))))
    return [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]


def _answer(response: httpcore.Response, max_bytes: int) -> UpstreamAnswer:
    headers = {name.lower(): value for name, value in response.headers}
    encoding = headers.get(b"content-encoding", b"")
    body = bounded_body(response.iter_stream(), encoding, limit=min(max_bytes, MAX_BODY))
    content_type = headers.get(b"content-type", b"") if body.is_decoded else b""
    return UpstreamAnswer(
        status=response.status,
        content_type=_text(content_type) or "application/octet-stream",
        body=body.data,
        truncated=body.truncated,
        retry_after=retry_after(
            _text(headers.get(b"retry-after", b"")), _text(headers.get(b"date", b""))
        ),
    )


def _text(value: bytes) -> str:
    """Return a header's value if it is short and plain."""
    text = value[: MAX_CONTENT_TYPE + 1].decode("latin-1").strip()
    return text if len(text) <= MAX_CONTENT_TYPE and text.isprintable() and text.isascii() else ""
