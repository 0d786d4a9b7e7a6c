"""Member assertions: JWTs by which a project's backend vouches for one of its members, once.

Reading takes three steps, and only their order makes them safe: `read` says what a text claims,
the signature is checked under the key that the project registered, and `vouched` judges the
claims. Whatever is wrong is told to the log and not to the caller.
"""

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import base64url
from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.errors import InvalidAssertion, InvalidRequest
from gatehouse.domain.ids import KID
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.members import (
    MAX_EMAIL,
    MAX_ROLE,
    MAX_ROLES,
    MemberIdentity,
    external_id_problem,
    is_visible,
)
from gatehouse.domain.strict_json import InvalidJson, parse

MAX_LENGTH: Final = 8192
MAX_LIFETIME_SECONDS: Final = 120
RECOMMENDED_LIFETIME_SECONDS: Final = 60
LEEWAY_SECONDS: Final = 30
"""How far a backend's clock may be from ours, in either direction."""
MAX_TOKEN_ID: Final = 256
UNRESOLVED: Final = "Could not resolve member_external_id"

# Whatever else a header may hold asks for something: another key (jwk, jku, x5c, x5u), another
# encoding (b64, zip, cty) or an extension (crit). Nothing of that is done here.
_HEADER: Final = frozenset({"alg", "kid", "typ"})
_TYPES: Final = frozenset({"jwt"})
# Issuers outside also say which certificate is theirs, and what kind of token it is.
_FOREIGN_HEADER: Final = _HEADER | {"x5t", "x5t#S256"}
_FOREIGN_TYPES: Final = _TYPES | {"at+jwt", "application/at+jwt"}
_FOREIGN_KID: Final = re.compile(r"[!-~]{1,256}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Presented:
    """What an assertion says before anything of it is proven. `signed` is `header.payload`."""

    kid: str
    algorithm: str
    claims: JsonObject = field(repr=False)
    signed: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouched:
    """What a genuine assertion says.

    `kid` is the key that vouched. `mark` names the assertion, so that it is accepted once;
    `dead_at` (epoch seconds) is when nobody would accept it any more; `lifetime` is in seconds.
    """

    member: MemberIdentity
    kid: str
    mark: str
    dead_at: int
    lifetime: int


def read(text: str) -> Presented:
    """Take a compact JWS apart (RFC 7515 section 7.1); raise `InvalidAssertion`."""
    return _read(text, _HEADER, _TYPES, KID)


def read_foreign(text: str) -> Presented:
    """Take apart a token of an issuer outside; raise `InvalidAssertion`."""
    return _read(text, _FOREIGN_HEADER, _FOREIGN_TYPES, _FOREIGN_KID)


def named_issuer(text: str) -> str | None:
    """Return the issuer that `text` names, only to know whom to ask; prove nothing."""
    try:
        issuer = read_foreign(text).claims.get("iss")
    except InvalidAssertion:
        return None
    return issuer if isinstance(issuer, str) else None


def _read(
    text: str, fields: frozenset[str], types: frozenset[str], kids: re.Pattern[str]
) -> Presented:
    parts = text.split(".")
    if len(text) > MAX_LENGTH or len(parts) != 3:  # noqa: PLR2004
        raise InvalidAssertion("not three segments of a compact JWS within 8 KB")
    header, claims = _object(parts[0], "header"), _object(parts[1], "payload")
    _decoded(parts[2], "signature")
    kid, algorithm = header.get("kid"), header.get("alg")
    if unknown := header.keys() - fields:
        raise InvalidAssertion(f"header has {', '.join(sorted(unknown))[:64]}")
    if not isinstance(kid, str) or not kids.fullmatch(kid):
        raise InvalidAssertion("header names no kid")
    if not isinstance(algorithm, str):
        raise InvalidAssertion("header names no algorithm")
    if str(header.get("typ", "JWT")).lower() not in types:
        raise InvalidAssertion("header has another typ")
    return Presented(kid=kid, algorithm=algorithm, claims=claims, signed=f"{parts[0]}.{parts[1]}")


def named(text: str) -> tuple[str | None, str | None]:
    """Return the kid and the member that `text` names, only to know what to read; prove nothing."""
    try:
        presented = read(text)
    except InvalidAssertion:
        return None, None
    subject = presented.claims.get("sub")
    if not isinstance(subject, str) or external_id_problem(subject):
        subject = None
    return presented.kid, subject


def require_key(presented: Presented, key: AssertionKey | None) -> AssertionKey:
    """Return `key` if it may verify the assertion; raise `InvalidAssertion`.

    The algorithm is the registered one. The header is only asked whether it says the same.
    """
    if key is None or key.kid != presented.kid:
        raise InvalidAssertion("unknown kid")
    if not key.is_active:
        raise InvalidAssertion("deactivated key")
    if presented.algorithm not in key.algorithm.header_names:
        raise InvalidAssertion("not the key's algorithm")
    return key


def vouched(presented: Presented, *, project_id: str, now: int) -> Vouched:
    """Return what an assertion says whose signature holds.

    Raises:
        InvalidAssertion: It is for another project, too old, too early or too long-lived, or says
            something that cannot be.
        InvalidRequest: Everything else holds, but it names no member.
    """
    claims = presented.claims
    if claims.get("aud") not in (audience := f"tengine:project:{project_id}", [audience]):
        raise InvalidAssertion("aud is not this project")
    issued_at, expires_at = _seconds(claims, "iat"), _seconds(claims, "exp")
    if now >= expires_at + LEEWAY_SECONDS:
        raise InvalidAssertion("expired")
    if max(issued_at, _seconds(claims, "nbf", default=issued_at)) > now + LEEWAY_SECONDS:
        raise InvalidAssertion("not valid yet")
    if not 0 < expires_at - issued_at <= MAX_LIFETIME_SECONDS:
        raise InvalidAssertion(f"exp - iat is not within {MAX_LIFETIME_SECONDS} seconds")
    return Vouched(
        member=MemberIdentity(
            external_id=_subject(claims), email=_email(claims), roles=_roles(claims)
        ),
        kid=presented.kid,
        mark=_mark(presented, project_id),
        dead_at=expires_at + LEEWAY_SECONDS,
        lifetime=expires_at - issued_at,
    )


def _subject(claims: JsonObject) -> str:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise InvalidRequest(UNRESOLVED)
    if problem := external_id_problem(subject):
        raise InvalidAssertion(f"sub {problem}")
    return subject


def _email(claims: JsonObject) -> str | None:
    email = claims.get("email")
    if email is None:
        return None
    if not isinstance(email, str) or not is_visible(email, longest=MAX_EMAIL):
        raise InvalidAssertion("email is no visible text of at most 320 characters")
    return email


def _roles(claims: JsonObject) -> tuple[str, ...]:
    roles = claims.get("roles")
    if roles is None:
        return ()
    if not isinstance(roles, list) or len(roles) > MAX_ROLES:
        raise InvalidAssertion("roles is no list of at most 50")
    if not all(isinstance(role, str) and is_visible(role, longest=MAX_ROLE) for role in roles):
        raise InvalidAssertion("a role is no visible text of at most 64 characters")
    return tuple(roles)


def _mark(presented: Presented, project_id: str) -> str:
    """Name the assertion: by its `jti`, else by what was signed.

    Never by the whole text: from one ECDSA signature anyone can make a second (s becomes n - s).
    """
    token_id = presented.claims.get("jti")
    if token_id is None:
        named_by = ["assertion-signed", project_id, presented.kid, presented.signed]
    elif isinstance(token_id, str) and 1 <= len(token_id) <= MAX_TOKEN_ID:
        named_by = ["assertion-jti", project_id, presented.kid, token_id]
    else:
        raise InvalidAssertion("jti is no text of 1 to 256 characters")
    return hashlib.sha256(json.dumps(named_by).encode()).hexdigest()


def _seconds(claims: JsonObject, name: str, *, default: int | None = None) -> int:
    """Read a NumericDate (RFC 7519 section 2) in whole seconds; True is no number."""
    value = claims.get(name, default)
    if type(value) is not int:
        raise InvalidAssertion(f"{name} is no whole number")
    return value


def _object(segment: str, name: str) -> JsonObject:
    try:
        value: JsonValue = parse(_decoded(segment, name))
    except InvalidJson as error:
        raise InvalidAssertion(f"{name} is no JSON of one reading") from error
    if not isinstance(value, dict):
        raise InvalidAssertion(f"{name} is no JSON object")
    return value


def _decoded(segment: str, name: str) -> bytes:
    try:
        return base64url.decode(segment)
    except ValueError as error:
        raise InvalidAssertion(f"{name} is not base64url in its one spelling") from error
