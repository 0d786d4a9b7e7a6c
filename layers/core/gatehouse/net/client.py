"""The one HTTP client that leaves the system: guarded, bounded, and exact about what it sent.

It knows no redirects, no proxies, no cookies and no decoding that is not asked for, and sends the
request target byte by byte as signed.
"""

import re
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Final

from gatehouse.domain.calls import UpstreamAnswer
from gatehouse.domain.http1 import Answer, CutShort, Garbled, Head
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.upstreams import Destination
from gatehouse.net.addresses import AddressPolicy
from gatehouse.net.bodies import MAX_BODY, Body, bounded_body
from gatehouse.net.headers import retry_after
from gatehouse.net.names import Resolve, SystemNames, resolve_by_system
from gatehouse.net.streams import CONNECT_SECONDS, Exchange, GuardedDialler, IdleStreams, Stream
from gatehouse.net.trust import trusted
from gatehouse.ports.upstreams import UpstreamUncertain, UpstreamUnreachable

MAX_CONTENT_TYPE: Final = 200
_HEAD: Final = re.compile(
    r"[A-Z]+ [!-~]+ HTTP/1\.1\r\n"
    r"(?:[!#$%&'*+\-.^_`|~0-9A-Za-z]+: (?:[!-~]+(?:[ \t]+[!-~]+)*)?\r\n)+\r\n"
)
_FRAMING: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})
"""Headers that say where a request goes and where it ends, which is for this client to say."""


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
        written = _written(there, request)
        now = self.monotonic()
        exchange = Exchange(
            deadline=now + timeout_seconds,
            connect_deadline=now + min(CONNECT_SECONDS, timeout_seconds),
            monotonic=self.monotonic,
        )
        try:
            stream = self._idle.take(there) or self._dialler.connect(there, exchange)
            return self._answer(stream, exchange, request.method, written, max_bytes)
        except TimeoutError as error:
            raise _failure(exchange, "The tool did not answer in time") from error
        except (OSError, CutShort, Garbled) as error:
            raise _failure(exchange, "The connection to the tool broke") from error

    def close(self) -> None:
        """Close the idle connections."""
        self._idle.close()

    @cached_property
    def _idle(self) -> IdleStreams:
        return IdleStreams(self.monotonic)

    @cached_property
    def _dialler(self) -> GuardedDialler:
        return GuardedDialler(
            policy=self.policy, names=SystemNames(self.resolve), tls=cache(self.tls)
        )

    def _answer(
        self, stream: Stream, exchange: Exchange, method: str, written: bytes, max_bytes: int
    ) -> UpstreamAnswer:
        """Send on `stream` and read; keep it for the next call if it can serve one."""
        can_serve = False
        try:
            is_sent = stream.write(written, exchange)
            answer = Answer(partial(stream.read, exchange))
            head = answer.head()
            body = answer.body(head, method=method)
            encoding = head.fields.get(b"content-encoding", b"")
            read = bounded_body(body, encoding, limit=min(max_bytes, MAX_BODY))
            can_serve = is_sent and answer.is_over
        finally:
            if can_serve:
                self._idle.keep(stream)
            else:
                stream.close()
        return _upstream_answer(head, read)


def _failure(exchange: Exchange, message: str) -> UpstreamUnreachable | UpstreamUncertain:
    return UpstreamUncertain(message) if exchange.has_begun else UpstreamUnreachable(message)


def _written(there: Destination, request: OutboundRequest) -> bytes:
    """Return the request as it is sent; raise `UpstreamUnreachable` for what is none.

    The Host is the origin as it is written, and the target as it was signed: nothing reads or
    writes them anew.
    """
    headers = [
        ("Host", request.origin.removeprefix(f"{there.scheme}://")),
        ("Accept-Encoding", "gzip"),
        *request.headers,
    ]
    is_framed = _FRAMING.isdisjoint([name.lower() for name, _ in request.headers])
    if request.body or request.method in {"POST", "PUT", "PATCH"}:
        headers.append(("Content-Length", str(len(request.body))))
    lines = [f"{request.method} {request.target} HTTP/1.1", *map(": ".join, headers), "", ""]
    head = "\r\n".join(lines)
    if not is_framed or head.count("\n") != len(lines) - 1 or not _HEAD.fullmatch(head):
        raise UpstreamUnreachable("The call cannot be written as a request")
    return head.encode("ascii") + request.body


def _upstream_answer(head: Head, body: Body) -> UpstreamAnswer:
    fields = head.fields
    content_type = fields.get(b"content-type", b"") if body.is_decoded else b""
    asked = fields.get(b"retry-after")
    return UpstreamAnswer(
        status=head.status,
        content_type=_text(content_type) or "application/octet-stream",
        body=body.data,
        truncated=body.truncated,
        retry_after=None
        if asked is None
        else retry_after(_text(asked), _text(fields.get(b"date", b""))),
    )


def _text(value: bytes) -> str:
    """Return a header's value if it is short and plain."""
    text = value[: MAX_CONTENT_TYPE + 1].decode("latin-1").strip()
    return text if len(text) <= MAX_CONTENT_TYPE and text.isprintable() and text.isascii() else ""
