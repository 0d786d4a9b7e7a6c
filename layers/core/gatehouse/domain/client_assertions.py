"""Assertions by which a service app authenticates instead of by a key (RFC 7523 section 3)."""

import hashlib
import json
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.assertions import LEEWAY_SECONDS, MAX_TOKEN_ID, Presented
from gatehouse.domain.errors import InvalidClient

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
MAX_LIFETIME_SECONDS: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What keeps an assertion from being used again: its name, and until when (epoch seconds)."""

    mark: str
    dead_at: int


def require_genuine(presented: Presented, app_id: str, *, origin: str, now: int) -> Used:
    """Judge the claims of an assertion whose signature holds; raise `InvalidClient`.

    Its audience is the issuer or the token endpoint, one of them and nothing else.
    """
    claims = presented.claims
    if claims.get("iss") != app_id or claims.get("sub") != app_id:
        raise InvalidClient("iss or sub of the assertion is not the client")
    audience = claims.get("aud")
    if isinstance(audience, list) and len(audience) == 1:
        (audience,) = audience
    if not isinstance(audience, str) or audience not in {origin, f"{origin}/oauth/token"}:
        raise InvalidClient("aud of the assertion is not this server")
    expires_at, issued_at = claims.get("exp"), claims.get("iat", now)
    not_before = claims.get("nbf", issued_at)
    if type(expires_at) is not int or type(issued_at) is not int or type(not_before) is not int:
        raise InvalidClient("a time of the assertion is no whole number")
    if now >= expires_at + LEEWAY_SECONDS or expires_at > now + MAX_LIFETIME_SECONDS:
        raise InvalidClient("the assertion has expired, or lives too long")
    if max(issued_at, not_before) > now + LEEWAY_SECONDS:
        raise InvalidClient("the assertion is not valid yet")
    token_id = claims.get("jti")
    if not isinstance(token_id, str) or not 1 <= len(token_id) <= MAX_TOKEN_ID:
        raise InvalidClient("the assertion has no jti")
    named_by = json.dumps(["client-assertion", app_id, token_id])
    return Used(
        mark=hashlib.sha256(named_by.encode()).hexdigest(), dead_at=expires_at + LEEWAY_SECONDS
    )
