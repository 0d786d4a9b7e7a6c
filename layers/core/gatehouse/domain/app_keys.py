"""Keys of service apps: `gsa_` + app (12) + key (4) + secret (32) + checksum (5), base62.

Built like a project's API keys, and stored like them: as the SHA-256 of the whole text.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import base62
from gatehouse.domain.base62 import CHECKSUM_LENGTH, Choose, checksum
from gatehouse.domain.errors import Unauthenticated

PREFIX: Final = "gsa_"
APP_ID_LENGTH: Final = 12
KEY_ID_LENGTH: Final = 4
SECRET_LENGTH: Final = 32
_LENGTH: Final = APP_ID_LENGTH + KEY_ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedAppKey:
    """A well-formed key: whose it says it is, and the digest that proves it."""

    app_id: str
    key_id: str
    digest: str = field(repr=False)


def new_key(app_id: str, key_id: str, choose: Choose) -> str:
    """Make a key of an app."""
    return compose(app_id, key_id, base62.random_text(SECRET_LENGTH, choose))


def compose(app_id: str, key_id: str, secret: str) -> str:
    """Return the key's text."""
    body = f"{PREFIX}{app_id}{key_id}{secret}"
    return body + checksum(body)


def is_app_id(text: str) -> bool:
    """Say whether there can be an app of this id."""
    return len(text) == APP_ID_LENGTH and base62.is_base62(text)


def read(text: str) -> PresentedAppKey:
    """Take a key apart; raise `Unauthenticated` when its form or checksum is wrong."""
    rest, body, digits = text.removeprefix(PREFIX), text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    well_formed = text.startswith(PREFIX) and len(rest) == _LENGTH and base62.is_base62(rest)
    if not well_formed or not hmac.compare_digest(digits, checksum(body)):
        raise Unauthenticated
    return PresentedAppKey(
        app_id=rest[:APP_ID_LENGTH],
        key_id=rest[APP_ID_LENGTH : APP_ID_LENGTH + KEY_ID_LENGTH],
        digest=digest(text),
    )


def digest(text: str) -> str:
    """Return what is stored of a key."""
    return hashlib.sha256(text.encode()).hexdigest()
