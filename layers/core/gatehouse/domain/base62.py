"""Base62: digits, upper case, lower case, in ASCII order."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
CHECKSUM_LENGTH: Final = 5
_MEMBERS: Final = frozenset(ALPHABET)

Choose = Callable[[int], int]
"""Picks a number below its argument; `secrets.randbelow` outside tests."""


def random_text(length: int, choose: Choose = secrets.randbelow) -> str:
    """Return `length` random characters; 5.95 bits each."""
    return "".join(ALPHABET[choose(62)] for _ in range(length))


def encode(number: int, length: int) -> str:
    """Write `number` with exactly `length` digits; it must be below 62 ** `length`."""
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def is_base62(text: str) -> bool:
    """Say whether `text` is not empty and holds base62 characters only."""
    return bool(text) and _MEMBERS.issuperset(text)


def checksum(body: str) -> str:
    """Return five digits that tell a mistyped `body` from a right one; they prove nothing."""
    number = int.from_bytes(hashlib.sha256(body.encode()).digest()[:8], "big")
    return encode(number % 62**CHECKSUM_LENGTH, CHECKSUM_LENGTH)
