"""Project API keys: `tengine_` + project (8) + integration (8) + secret (24) + checksum (5).

The checksum lets a mistyped key be refused without a read. The secret's 143 random bits need
neither salt nor slow hash, so a key is stored as the SHA-256 of its whole text.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from gatehouse.domain import base62
from gatehouse.domain.base62 import CHECKSUM_LENGTH, checksum
from gatehouse.domain.errors import Unauthenticated

PREFIX: Final = "tengine_"
ID_LENGTH: Final = 8
SECRET_LENGTH: Final = 24
KEY_LENGTH: Final = len(PREFIX) + 2 * ID_LENGTH + SECRET_LENGTH + CHECKSUM_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedKey:
    """A well-formed key: whose it says it is, and the digest that proves it."""

    project_id: str
    integration_id: str
    digest: str


def is_id(text: str) -> bool:
    """Say whether there can be a project, or an integration, of this id."""
    return len(text) == ID_LENGTH and base62.is_base62(text)


def compose(project_id: str, integration_id: str, secret: str) -> str:
    """Return the key's text."""
    body = f"{PREFIX}{project_id}{integration_id}{secret}"
    return body + checksum(body)


def read(text: str) -> PresentedKey:
    """Take a key apart; raise `Unauthenticated` when its form or checksum is wrong."""
    body, digits = text[:-CHECKSUM_LENGTH], text[-CHECKSUM_LENGTH:]
    rest = body.removeprefix(PREFIX)
    well_formed = (
        len(text) == KEY_LENGTH and text.startswith(PREFIX) and base62.is_base62(rest + digits)
    )
    if not well_formed or not hmac.compare_digest(digits, checksum(body)):
        raise Unauthenticated
    return PresentedKey(
        project_id=rest[:ID_LENGTH],
        integration_id=rest[ID_LENGTH : 2 * ID_LENGTH],
        digest=digest(text),
    )


def digest(text: str) -> str:
    """Return what is stored of a key: the hexadecimal SHA-256 of its whole text."""
    return hashlib.sha256(text.encode()).hexdigest()
