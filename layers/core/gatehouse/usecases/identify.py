"""Learn from a provider who somebody is."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from gatehouse.domain import assertions, base64url, id_tokens
from gatehouse.domain.errors import InvalidAssertion, Unavailable
from gatehouse.domain.identity_providers import Provider, ProviderKind
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.people import Identity
from gatehouse.domain.sign_ins import SignInTransaction
from gatehouse.ports.credentials import AssertionSignatures
from gatehouse.ports.identity_providers import CodeExchange, ProviderAddresses, ProviderServers
from gatehouse.ports.jwk_sets import JwkSets

OIDC_SCOPE: Final = "openid email profile"
GITHUB_SCOPE: Final = "read:user user:email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identify:
    """Send somebody to a provider, and read what it says when they come back."""

    servers: ProviderServers
    sets: JwkSets
    signatures: AssertionSignatures
    clock: Callable[[], int]

    def departure(
        self, provider: Provider, transaction: SignInTransaction, *, state: str, redirect_uri: str
    ) -> str:
        """Return where to send the browser (RFC 6749 section 4.1.1, RFC 7636, OpenID Connect)."""
        addresses = self.servers.addresses(provider, now=self.clock())
        challenge = hashlib.sha256(transaction.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "state": state,
            "code_challenge": base64url.encode(challenge),
            "code_challenge_method": "S256",
        }
        if provider.kind is ProviderKind.GITHUB:
            asked["scope"] = GITHUB_SCOPE
        else:
            asked |= {"scope": OIDC_SCOPE, "nonce": transaction.nonce}
        joint = "&" if "?" in addresses.authorization else "?"
        return f"{addresses.authorization}{joint}{urlencode(asked)}"

    def require_answer_of(self, provider: Provider, issuer: str | None) -> None:
        """Refuse an answer of another provider (RFC 9207 section 2.4).

        Raises:
            InvalidAssertion: It names another issuer, or none where this provider always does.
        """
        if provider.kind is ProviderKind.GITHUB:
            return  # it has no issuer; its callback's path is its own
        addresses = self.servers.addresses(provider, now=self.clock())
        if issuer != provider.issuer and (issuer is not None or addresses.says_issuer):
            raise InvalidAssertion("the answer names another issuer")

    def __call__(
        self, provider: Provider, transaction: SignInTransaction, *, code: str, redirect_uri: str
    ) -> Identity:
        """Hand in the code and return whom the provider speaks of.

        Raises:
            InvalidAssertion: What it says does not hold.
            UnverifiedEmail: It does not vouch for an address.
            Unavailable: It does not answer.
        """
        addresses = self.servers.addresses(provider, now=self.clock())
        exchange = CodeExchange(code=code, verifier=transaction.verifier, redirect_uri=redirect_uri)
        answer = self.servers.redeem(provider, addresses, exchange)
        if not isinstance(answer, dict):
            raise InvalidAssertion("the token endpoint's answer is no object")
        if provider.kind is ProviderKind.GITHUB:
            return self._github(provider, addresses, answer)
        return self._oidc(provider, addresses, answer, nonce=transaction.nonce)

    def _oidc(
        self, provider: Provider, addresses: ProviderAddresses, answer: JsonObject, *, nonce: str
    ) -> Identity:
        now = self.clock()
        token = answer.get("id_token")
        if not isinstance(token, str) or addresses.jwks is None:
            raise InvalidAssertion("there is no id token")
        presented = assertions.read_foreign(token)
        key = self.sets.key(addresses.jwks, presented.kid, now=now)
        self.signatures.verify(token, assertions.require_key(presented, key))
        claims = id_tokens.require_genuine(presented, provider, nonce=nonce, now=now)
        if not id_tokens.has_email(claims, provider) and addresses.userinfo is not None:
            userinfo = self.servers.fetch(addresses.userinfo, access_token=_access_token(answer))
            claims = id_tokens.with_userinfo(claims, userinfo)
        return id_tokens.identity(claims, provider)

    def _github(
        self, provider: Provider, addresses: ProviderAddresses, answer: JsonObject
    ) -> Identity:
        if addresses.userinfo is None:
            raise Unavailable
        access_token = _access_token(answer)
        user = self.servers.fetch(addresses.userinfo, access_token=access_token)
        emails = self.servers.fetch(f"{addresses.userinfo}/emails", access_token=access_token)
        return id_tokens.github_identity(provider, user, emails)


def _access_token(answer: JsonObject) -> str:
    token: JsonValue = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise InvalidAssertion("there is no access token")
    return token
