"""Refresh tokens and session cookies: opaque texts that name a family and prove its possession.

`grt_` or `gcs_`, the family's id (16), a secret (32) and a checksum (5), base62. The secret's 190
random bits need neither salt nor slow hash: what is stored is the SHA-256 of the whole text.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import base62
from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import Unauthenticated

REFRESH: Final = "grt_"
COOKIE: Final = "gcs_"
FAMILY_ID_LENGTH: Final = 16
SECRET_LENGTH: Final = 32
_LENGTH: Final = FAMILY_ID_LENGTH + SECRET_LENGTH + base62.CHECKSUM_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedToken:
    """A well-formed token: the family it names, and the digest that proves it."""

    family_id: str
    digest: str = field(repr=False)


def new_family_id(choose: Choose) -> str:
    """Make a family's id."""
    return base62.random_text(FAMILY_ID_LENGTH, choose)


def new_token(prefix: str, family_id: str, choose: Choose) -> str:
    """Make a token of a family; `prefix` is `REFRESH` or `COOKIE`."""
    body = f"{prefix}{family_id}{base62.random_text(SECRET_LENGTH, choose)}"
    return body + base62.checksum(body)


def read(prefix: str, text: str) -> PresentedToken:
    """Take a token apart; raise `Unauthenticated` when its form or checksum is wrong."""
    rest, body = text.removeprefix(prefix), text[: -base62.CHECKSUM_LENGTH]
    well_formed = text.startswith(prefix) and len(rest) == _LENGTH and base62.is_base62(rest)
    checksum = text[-base62.CHECKSUM_LENGTH :]
    if not well_formed or not hmac.compare_digest(checksum, base62.checksum(body)):
        raise Unauthenticated
    return PresentedToken(family_id=rest[:FAMILY_ID_LENGTH], digest=digest(text))


def digest(text: str) -> str:
    """Return what is stored of a token, or of an authorization code."""
    return hashlib.sha256(text.encode()).hexdigest()
