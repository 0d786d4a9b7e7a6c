"""OAuth access tokens: JWTs by RFC 9068, signed by RS256 with a key that never leaves KMS.

Minted and read here alone, so only one spelling exists: the header is exactly what `signed_text`
writes, and for each audience the claims are exactly those that `mint` puts there.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from gatehouse.domain import base64url
from gatehouse.domain.errors import SessionExpired, Unauthenticated
from gatehouse.domain.grants import APP, MANAGE, MCP, RESOURCES, SCOPES, USER, Grant
from gatehouse.domain.jwks import ALGORITHM, PublicKey
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.strict_json import InvalidJson, parse

LIFETIME_SECONDS: Final = 900
LEEWAY_SECONDS: Final = 30
"""How far the clocks of two instances may be apart when judging `iat`."""
MAX_LENGTH: Final = 6144
TYPE: Final = "at+jwt"

_COMMON: Final = frozenset({"iss", "aud", "sub", "client_id", "exp", "iat", "jti", "scope"})
_MEMBER: Final = _COMMON | {"sid", "project_id", "integration_id", "member_external_id", "epoch"}
_OF_ROLE: Final = _COMMON | {"sid", "project_id", "role_epoch"}
_OF_APP: Final = _COMMON | {"project_id"}
_OF_ADMIN: Final = _COMMON | {"sid", "admin"}
_OPTIONAL: Final = frozenset({"email", "roles"})
_NUMBERS: Final = frozenset({"exp", "iat", "epoch", "role_epoch"})


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """What an access token says. Times are whole seconds since the Unix epoch.

    `family_id` is the sign-in that it follows from; an app has none. `grant.resource` is its
    audience.
    """

    issuer: str
    grant: Grant
    family_id: str | None
    token_id: str
    issued_at: int
    expires_at: int


def has_shape(credential: str) -> bool:
    """Say whether a credential can be an access token: no other kind has two dots and no prefix."""
    return credential.startswith("eyJ") and credential.count(".") == 2  # noqa: PLR2004


def signed_text(token: AccessToken, *, kid: str) -> str:
    """Return what is to be signed: `header.payload`."""
    payload = json.dumps(_written(token), separators=(",", ":")).encode()
    return f"{_header(kid)}.{base64url.encode(payload)}"


def compact(signed: str, signature: bytes) -> str:
    """Return the token's text."""
    return f"{signed}.{base64url.encode(signature)}"


def presented_kid(token: str) -> str:
    """Return the key id that `token` names, still unproven; raise `Unauthenticated`."""
    header, _, _ = _segments(token)
    try:
        kid = json.loads(base64url.decode(header))["kid"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Unauthenticated from error
    # One spelling only: whatever else the header may ask for, it is not what we write.
    if not isinstance(kid, str) or header != _header(kid):
        raise Unauthenticated
    return kid


def read(token: str, *, key: PublicKey, origin: str, scope: str, now: int) -> AccessToken:
    """Return what `token` says, proven by `key`, for the resource of `scope` at `origin`.

    Raises:
        Unauthenticated: The token is forged, for another audience, or not one of ours.
        SessionExpired: It is genuine, and `now` is at or past its end.
    """
    header, payload, signature = _segments(token)
    if presented_kid(token) != key.kid:
        raise Unauthenticated
    if not key.verifies(f"{header}.{payload}", _bytes(signature)):
        raise Unauthenticated
    claims = _claims(payload)
    genuine = (
        claims["iss"] == origin
        and claims["aud"] == origin + RESOURCES[scope]
        and claims.keys() - _OPTIONAL in _shapes(claims["sub"], scope)
        and claims["iat"] <= now + LEEWAY_SECONDS
        and claims["iat"] < claims["exp"] <= claims["iat"] + LIFETIME_SECONDS
    )
    if not genuine or (scope != MCP and claims.keys() & _OPTIONAL):
        raise Unauthenticated
    if now >= claims["exp"]:
        raise SessionExpired
    return _read(claims)


def _shapes(subject: str, scope: str) -> tuple[frozenset[str], ...]:
    """Return the sets of claims that a token for `scope` may have, one of them exactly."""
    if subject.startswith(USER):
        return (_MEMBER,) if scope == MCP else (_OF_ROLE, _OF_ADMIN)
    if subject.startswith(APP) and scope == MANAGE:
        return (_OF_APP,)
    return ()


def _written(token: AccessToken) -> dict[str, object]:
    grant = token.grant
    member = grant.member
    claims: dict[str, object] = {
        "iss": token.issuer,
        "aud": grant.resource,
        "sub": grant.subject,
        "client_id": grant.client_id,
        "exp": token.expires_at,
        "iat": token.issued_at,
        "jti": token.token_id,
        "sid": token.family_id,
        "scope": " ".join(sorted(grant.scope)),
        "project_id": grant.project_id,
        "integration_id": grant.integration_id,
        "member_external_id": member.external_id if member else None,
        "epoch" if member else "role_epoch": grant.epoch,
        "email": member.email if member else None,
        "roles": list(member.roles) if member and member.roles else None,
        "admin": True if grant.is_admin else None,
    }
    return {name: value for name, value in claims.items() if value is not None}


def _claims(payload: str) -> dict[str, Any]:
    """Parse a payload whose signature holds, and check that each claim is of its type."""
    try:
        claims = parse(_bytes(payload))
    except InvalidJson as error:
        raise Unauthenticated from error
    if not isinstance(claims, dict) or not claims.keys() >= _COMMON:
        raise Unauthenticated
    roles = claims.get("roles", [])
    texts = claims.keys() - _NUMBERS - {"roles", "admin"}
    well_typed = (
        all(type(claims[name]) is int for name in _NUMBERS & claims.keys())
        and all(isinstance(claims[name], str) for name in texts)
        and isinstance(roles, list)
        and all(isinstance(role, str) for role in roles)
        and claims.get("admin", True) is True
        and SCOPES.issuperset(str(claims["scope"]).split(" "))
    )
    if not well_typed:
        raise Unauthenticated
    return claims


def _read(claims: dict[str, Any]) -> AccessToken:
    member = None
    if "member_external_id" in claims:
        member = MemberIdentity(
            external_id=claims["member_external_id"],
            email=claims.get("email"),
            roles=tuple(claims.get("roles", ())),
        )
    return AccessToken(
        issuer=claims["iss"],
        grant=Grant(
            subject=claims["sub"],
            client_id=claims["client_id"],
            scope=frozenset(claims["scope"].split(" ")),
            resource=claims["aud"],
            project_id=claims.get("project_id"),
            integration_id=claims.get("integration_id"),
            member=member,
            epoch=claims.get("epoch", claims.get("role_epoch")),
            is_admin="admin" in claims,
        ),
        family_id=claims.get("sid"),
        token_id=claims["jti"],
        issued_at=claims["iat"],
        expires_at=claims["exp"],
    )


def _header(kid: str) -> str:
    header = {"alg": ALGORITHM, "kid": kid, "typ": TYPE}
    return base64url.encode(json.dumps(header, separators=(",", ":")).encode())


def _segments(token: str) -> tuple[str, str, str]:
    parts = token.split(".")
    if len(token) > MAX_LENGTH or len(parts) != 3:  # noqa: PLR2004
        raise Unauthenticated
    return parts[0], parts[1], parts[2]


def _bytes(segment: str) -> bytes:
    try:
        return base64url.decode(segment)
    except ValueError as error:
        raise Unauthenticated from error
