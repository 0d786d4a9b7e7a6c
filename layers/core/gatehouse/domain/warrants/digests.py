"""SHA-256."""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import _Hash


def sha256(data: bytes) -> bytes:
    """Return the 32 bytes of the hash."""
    return _made()(data).digest()


@cache
def _made() -> "Callable[[bytes], _Hash]":
    # OpenSSL is loaded when a warrant comes, not when this package is imported.
    import hashlib  # noqa: PLC0415

    return hashlib.sha256
