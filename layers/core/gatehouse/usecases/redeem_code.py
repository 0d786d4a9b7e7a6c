"""Trade an authorization code for tokens (RFC 6749 section 4.1.3, RFC 7636, RFC 8707)."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from gatehouse.domain import family_tokens, oauth_clients, replays
from gatehouse.domain.authorization_codes import AuthorizationCode, proves
from gatehouse.domain.base62 import Choose
from gatehouse.domain.client_registrations import USED_SECONDS
from gatehouse.domain.errors import OAuthRefused
from gatehouse.domain.families import FamilyKind, begun
from gatehouse.domain.grants import Grant
from gatehouse.ports.oauth_clients import ClientRegistrations
from gatehouse.ports.sessions import Codes, Families
from gatehouse.usecases.authenticate_client import ProvenClient
from gatehouse.usecases.mint_access_tokens import Issued, MintAccessTokens

INVALID_GRANT: Final = "invalid_grant"
INVALID_TARGET: Final = "resource is not what was granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRequest:
    """What comes with a code."""

    code: str = field(repr=False)
    redirect_uri: str
    verifier: str = field(repr=False)
    resource: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemCode:
    """Begin a session with a code; nothing that fails uses it up, and a second use ends it all."""

    codes: Codes
    families: Families
    registrations: ClientRegistrations
    mint: MintAccessTokens
    clock: Callable[[], int]
    choose: Choose

    def __call__(
        self,
        client: ProvenClient,
        request: CodeRequest,
        *,
        origin: str,
        admitted: Callable[[Grant], None],
    ) -> Issued:
        """Redeem; `admitted` is told what was granted once the code holds, and may refuse.

        Raises:
            OAuthRefused: `invalid_grant` or `invalid_target`.
            TooManyRequests: `admitted` said so.
            Unavailable: Nothing was used up.
        """
        now = self.clock()
        digest = family_tokens.digest(request.code)
        code = self.codes.get(digest)
        if code is None:
            raise invalid_grant("unknown code")
        self._require_unused(code, now)
        _require_bound(code, client, request, now)
        if not (code.grant.resource or "").startswith(f"{origin}/"):
            raise invalid_grant("granted at another origin")
        admitted(code.grant)
        if oauth_clients.is_self_registered_id(client.id):
            self.registrations.keep(client.id, expires_at=now + USED_SECONDS)
        family = begun(
            family_tokens.new_family_id(self.choose),
            FamilyKind.OAUTH,
            code.grant,
            device=code.device,
            now=now,
        )
        # Signed first, so that a code is not used up where no token can be made.
        issued = self.mint(family.grant, origin=origin, family_id=family.id, now=now)
        refresh = family_tokens.new_token(family_tokens.REFRESH, family.id, self.choose)
        if not self.codes.redeem(
            digest, family, refresh_digest=family_tokens.digest(refresh), now=now
        ):
            if winner := self.codes.get(digest):
                self._require_unused(winner, now)
            raise invalid_grant("the code is over")
        return replace(issued, refresh_token=refresh)

    def _require_unused(self, code: AuthorizationCode, now: int) -> None:
        """Refuse a second use, and end what the first one began: somebody else has the code."""
        if code.used_at is None:
            return
        if code.family_id is not None:
            self.families.end(code.family_id, now=now)
        raise invalid_grant(replays.CODE)


def invalid_grant(reason: str) -> OAuthRefused:
    """Return the refusal that tells nothing about why."""
    message = "The grant is invalid, expired, used, revoked, or another client's"
    return OAuthRefused(INVALID_GRANT, message, reason=reason)


def _require_bound(
    code: AuthorizationCode, client: ProvenClient, request: CodeRequest, now: int
) -> None:
    """Refuse unless everything is as it was at the authorization endpoint."""
    if now >= code.expires_at:
        raise invalid_grant("the code has expired")
    if code.grant.client_id != client.id:
        raise invalid_grant("another client's code")
    if not hmac.compare_digest(code.redirect_uri.encode(), request.redirect_uri.encode()):
        raise invalid_grant("another redirect_uri")
    if not proves(request.verifier, code.challenge):
        raise invalid_grant("the verifier does not fit")
    if request.resource not in {None, code.grant.resource}:
        raise OAuthRefused("invalid_target", INVALID_TARGET)
