"""JWK sets of issuers outside, through the guarded client."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.errors import InvalidRequest, Unavailable
from gatehouse.domain.external_issuers import split_url
from gatehouse.domain.foreign_keys import read_keys
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.strict_json import parse
from gatehouse.ports.upstreams import Upstream, UpstreamUncertain, UpstreamUnreachable

CACHE_SECONDS: Final = 300
REFETCH_SECONDS: Final = 30
TIMEOUT_SECONDS: Final = 3.0
MAX_BYTES: Final = 64 * 1024
MAX_SETS: Final = 64
"""That an instance remembers; the one read longest ago goes first."""


@dataclass(frozen=True, slots=True)
class _Known:
    keys: Mapping[str, AssertionKey]
    read_at: int


@dataclass(slots=True)
class GuardedJwkSets:
    """Keeps `JwkSets`: a set is read every five minutes, for unknown kids every 30 s at most."""

    upstream: Upstream
    _known: dict[str, _Known] = field(default_factory=dict, init=False, repr=False)
    _asked_at: dict[str, int] = field(default_factory=dict, init=False)

    def key(self, url: str, kid: str, *, now: int) -> AssertionKey | None:
        """See `JwkSets.key`."""
        known = self._known.get(url)
        if known is None or not known.read_at <= now < known.read_at + CACHE_SECONDS:
            return self._read(url, now).get(kid)
        if kid not in known.keys and now >= self._asked_at[url] + REFETCH_SECONDS:
            return self._read(url, now).get(kid)
        return known.keys.get(kid)

    def _read(self, url: str, now: int) -> Mapping[str, AssertionKey]:
        asked_at = self._asked_at.get(url)
        if url not in self._known and asked_at is not None and asked_at <= now < asked_at + 1:
            raise Unavailable  # it failed this very second: do not ask once for each request
        self._note(url, now)
        try:
            keys = read_keys(parse(self._fetched(url)))
        except (InvalidRequest, ValueError) as error:
            raise Unavailable from error
        self._known[url] = _Known(keys, now)
        return keys

    def _note(self, url: str, now: int) -> None:
        """Note before asking, so that a stranger's unknown kids cannot add to an outage."""
        self._asked_at.pop(url, None)
        self._asked_at[url] = now
        if len(self._asked_at) > MAX_SETS:
            oldest = next(iter(self._asked_at))
            del self._asked_at[oldest]
            self._known.pop(oldest, None)

    def _fetched(self, url: str) -> bytes:
        origin, target = split_url(url)
        request = OutboundRequest(
            method="GET",
            origin=origin,
            target=target,
            headers=(("Accept", "application/json"),),
            body=b"",
        )
        try:
            answer = self.upstream.send(
                request, timeout_seconds=TIMEOUT_SECONDS, max_bytes=MAX_BYTES
            )
        except (UpstreamUnreachable, UpstreamUncertain) as error:
            raise Unavailable from error
        if answer.status != 200 or answer.truncated:  # noqa: PLR2004
            raise Unavailable
        return answer.body
