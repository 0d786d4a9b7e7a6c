"""Providers' servers: discovery, token endpoint, userinfo, through the guarded client."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote_plus, urlencode

from gatehouse.domain.errors import InvalidAssertion, Unavailable
from gatehouse.domain.external_issuers import split_url
from gatehouse.domain.identity_providers import Provider, ProviderKind
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.net.documents import Documents, is_found
from gatehouse.ports.identity_providers import CodeExchange, ProviderAddresses

CACHE_SECONDS: Final = 600
WELL_KNOWN: Final = "/.well-known/openid-configuration"
GITHUB: Final = ProviderAddresses(
    authorization="https://github.com/login/oauth/authorize",
    token="https://github.com/login/oauth/access_token",  # noqa: S106 - an address
    userinfo="https://api.github.com/user",
    accepts_basic=False,
)


@dataclass(slots=True)
class GuardedProviders:
    """Keeps `ProviderServers`; discovery documents are kept for ten minutes.

    `may_call` says whether an origin may be called at all: people are sent nowhere else either.
    """

    documents: Documents
    may_call: Callable[[str], bool]
    _known: dict[str, tuple[int, ProviderAddresses]] = field(
        default_factory=dict, init=False, repr=False
    )

    def addresses(self, provider: Provider, *, now: int) -> ProviderAddresses:
        """See `ProviderServers.addresses`."""
        if provider.kind is ProviderKind.GITHUB:
            return GITHUB
        read_at, known = self._known.get(provider.issuer, (0, None))
        if known is None or not read_at <= now < read_at + CACHE_SECONDS:
            known = self._discovered(provider.issuer)
            self._known[provider.issuer] = now, known
        return known

    def redeem(
        self, provider: Provider, addresses: ProviderAddresses, exchange: CodeExchange
    ) -> JsonValue:
        """See `ProviderServers.redeem`."""
        form = {
            "grant_type": "authorization_code",
            "code": exchange.code,
            "redirect_uri": exchange.redirect_uri,
            "code_verifier": exchange.verifier,
            "client_id": provider.client_id,
        }
        headers: tuple[tuple[str, str], ...] = ()
        if addresses.accepts_basic:
            headers = (("Authorization", _basic(provider)),)
        else:
            form["client_secret"] = provider.client_secret
        document = self.documents.post(addresses.token, headers, urlencode(form).encode())
        if 400 <= document.status < 500:  # noqa: PLR2004
            raise InvalidAssertion("the provider refused the code")
        if not is_found(document):
            raise Unavailable
        return document.body

    def fetch(self, url: str, *, access_token: str) -> JsonValue:
        """See `ProviderServers.fetch`."""
        if not access_token.isascii() or not access_token.isprintable() or " " in access_token:
            raise InvalidAssertion("the provider's access token is none")
        document = self.documents.get(url, (("Authorization", f"Bearer {access_token}"),))
        if not is_found(document):
            raise Unavailable
        return document.body

    def _discovered(self, issuer: str) -> ProviderAddresses:
        """Read the discovery document (OpenID Connect Discovery 1.0 section 4)."""
        document = self.documents.get(issuer.rstrip("/") + WELL_KNOWN)
        body = document.body
        if not is_found(document) or not isinstance(body, dict) or body.get("issuer") != issuer:
            raise Unavailable
        methods = body.get("token_endpoint_auth_methods_supported")
        return ProviderAddresses(
            authorization=self._address(body, "authorization_endpoint"),
            token=self._address(body, "token_endpoint"),
            jwks=self._address(body, "jwks_uri"),
            userinfo=self._address(body, "userinfo_endpoint")
            if "userinfo_endpoint" in body
            else None,
            accepts_basic=not isinstance(methods, list) or "client_secret_basic" in methods,
            says_issuer=body.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, document: JsonObject, name: str) -> str:
        url = document.get(name)
        try:
            origin, _ = split_url(url if isinstance(url, str) else "")
        except ValueError as error:
            raise Unavailable from error
        if not self.may_call(origin):
            raise Unavailable
        return str(url)


def _basic(provider: Provider) -> str:
    """Write HTTP Basic, both parts form-encoded before (RFC 6749 section 2.3.1)."""
    pair = f"{quote_plus(provider.client_id)}:{quote_plus(provider.client_secret)}"
    return f"Basic {b64encode(pair.encode()).decode()}"
