"""Session tokens: exchanged once per member, kept, replaced a minute before they end.

However many threads or tasks ask for the same member at once, one exchange is made and all
get its result, be it a token or an error. Errors are not kept: the next caller tries anew.
"""

import asyncio
from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial
from threading import Lock
from typing import Final, Self

import httpx

from gatehouse_client._clock import Clock, wall_clock
from gatehouse_client._exchange import (
    TIMEOUT,
    Exchange,
    SessionToken,
    Subject,
    TokenCache,
    unreachable,
)
from gatehouse_client.assertions import AssertionSigner
from gatehouse_client.errors import ExchangeUnavailable

MAX_MEMBERS: Final = 10_000
"""How many members' tokens are kept by default, about 1 KB each."""


class SessionTokens:
    """Hands out session tokens to the threads of one process."""

    def __init__(  # noqa: PLR0913 - the last three have defaults that suit
        self,
        api_url: str,
        api_key: str,
        signer: AssertionSigner,
        *,
        http: httpx.Client | None = None,
        clock: Clock = wall_clock,
        max_members: int = MAX_MEMBERS,
    ) -> None:
        """Exchange at `api_url` (such as "https://gate.example.com") with `api_key`.

        Raises:
            ConfigurationError: The URL is not https (but on loopback), or the key is no key.
        """
        self._exchange = Exchange(api_url, api_key, signer)
        self._http = http or httpx.Client(timeout=TIMEOUT)
        self._owns_http = http is None
        self._clock = clock
        self._cache = TokenCache(max_members)
        self._flights: dict[Subject, Future[str]] = {}
        self._lock = Lock()

    def token(self, member_id: str, *, email: str | None = None, roles: Iterable[str] = ()) -> str:
        """Return a token of `member_id` that is good for at least another minute.

        Raises:
            ExchangeRefused: Gatehouse said no.
            ExchangeUnavailable: Gatehouse gave no usable answer.
        """
        subject = Subject(member_id, email, tuple(roles))
        with self._lock:
            if found := self._cache.find(subject, self._clock()):
                return found
            flight = self._flights.get(subject)
            if first := flight is None:
                flight = self._flights[subject] = Future()
        if first:
            self._fly(subject, flight)
        return flight.result()

    def forget(self, member_id: str) -> None:
        """Drop the member's tokens, for when Gatehouse answers one of them with 401."""
        with self._lock:
            self._cache.forget(member_id)

    def close(self) -> None:
        """Close the HTTP client, unless it was handed in."""
        if self._owns_http:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def _fly(self, subject: Subject, flight: Future[str]) -> None:
        """Make the exchange and land `flight`, whatever happens: others wait for it."""
        try:
            token = self._ask(subject)
        except BaseException as error:
            with self._lock:
                del self._flights[subject]
            # A Ctrl-C is the leader's own; the others hear that there was no answer.
            shared = error if isinstance(error, Exception) else ExchangeUnavailable("interrupted")
            flight.set_exception(shared)
            raise
        with self._lock:
            self._cache.keep(subject, token)
            del self._flights[subject]
        flight.set_result(token.text)

    def _ask(self, subject: Subject) -> SessionToken:
        asked_at = self._clock()
        try:
            response = self._http.post(
                self._exchange.url,
                headers=self._exchange.headers(),
                json=self._exchange.body(subject),
                follow_redirects=False,  # it would carry the assertion somewhere else
            )
        except httpx.HTTPError as error:
            raise unreachable(error) from error
        return self._exchange.token(response, asked_at)


class AsyncSessionTokens:
    """Hands out session tokens to the tasks of one event loop."""

    def __init__(  # noqa: PLR0913 - the last three have defaults that suit
        self,
        api_url: str,
        api_key: str,
        signer: AssertionSigner,
        *,
        http: httpx.AsyncClient | None = None,
        clock: Clock = wall_clock,
        max_members: int = MAX_MEMBERS,
    ) -> None:
        """Take what `SessionTokens` takes, with an asynchronous HTTP client."""
        self._exchange = Exchange(api_url, api_key, signer)
        self._http = http or httpx.AsyncClient(timeout=TIMEOUT)
        self._owns_http = http is None
        self._clock = clock
        self._cache = TokenCache(max_members)
        self._flights: dict[Subject, asyncio.Task[str]] = {}

    async def token(
        self, member_id: str, *, email: str | None = None, roles: Iterable[str] = ()
    ) -> str:
        """Return a token of `member_id`, as `SessionTokens.token` does."""
        subject = Subject(member_id, email, tuple(roles))
        if found := self._cache.find(subject, self._clock()):
            return found
        flight = self._flights.get(subject)
        if flight is None:
            flight = self._flights[subject] = asyncio.create_task(self._fly(subject))
            flight.add_done_callback(partial(self._land, subject))
        # Shielded: one caller that gives up must not take the others down with it.
        return await asyncio.shield(flight)

    def forget(self, member_id: str) -> None:
        """Drop the member's tokens, for when Gatehouse answers one of them with 401."""
        self._cache.forget(member_id)

    async def aclose(self) -> None:
        """Close the HTTP client, unless it was handed in."""
        if self._owns_http:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.aclose()

    async def _fly(self, subject: Subject) -> str:
        token = await self._ask(subject)
        self._cache.keep(subject, token)
        return token.text

    def _land(self, subject: Subject, flight: asyncio.Task[str]) -> None:
        del self._flights[subject]
        if not flight.cancelled():
            # Looked at, so that asyncio reports no error that every caller gave up waiting for.
            flight.exception()

    async def _ask(self, subject: Subject) -> SessionToken:
        asked_at = self._clock()
        try:
            response = await self._http.post(
                self._exchange.url,
                headers=self._exchange.headers(),
                json=self._exchange.body(subject),
                follow_redirects=False,
            )
        except httpx.HTTPError as error:
            raise unreachable(error) from error
        return self._exchange.token(response, asked_at)
