"""What a provider says of somebody: id tokens, userinfo, and GitHub's own answers.

OpenID Connect Core section 3.1.3.7, read strictly. The signature is checked elsewhere, between
`assertions.read_foreign` and `require_genuine`; nothing here is believed before it.
"""

import hmac
from typing import Final

from gatehouse.domain.assertions import LEEWAY_SECONDS, Presented
from gatehouse.domain.email_addresses import normalized
from gatehouse.domain.errors import InvalidAssertion, NotFound
from gatehouse.domain.identity_providers import Provider, ProviderKind
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.members import is_visible
from gatehouse.domain.people import Identity

MAX_SUBJECT: Final = 200
"""Characters of what a provider calls somebody; OpenID Connect allows 255, nobody uses them."""
MAX_AGE_SECONDS: Final = 600
"""How old an id token may be that was made for a sign-in of this very moment."""
MAX_NAME: Final = 200


class UnverifiedEmail(NotFound):
    """The provider does not vouch for an address, so there is nobody to let in."""

    def __init__(self) -> None:
        super().__init__("Your provider did not confirm an e-mail address of yours")


def require_genuine(
    presented: Presented, provider: Provider, *, nonce: str, now: int
) -> JsonObject:
    """Return the claims of an id token whose signature holds.

    Raises:
        InvalidAssertion: It is another issuer's, for somebody else, for another sign-in, or old.
    """
    claims = presented.claims
    if claims.get("iss") != provider.issuer:
        raise InvalidAssertion("iss is another")
    _require_audience(claims, provider.client_id)
    expires_at, issued_at = _seconds(claims, "exp"), _seconds(claims, "iat")
    if now >= expires_at + LEEWAY_SECONDS:
        raise InvalidAssertion("the id token has expired")
    begins_at = max(issued_at, _seconds(claims, "nbf") if "nbf" in claims else issued_at)
    if begins_at > now + LEEWAY_SECONDS or issued_at < now - MAX_AGE_SECONDS:
        raise InvalidAssertion("the id token is not of this moment")
    given = claims.get("nonce")
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), nonce.encode()):
        raise InvalidAssertion("nonce is another")
    if provider.kind is ProviderKind.ENTRA and claims.get("tid") != provider.tenant:
        raise InvalidAssertion("tid is another tenant")
    _subject(claims)
    return claims


def has_email(claims: JsonObject, provider: Provider) -> bool:
    """Say whether an id token is all there will be: userinfo is asked where it has no address."""
    return "email" in claims or provider.kind is ProviderKind.ENTRA


def with_userinfo(claims: JsonObject, userinfo: JsonValue) -> JsonObject:
    """Return the claims with those of the userinfo answer (section 5.3.2).

    Raises:
        InvalidAssertion: It is about somebody else: whose token was answered for is unknown.
    """
    if not isinstance(userinfo, dict) or userinfo.get("sub") != claims["sub"]:
        raise InvalidAssertion("userinfo is about somebody else")
    more = {
        name: userinfo[name] for name in ("email", "email_verified", "name") if name in userinfo
    }
    return {**more, **claims}


def identity(claims: JsonObject, provider: Provider) -> Identity:
    """Return who it is; raise `UnverifiedEmail`, `InvalidAssertion`."""
    is_entra = provider.kind is ProviderKind.ENTRA
    email = _entra_email(claims) if is_entra else _verified_email(claims)
    if email is None:
        raise UnverifiedEmail
    return Identity(
        provider=provider.id,
        subject=_subject(claims),
        email=email,
        name=_name(claims.get("name")),
    )


def github_identity(provider: Provider, user: JsonValue, emails: JsonValue) -> Identity:
    """Return who it is by GitHub's `/user` and `/user/emails`: the primary address, verified.

    Raises:
        InvalidAssertion: The answers are none of GitHub's.
        UnverifiedEmail: Nobody confirmed the primary address.
    """
    number = user.get("id") if isinstance(user, dict) else None
    if type(number) is not int or number < 1 or not isinstance(emails, list):
        raise InvalidAssertion("GitHub's answer is not of its form")
    primary = [
        each["email"]
        for each in emails
        if isinstance(each, dict) and each.get("primary") is True and each.get("verified") is True
    ]
    email = normalized(primary[0]) if len(primary) == 1 else None
    if email is None:
        raise UnverifiedEmail
    name = user.get("name") if isinstance(user, dict) else None
    return Identity(provider=provider.id, subject=str(number), email=email, name=_name(name))


def _require_audience(claims: JsonObject, client_id: str) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    if client_id not in audiences:
        raise InvalidAssertion("aud is somebody else")
    if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != client_id:
        raise InvalidAssertion("azp is somebody else")


def _verified_email(claims: JsonObject) -> str | None:
    # "true" as a text is what somebody wrote, and not what the standard has.
    return normalized(claims.get("email")) if claims.get("email_verified") is True else None


def _entra_email(claims: JsonObject) -> str | None:
    """Return an address of the pinned tenant, which says whether its domain's owner confirmed it.

    Entra has no `email_verified`. Only `xms_edov` (optional) speaks of the address; where it is
    given, it must not say no.
    """
    if "xms_edov" in claims and claims["xms_edov"] not in (True, "1", "true", "True"):
        return None
    return normalized(claims.get("email", claims.get("preferred_username")))


def _subject(claims: JsonObject) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.isascii():
        raise InvalidAssertion("sub is no ASCII text")
    if not is_visible(subject, longest=MAX_SUBJECT) or subject != subject.strip():
        raise InvalidAssertion("sub is empty, too long, or has invisible characters")
    return subject


def _name(value: JsonValue) -> str | None:
    return value if isinstance(value, str) and is_visible(value, longest=MAX_NAME) else None


def _seconds(claims: JsonObject, name: str) -> int:
    value = claims.get(name)
    if type(value) is not int:
        raise InvalidAssertion(f"{name} is no whole number")
    return value
