"""Authorization codes (RFC 6749 section 4.1) and PKCE (RFC 7636): what one is bound to."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import base62, base64url
from gatehouse.domain.base62 import Choose
from gatehouse.domain.grants import Grant

PREFIX: Final = "gac_"
SECRET_LENGTH: Final = 43
LIFETIME_SECONDS: Final = 60
CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)
"""A SHA-256 in base64url: all that a challenge of the method S256 can be."""
VERIFIER: Final = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)
"""RFC 7636 section 4.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationCode:
    """What was agreed at the authorization endpoint; kept under `family_tokens.digest(code)`.

    `device` is the browser's User-Agent. `family_id` is what its one use began.
    """

    grant: Grant
    redirect_uri: str
    challenge: str = field(repr=False)
    device: str
    expires_at: int
    used_at: int | None = None
    family_id: str | None = None


def new_code(choose: Choose) -> str:
    """Make a code's text: 256 random bits."""
    return PREFIX + base62.random_text(SECRET_LENGTH, choose)


def proves(verifier: str, challenge: str) -> bool:
    """Say whether `verifier` is what `challenge` was made of (RFC 7636 section 4.6, S256 only)."""
    if not VERIFIER.fullmatch(verifier):
        return False
    made = base64url.encode(hashlib.sha256(verifier.encode("ascii")).digest())
    return hmac.compare_digest(made, challenge)
