"""What clients ask at the authorization endpoint (RFC 6749 section 4.1.1, OAuth 2.1, RFC 8707).

Until client and redirect URI are known to belong together nobody is sent anywhere; afterwards
every answer, a refusal too, goes there and nowhere else.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from gatehouse.domain.authorization_codes import CHALLENGE
from gatehouse.domain.errors import OAuthRefused
from gatehouse.domain.grants import MCP, resource_of
from gatehouse.domain.people import Identity

LIFETIME_SECONDS: Final = 600
"""For signing in and deciding."""
_STATE: Final = re.compile(r"[ -~]{1,2048}", re.ASCII)
"""RFC 6749 appendix A.5."""
_NOT_SUPPORTED: Final = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}
"""Other ways to say the same things, which nobody reads here (OpenID Connect Core section 6)."""


class AuthorizationRefused(OAuthRefused):
    """The client is told no, at its redirect URI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """Where an answer goes, and what comes along (RFC 6749 section 4.1.2, RFC 9207)."""

    redirect_uri: str
    state: str | None = field(repr=False)
    issuer: str

    def answer(self, **fields: str) -> str:
        """Return the address that answers; the redirect URI's own query stays."""
        given = {**fields, "iss": self.issuer}
        if self.state is not None:
            given["state"] = self.state
        joint = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{joint}{urlencode(given)}"

    def refusal(self, error: OAuthRefused) -> str:
        """Return the address that says no."""
        return self.answer(error=error.code, error_description=str(error))


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """A request that may be granted. `client_name` is what the client calls itself."""

    client_id: str
    client_name: str
    redirect_uri: str
    state: str | None = field(repr=False)
    challenge: str = field(repr=False)
    resource: str
    scope: frozenset[str]

    def back(self, issuer: str) -> Return:
        """Return where its answer goes."""
        return Return(redirect_uri=self.redirect_uri, state=self.state, issuer=issuer)


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Somebody who has signed in and may now decide; `user_id` is that of an account, if any."""

    identity: Identity
    user_id: str | None = None

    @property
    def subject(self) -> str:
        """How tokens name them. An account's id has no colon, so the two never meet."""
        identity = self.identity
        return f"user:{self.user_id or f'oidc:{identity.provider}:{identity.subject}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingAuthorization:
    """A request under way in one browser, kept under the digest of what the browser is shown.

    `browser` is the digest of that browser's cookie. Without `arrival` nobody has signed in yet.
    """

    request: AuthorizationRequest
    browser: str
    expires_at: int
    arrival: Arrival | None = None


def state_of(query: Mapping[str, str]) -> str | None:
    """Return the client's state, if there is one that could be given back as it is."""
    state = query.get("state", "")
    return state if _STATE.fullmatch(state) else None


def read_request(
    query: Mapping[str, str], *, client_id: str, client_name: str, redirect_uri: str, origin: str
) -> AuthorizationRequest:
    """Read the rest of a request whose client and redirect URI are known to belong together.

    Raises:
        AuthorizationRefused: It cannot be granted to anybody.
    """
    if query.get("state") and state_of(query) is None:
        raise AuthorizationRefused("invalid_request", "state is too long or not ASCII")
    for name, code in _NOT_SUPPORTED.items():
        if name in query:
            raise AuthorizationRefused(code, f"{name} is not supported")
    if query.get("response_type") != "code":
        raise AuthorizationRefused("unsupported_response_type", "response_type must be code")
    if query.get("response_mode", "query") != "query":
        raise AuthorizationRefused("invalid_request", "response_mode must be query")
    challenge = query.get("code_challenge", "")
    if query.get("code_challenge_method") != "S256" or not CHALLENGE.fullmatch(challenge):
        raise AuthorizationRefused("invalid_request", "PKCE with the method S256 is required")
    if frozenset(query.get("scope", MCP).split(" ")) != {MCP}:
        raise AuthorizationRefused("invalid_scope", f"scope may only be {MCP}")
    resource = resource_of(MCP, origin)
    if query.get("resource", resource) != resource:
        raise AuthorizationRefused("invalid_target", f"resource may only be {resource}")
    return AuthorizationRequest(
        client_id=client_id,
        client_name=client_name,
        redirect_uri=redirect_uri,
        state=state_of(query),
        challenge=challenge,
        resource=resource,
        scope=frozenset({MCP}),
    )
