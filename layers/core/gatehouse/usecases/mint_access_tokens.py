"""Make an access token of a grant."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.domain import access_tokens
from gatehouse.domain.access_tokens import LIFETIME_SECONDS, AccessToken
from gatehouse.domain.errors import OAuthRefused
from gatehouse.domain.grants import Grant
from gatehouse.ports.signing import TokenSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a token endpoint gives out (RFC 6749 section 5.1); `lifetime` is in seconds."""

    access_token: str = field(repr=False)
    lifetime: int
    scope: frozenset[str]
    refresh_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MintAccessTokens:
    """Sign access tokens; the key stays where it is."""

    signer: TokenSigner
    new_token_id: Callable[[], str]

    def __call__(self, grant: Grant, *, origin: str, family_id: str | None, now: int) -> Issued:
        """Mint a token; raise `OAuthRefused` for one that would be too long, `Unavailable`."""
        token = AccessToken(
            issuer=origin,
            grant=grant,
            family_id=family_id,
            token_id=self.new_token_id(),
            issued_at=now,
            expires_at=now + LIFETIME_SECONDS,
        )
        signed = access_tokens.signed_text(token, kid=self.signer.kid())
        text = access_tokens.compact(signed, self.signer.sign(signed))
        if len(text) > access_tokens.MAX_LENGTH:
            raise OAuthRefused("invalid_request", "The member's email and roles do not fit a token")
        return Issued(access_token=text, lifetime=LIFETIME_SECONDS, scope=grant.scope)
