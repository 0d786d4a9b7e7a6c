"""Bytes as base64url without padding (RFC 4648 section 5), in one spelling only.

Written on what `base64` wraps, for a session's first call reads three of them.
"""

from binascii import a2b_base64, b2a_base64
from typing import Final

_TO_URL: Final = bytes.maketrans(b"+/", b"-_")
_FROM_URL: Final = bytes.maketrans(b"-_", b"+/")


def encode(data: bytes) -> str:
    """Write bytes."""
    return b2a_base64(data, newline=False).translate(_TO_URL, b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Read what `encode` writes; raise `ValueError` for every other text."""
    # Python skips characters outside the alphabet, and spare bits may hold anything.
    data = a2b_base64(text.encode().translate(_FROM_URL) + b"=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not base64url")
    return data
