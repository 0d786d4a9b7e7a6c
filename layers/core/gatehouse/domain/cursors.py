"""Where a list goes on: sealed text that only its own project and list accept, for an hour.

A cursor holds the name after which to go on and its end, under HMAC-SHA256. It says nothing that
its holder has not already seen, so it is not encrypted.
"""

import hashlib
import hmac
from typing import Final

from gatehouse.domain import base64url
from gatehouse.domain.errors import InvalidRequest

LIFETIME_SECONDS: Final = 3600
MAX_LENGTH: Final = 1024
_MAC_LENGTH: Final = 32
_END_LENGTH: Final = 8


class InvalidCursor(InvalidRequest):
    """The cursor is forged, another project's or list's, or past its end."""

    def __init__(self) -> None:
        super().__init__("The cursor is not valid here, or no longer; list again without one")


def write(after: str, *, key: bytes, kind: str, now: int) -> str:
    """Return the cursor that goes on after `after` in the list called `kind`.

    Args:
        after: The last name already listed.
        key: 32 bytes that belong to one project.
        kind: Which list this is, so that no other accepts it.
        now: Seconds since the Unix epoch; the cursor ends `LIFETIME_SECONDS` later.
    """
    sealed = (now + LIFETIME_SECONDS).to_bytes(_END_LENGTH, "big") + after.encode()
    return base64url.encode(_mac(sealed, key, kind) + sealed)


def read(cursor: str, *, key: bytes, kind: str, now: int) -> str:
    """Return the name after which to go on.

    Raises:
        InvalidCursor: `write` did not make it with this key and kind, or its end has come.
    """
    data = _decode(cursor)
    mac, sealed = data[:_MAC_LENGTH], data[_MAC_LENGTH:]
    if not hmac.compare_digest(mac, _mac(sealed, key, kind)):
        raise InvalidCursor
    if now >= int.from_bytes(sealed[:_END_LENGTH], "big"):
        raise InvalidCursor
    return sealed[_END_LENGTH:].decode()


def _mac(sealed: bytes, key: bytes, kind: str) -> bytes:
    # `kind` is ours and holds no NUL, so the two parts cannot run into each other.
    return hmac.digest(key, kind.encode() + b"\0" + sealed, hashlib.sha256)


def _decode(cursor: str) -> bytes:
    if len(cursor) > MAX_LENGTH:
        raise InvalidCursor
    try:
        return base64url.decode(cursor)
    except ValueError as error:
        raise InvalidCursor from error
