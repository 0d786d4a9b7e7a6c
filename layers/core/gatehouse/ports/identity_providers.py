"""Providers: which there are, and what they answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from gatehouse.domain.identity_providers import Provider
from gatehouse.domain.json_values import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAddresses:
    """Where a provider is asked for what; addresses are URLs that may be called."""

    authorization: str
    token: str
    jwks: str | None = None
    userinfo: str | None = None
    accepts_basic: bool = True
    says_issuer: bool = False
    """Whether its answers name it (RFC 9207), so that one without a name is none of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeExchange:
    """What is handed in for a code."""

    code: str = field(repr=False)
    verifier: str = field(repr=False)
    redirect_uri: str


class Providers(Protocol):
    """The operator's list."""

    def all(self) -> Sequence[Provider]:
        """Return the providers; raise `Unavailable` when they cannot be read or understood."""
        ...


class ProviderServers(Protocol):
    """What providers answer to us. Everything raises `Unavailable` when a provider does not."""

    def addresses(self, provider: Provider, *, now: int) -> ProviderAddresses:
        """Return where to ask."""
        ...

    def redeem(
        self, provider: Provider, addresses: ProviderAddresses, exchange: CodeExchange
    ) -> JsonValue:
        """Hand in a code; return what came for it.

        Raises:
            InvalidAssertion: The provider refused.
        """
        ...

    def fetch(self, url: str, *, access_token: str) -> JsonValue:
        """Return what is at `url` for the holder of an access token."""
        ...
