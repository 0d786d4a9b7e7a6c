"""Keys and warrants as text. No message repeats what was read."""

import base64
import binascii
import re
from typing import Final

from gatehouse.domain.warrants.keys import KEY_BYTES
from gatehouse_client.errors import ConfigurationError

_HEX: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_PEM: Final = re.compile(
    r"-----BEGIN (PUBLIC|PRIVATE) KEY-----([A-Za-z0-9+/=\s]+)-----END \1 KEY-----", re.ASCII
)
_STANDARD: Final = str.maketrans("-_", "+/")

# The one DER form of an Ed25519 key has its bytes at the end of a fixed head (RFC 8410).
_PUBLIC_HEAD: Final = bytes.fromhex("302a300506032b6570032100")
_PRIVATE_HEAD: Final = bytes.fromhex("302e020100300506032b657004220420")
_PAIR_HEAD: Final = bytes.fromhex("3051020101300506032b657004220420")
_PAIR_MIDDLE: Final = bytes.fromhex("812100")
"""Between both halves, where the public one is kept too (RFC 5958)."""


def base64_bytes(text: str) -> bytes | None:
    """Read base64 of either alphabet, padded or not; None for other text."""
    try:
        plain = text.strip().translate(_STANDARD).rstrip("=").encode("ascii")
        return base64.b64decode(plain + b"=" * (-len(plain) % 4), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return None


def base64_text(data: bytes) -> str:
    """Write standard base64, padded."""
    return base64.b64encode(data).decode()


def base64url_text(data: bytes) -> str:
    """Write base64url, not padded."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_bytes(text: str, what: str) -> bytes:
    """Read a key's 32 bytes in base64 or hex; raise `ConfigurationError` for other text."""
    compact = text.strip()
    found = bytes.fromhex(compact) if _HEX.fullmatch(compact) else base64_bytes(compact)
    if found is None or len(found) != KEY_BYTES:
        raise ConfigurationError(f"a {what} is {KEY_BYTES} bytes in base64 or hex")
    return found


def public_pem(key: bytes) -> str:
    """Write a SubjectPublicKeyInfo."""
    return _armour("PUBLIC", _PUBLIC_HEAD + key)


def private_pem(seed: bytes) -> str:
    """Write a PKCS #8, not encrypted."""
    return _armour("PRIVATE", _PRIVATE_HEAD + seed)


def public_bytes(pem: str) -> bytes:
    """Read a SubjectPublicKeyInfo; raise `ConfigurationError` for something else."""
    der = _content("PUBLIC", pem)
    if not der.startswith(_PUBLIC_HEAD):
        raise ConfigurationError("the public key is not an Ed25519 key in PEM")
    return der[len(_PUBLIC_HEAD) :]


def private_bytes(pem: str) -> tuple[bytes, bytes | None]:
    """Read the seed, and the public half where it is there, of a PKCS #8 that is not encrypted.

    Raises:
        ConfigurationError: It is something else.
    """
    der = _content("PRIVATE", pem)
    head, seed, middle, public = der[:16], der[16:48], der[48:51], der[51:]
    if head == _PRIVATE_HEAD and len(seed) == KEY_BYTES and not middle:
        return seed, None
    if head == _PAIR_HEAD and middle == _PAIR_MIDDLE and len(public) == KEY_BYTES:
        return seed, public
    raise ConfigurationError("the signing key is not an unencrypted Ed25519 key in PEM")


def _content(kind: str, pem: str) -> bytes:
    found = _PEM.search(pem)
    if found is None or found[1] != kind:
        return b""
    return base64_bytes("".join(found[2].split())) or b""


def _armour(kind: str, der: bytes) -> str:
    return f"-----BEGIN {kind} KEY-----\n{base64_text(der)}\n-----END {kind} KEY-----\n"
