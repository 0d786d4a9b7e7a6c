"""Providers in memory, which say what a test has them say."""

from dataclasses import dataclass, field

from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.errors import InvalidAssertion
from gatehouse.domain.identity_providers import Provider, ProviderKind
from gatehouse.domain.json_values import JsonValue
from gatehouse.ports.identity_providers import CodeExchange, ProviderAddresses


@dataclass
class MemoryProviders:
    """Keeps `Providers`."""

    listed: list[Provider]

    def all(self) -> list[Provider]:
        """See `Providers.all`."""
        return self.listed


@dataclass
class MemoryProviderServers:
    """Keeps `ProviderServers`; `answers` are by code, `documents` by address."""

    answers: dict[str, JsonValue] = field(default_factory=dict)
    documents: dict[str, JsonValue] = field(default_factory=dict)
    exchanged: list[CodeExchange] = field(default_factory=list)
    says_issuer: bool = False

    def addresses(self, provider: Provider, *, now: int) -> ProviderAddresses:
        """See `ProviderServers.addresses`."""
        del now
        base = provider.issuer or "https://api.github.com"
        return ProviderAddresses(
            authorization=f"{base}/authorize",
            token=f"{base}/token",
            jwks=None if provider.kind is ProviderKind.GITHUB else f"{base}/jwks",
            userinfo=f"{base}/user",
            says_issuer=self.says_issuer,
        )

    def redeem(
        self, provider: Provider, addresses: ProviderAddresses, exchange: CodeExchange
    ) -> JsonValue:
        """See `ProviderServers.redeem`."""
        del provider, addresses
        self.exchanged.append(exchange)
        if exchange.code not in self.answers:
            raise InvalidAssertion("the provider refused the code")
        return self.answers.pop(exchange.code)

    def fetch(self, url: str, *, access_token: str) -> JsonValue:
        """See `ProviderServers.fetch`."""
        del access_token
        return self.documents[url]


@dataclass
class MemoryJwkSets:
    """Keeps `JwkSets`, by address and kid."""

    keys: dict[tuple[str, str], AssertionKey] = field(default_factory=dict)

    def key(self, url: str, kid: str, *, now: int) -> AssertionKey | None:
        """See `JwkSets.key`."""
        del now
        return self.keys.get((url, kid))
