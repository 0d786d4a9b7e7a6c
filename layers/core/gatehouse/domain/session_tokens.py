"""Member session tokens: `tng_mst_` and a JWT, HMAC-SHA256 under the deployment's key ring.

Minted and read here alone, so only one spelling exists: the header is exactly what `mint` writes.
Reading costs no library beyond the standard one, for it stands before every tool call.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from gatehouse.domain import base64url
from gatehouse.domain.errors import SessionExpired, Unauthenticated
from gatehouse.domain.key_ring import SessionKey
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.strict_json import InvalidJson, parse

PREFIX: Final = "tng_mst_"
LIFETIME_SECONDS: Final = 900
LEEWAY_SECONDS: Final = 30
"""How far the clocks of two instances may be apart when judging `iat`."""
MAX_LENGTH: Final = 6144
MAX_PROVEN: Final = 1024
"""Tokens that an instance remembers as proven; the one unused for longest goes first."""
_TYPE: Final = "mst+jwt"
_CLAIMS: Final = frozenset(
    "iss aud sub exp iat jti kid project_id integration_id member_external_id epoch".split()  # noqa: SIM905
)
_OPTIONAL_CLAIMS: Final = frozenset({"akid", "email", "roles", "xiss"})
_NUMBERS: Final = frozenset({"exp", "iat", "epoch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What a session token says. Times are whole seconds since the Unix epoch.

    `epoch` is the member's at minting; `assertion_kid` the key that vouched for the member, None
    where the deployment allows members without proof, or where `external_issuer` vouched instead.
    """

    project_id: str
    integration_id: str
    member: MemberIdentity
    epoch: int
    assertion_kid: str | None
    token_id: str
    issued_at: int
    expires_at: int
    external_issuer: str | None = None


def issuer(deployment_id: str) -> str:
    """Return who issues and accepts the tokens of one deployment."""
    return f"urn:gatehouse:{deployment_id}"


def subject(member: MemberIdentity) -> str:
    """Return how tokens name a member."""
    return f"member:{member.external_id}"


def mint(session: Session, *, key: SessionKey, deployment_id: str) -> str:
    """Return the token's text."""
    claims: dict[str, object] = {
        "iss": issuer(deployment_id),
        "aud": issuer(deployment_id),
        "sub": subject(session.member),
        "exp": session.expires_at,
        "iat": session.issued_at,
        "jti": session.token_id,
        "kid": key.kid,
        "project_id": session.project_id,
        "integration_id": session.integration_id,
        "member_external_id": session.member.external_id,
        "epoch": session.epoch,
    }
    if session.assertion_kid is not None:
        claims["akid"] = session.assertion_kid
    if session.external_issuer is not None:
        claims["xiss"] = session.external_issuer
    if session.member.email is not None:
        claims["email"] = session.member.email
    if session.member.roles:
        claims["roles"] = list(session.member.roles)
    signed = f"{_header(key.kid)}.{_segment(claims)}"
    return f"{PREFIX}{signed}.{base64url.encode(_signature(signed, key))}"


def presented_kid(token: str) -> str:
    """Return the key id that `token` names, still unproven.

    Raises:
        Unauthenticated: This is no session token.
    """
    header, _, _ = _segments(token)
    return _kid(header)


def read(token: str, *, key: SessionKey, deployment_id: str, now: int) -> Session:
    """Return the session in `token`, proven by `key`.

    Raises:
        Unauthenticated: The token is forged, another deployment's, or not one of ours.
        SessionExpired: It is genuine, and `now` is at or past its end (RFC 7519 section 4.1.4).
    """
    session = _proven(token, key, deployment_id)
    if session.issued_at > now + LEEWAY_SECONDS:
        raise Unauthenticated
    if now >= session.expires_at:
        raise SessionExpired
    return session


@lru_cache(maxsize=MAX_PROVEN)
def _proven(token: str, key: SessionKey, deployment_id: str) -> Session:
    """Return the session in `token`, as far as neither time nor what is stored has a say in it.

    A member's calls bring the same token for minutes. What does not hold is raised, and so never
    remembered; another key, or the same of another time, is another question.
    """
    header, payload, signature = _segments(token)
    if not hmac.compare_digest(_signature(f"{header}.{payload}", key), _decode(signature)):
        raise Unauthenticated
    claims = _claims(payload)
    ours = issuer(deployment_id)
    genuine = (
        claims["iss"] == ours
        and claims["aud"] == ours
        and claims["kid"] == key.kid
        and claims["sub"] == f"member:{claims['member_external_id']}"
        and claims["exp"] <= claims["iat"] + LIFETIME_SECONDS
    )
    if not genuine:
        raise Unauthenticated
    return Session(
        project_id=claims["project_id"],
        integration_id=claims["integration_id"],
        member=MemberIdentity(
            external_id=claims["member_external_id"],
            email=claims.get("email"),
            roles=tuple(claims.get("roles", ())),
        ),
        epoch=claims["epoch"],
        assertion_kid=claims.get("akid"),
        token_id=claims["jti"],
        issued_at=claims["iat"],
        expires_at=claims["exp"],
        external_issuer=claims.get("xiss"),
    )


def _claims(payload: str) -> dict[str, Any]:
    """Parse a payload whose signature holds; anything but what `mint` writes is refused."""
    try:
        claims = parse(_decode(payload))
    except InvalidJson as error:
        raise Unauthenticated from error
    if not isinstance(claims, dict) or not (_CLAIMS <= claims.keys() <= _CLAIMS | _OPTIONAL_CLAIMS):
        raise Unauthenticated
    roles = claims.get("roles", [])
    well_typed = (
        {type(claims[name]) for name in _NUMBERS} == {int}
        and {type(claims[name]) for name in claims.keys() - _NUMBERS - {"roles"}} == {str}
        and isinstance(roles, list)
        and {*map(type, roles)} <= {str}
    )
    if not well_typed:
        raise Unauthenticated
    return claims


@lru_cache(maxsize=8)
def _kid(header: str) -> str:
    """Return the key id of a header, of which a deployment has as many as its ring has keys."""
    try:
        kid = json.loads(_decode(header))["kid"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unauthenticated from error
    # One spelling only: whatever else the header may hold, it is not what `mint` writes.
    if not isinstance(kid, str) or header != _header(kid):
        raise Unauthenticated
    return kid


def _header(kid: str) -> str:
    return _segment({"alg": "HS256", "kid": kid, "typ": _TYPE})


def _segment(document: Mapping[str, object]) -> str:
    return base64url.encode(json.dumps(document, separators=(",", ":")).encode())


def _segments(token: str) -> tuple[str, str, str]:
    parts = token.removeprefix(PREFIX).split(".")
    if not token.startswith(PREFIX) or len(token) > MAX_LENGTH or len(parts) != 3:  # noqa: PLR2004
        raise Unauthenticated
    return parts[0], parts[1], parts[2]


def _signature(signed: str, key: SessionKey) -> bytes:
    return hmac.digest(key.secret, signed.encode(), hashlib.sha256)


def _decode(text: str) -> bytes:
    try:
        return base64url.decode(text)
    except ValueError as error:
        raise Unauthenticated from error
