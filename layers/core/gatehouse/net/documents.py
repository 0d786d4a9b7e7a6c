"""JSON from servers outside, through the guarded client."""

from dataclasses import dataclass
from typing import Final

from gatehouse.domain.errors import Unavailable
from gatehouse.domain.external_issuers import split_url
from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.strict_json import InvalidJson, parse
from gatehouse.ports.upstreams import Upstream, UpstreamUncertain, UpstreamUnreachable

TIMEOUT_SECONDS: Final = 4.0
MAX_BYTES: Final = 64 * 1024
OK: Final = 200

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a server answered: its status and, where it is JSON of one reading, its body."""

    status: int
    body: JsonValue


@dataclass(frozen=True, slots=True)
class Documents:
    """Asks servers outside. No redirect is followed."""

    upstream: Upstream

    def get(self, url: str, headers: Headers = ()) -> Document:
        """Fetch; raise `Unavailable` when no whole answer comes, `ValueError` for no URL."""
        return self._send("GET", url, headers, b"")

    def post(self, url: str, headers: Headers, body: bytes) -> Document:
        """Post a form; raise as `get` does."""
        form = ("Content-Type", "application/x-www-form-urlencoded")
        return self._send("POST", url, (form, *headers), body)

    def _send(self, method: str, url: str, headers: Headers, body: bytes) -> Document:
        origin, target = split_url(url)
        request = OutboundRequest(
            method=method,
            origin=origin,
            target=target,
            headers=(("Accept", "application/json"), ("User-Agent", "gatehouse"), *headers),
            body=body,
        )
        try:
            answer = self.upstream.send(
                request, timeout_seconds=TIMEOUT_SECONDS, max_bytes=MAX_BYTES
            )
        except (UpstreamUnreachable, UpstreamUncertain) as error:
            raise Unavailable from error
        if answer.truncated:
            raise Unavailable
        try:
            return Document(status=answer.status, body=parse(answer.body))
        except InvalidJson:
            return Document(status=answer.status, body=None)


def is_found(document: Document) -> bool:
    """Say whether a document was there."""
    return document.status == OK and document.body is not None
