"""Bytes as base64url without padding (RFC 4648 section 5), in one spelling only."""

from base64 import urlsafe_b64decode, urlsafe_b64encode


def encode(data: bytes) -> str:
    """Write bytes."""
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    """Read what `encode` writes; raise `ValueError` for every other text."""
    # Python skips characters outside the alphabet, and spare bits may hold anything.
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if encode(data) != text:
        raise ValueError("not base64url")
    return data
