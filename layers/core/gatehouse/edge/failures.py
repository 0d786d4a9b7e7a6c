"""Credentials that do not hold, counted by the address they come from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.errors import (
    GatehouseError,
    SessionExpired,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from gatehouse.edge.http import HttpRequest
from gatehouse.usecases.limit_requests import LimitFailures

CREDENTIALS: Final = frozenset({"authorization", "x-service-key"})
"""The headers in which one may come."""


@dataclass(frozen=True, slots=True)
class CountedFailures:
    """Turns one refusal too many into 429; everything else stays what it is.

    The address is the one that API Gateway saw, never one that a header names. A request without
    a credential has guessed nothing, and a token past its end was a good one: its client has to
    be told 401 to fetch another.
    """

    limit: Callable[[], LimitFailures]
    """Called when there is something to count."""

    def __call__(self, request: HttpRequest, error: GatehouseError) -> GatehouseError:
        """Return what to answer: `error`, `TooManyRequests`, or `Unavailable`."""
        is_guess = isinstance(error, Unauthenticated) and not isinstance(error, SessionExpired)
        if not is_guess or request.headers.keys().isdisjoint(CREDENTIALS):
            return error
        return self.count(request) or error

    def count(self, request: HttpRequest) -> TooManyRequests | Unavailable | None:
        """Count a credential that did not hold, wherever it came; return what to answer instead."""
        return self.limit()(request.source_ip, request_id=request.request_id)
