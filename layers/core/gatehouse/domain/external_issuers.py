"""Issuers outside, whose tokens a project trusts to say who a member is."""

import re
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.assertions import LEEWAY_SECONDS, Presented
from gatehouse.domain.errors import InvalidAssertion
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.members import MAX_EMAIL, MemberIdentity, external_id_problem, is_visible

MAX_ISSUERS: Final = 5
MAX_TEXT: Final = 300
"""Characters of each of an issuer's fields."""
FIELDS: Final = ("issuer", "jwks_url", "audience", "member_claim")
_URL: Final = re.compile(
    r"(https?://[^/?#]+)(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(\?[^#\s]*)?)", re.ASCII
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalIssuer:
    """One issuer: its `iss`, its keys' address, our `aud`, and the claim that names the member."""

    issuer: str
    jwks_url: str
    audience: str
    member_claim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalMember:
    """Whom a genuine token speaks of, and until when (epoch seconds)."""

    member: MemberIdentity
    issuer: str
    expires_at: int


def issuer_fields(issuer: ExternalIssuer) -> dict[str, str]:
    """Return an issuer's fields by name."""
    return {name: str(getattr(issuer, name)) for name in FIELDS}


def issuer_document(issuer: ExternalIssuer) -> JsonObject:
    """Return an issuer as JSON."""
    return {**issuer_fields(issuer)}


def read_issuers(value: JsonValue) -> tuple[ExternalIssuer, ...]:
    """Return the issuers that `issuer_document` wrote; raise `ValueError` for anything else."""
    if not isinstance(value, list):
        raise ValueError("external_issuers is not a list")  # noqa: TRY004 - stored, not passed
    return tuple(map(_read, value))


def split_url(url: str) -> tuple[str, str]:
    """Return the origin of a set's address, and the rest; raise `ValueError` for another shape."""
    match = _URL.fullmatch(url)
    if match is None or not url.isascii() or not url.isprintable():
        raise ValueError("must be a URL with a path, such as https://id.example.com/jwks.json")
    return match[1], match[2]


def member_of(presented: Presented, issuer: ExternalIssuer, *, now: int) -> ExternalMember:
    """Judge the claims of a token whose signature holds under one of the issuer's keys.

    Its audience may be one of several, as such issuers write it; ours must be among them.

    Raises:
        InvalidAssertion: It is another issuer's or for somebody else, too old or too early, or
            names no member.
    """
    claims = presented.claims
    if claims.get("iss") != issuer.issuer:
        raise InvalidAssertion("iss is another")
    audiences = claims.get("aud")
    if issuer.audience not in (audiences if isinstance(audiences, list) else [audiences]):
        raise InvalidAssertion("aud is not the project's")
    expires_at = claims.get("exp")
    if type(expires_at) is not int or now >= expires_at:
        raise InvalidAssertion("expired, or exp is no whole number")
    for name in ("iat", "nbf"):
        begins_at = claims.get(name, now)
        if type(begins_at) is not int or begins_at > now + LEEWAY_SECONDS:
            raise InvalidAssertion(f"{name} is in the future, or no whole number")
    member_id = claims.get(issuer.member_claim)
    if not isinstance(member_id, str) or external_id_problem(member_id):
        raise InvalidAssertion("the member's claim is no external id")
    return ExternalMember(
        member=MemberIdentity(external_id=member_id, email=_email(claims)),
        issuer=issuer.issuer,
        expires_at=expires_at,
    )


def _email(claims: JsonObject) -> str | None:
    """Return an address that the issuer has verified; of any other, nothing."""
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True
    if is_verified and isinstance(email, str) and is_visible(email, longest=MAX_EMAIL):
        return email
    return None


def _read(value: JsonValue) -> ExternalIssuer:
    if not isinstance(value, dict) or value.keys() != set(FIELDS):
        raise ValueError("this is no external issuer")
    return ExternalIssuer(**{name: str(value[name]) for name in FIELDS})
