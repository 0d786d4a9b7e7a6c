"""The RSA keys that sign access tokens, as everyone may see them (RFC 7517, RFC 7638)."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gatehouse.domain import base64url

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    from gatehouse.domain.json_values import JsonObject

ALGORITHM: Final = "RS256"
MIN_BITS: Final = 2048
"""RFC 7518 section 3.3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """One key; `kid` is its RFC 7638 thumbprint, `n` and `e` are in base64url as a JWK has them."""

    kid: str
    n: str
    e: str
    loaded: "RSAPublicKey" = field(repr=False, compare=False)

    def verifies(self, signed: str, signature: bytes) -> bool:
        """Say whether `signature` is this key's RSASSA-PKCS1-v1_5 with SHA-256 of `signed`."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - see `read_public_key`
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        try:
            self.loaded.verify(signature, signed.encode(), PKCS1v15(), SHA256())
        except InvalidSignature:
            return False
        return True


def read_public_key(data: bytes) -> PublicKey:
    """Read a SubjectPublicKeyInfo, in DER or PEM; raise `ValueError` for all but RSA >= 2048."""
    # 50 ms, and only those need it to whom an access token came.
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        load_der_public_key,
        load_pem_public_key,
    )

    load = load_pem_public_key if data.startswith(b"-----") else load_der_public_key
    try:
        key = load(data)
    except UnsupportedAlgorithm as error:
        raise ValueError("not an RSA key") from error
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_BITS:
        raise ValueError("not an RSA key of 2048 bits or more")
    numbers = key.public_numbers()
    n, e = _text(numbers.n), _text(numbers.e)
    return PublicKey(kid=thumbprint(n, e), n=n, e=e, loaded=key)


def thumbprint(n: str, e: str) -> str:
    """Return the RFC 7638 thumbprint: its members are in the order of names, without spaces."""
    canonical = json.dumps({"e": e, "kty": "RSA", "n": n}, separators=(",", ":"))
    return base64url.encode(hashlib.sha256(canonical.encode("ascii")).digest())


def jwk(key: PublicKey) -> dict[str, str]:
    """Return a key as RFC 7517 writes it; there is no private half that could be in it."""
    return {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": key.kid, "n": key.n, "e": key.e}


def document(keys: Iterable[PublicKey]) -> "JsonObject":
    """Return the JWK set of `keys`."""
    return {"keys": [{**jwk(key)} for key in keys]}


def _text(number: int) -> str:
    """Write a number as RFC 7518 section 2 does: big-endian, no octet more than needed."""
    return base64url.encode(number.to_bytes((number.bit_length() + 7) // 8, "big"))
