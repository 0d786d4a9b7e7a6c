"""Keys of others, as their JWK sets show them (RFC 7517)."""

from typing import Final

from gatehouse.domain import base64url
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.json_values import JsonObject, JsonValue

MAX_KEYS: Final = 32
MIN_BITS: Final = 2048
_P256_BYTES: Final = 32


def read_keys(document: JsonValue) -> dict[str, AssertionKey]:
    """Return the signing keys of a JWK set by kid; those of other kinds are left out.

    Two keys of one kid are none: nobody could say which is meant. Raises `ValueError` for what is
    no JWK set.
    """
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or len(keys) > MAX_KEYS:
        raise ValueError("this is no JWK set")
    found: dict[str, AssertionKey | None] = {}
    for each in keys:
        if isinstance(each, dict) and (key := _read(each)):
            found[key.kid] = None if key.kid in found else key
    return {kid: key for kid, key in found.items() if key is not None}


def _read(jwk: JsonObject) -> AssertionKey | None:
    kid = jwk.get("kid")
    if not isinstance(kid, str) or not kid or jwk.get("use", "sig") != "sig":
        return None
    made = _rsa(jwk) if jwk.get("kty") == "RSA" else _p256(jwk)
    if made is None or jwk.get("alg", made[0]) != made[0]:
        return None
    algorithm, pem = made
    return AssertionKey(kid=kid, algorithm=algorithm, public_key_pem=pem, created_at=0)


def _rsa(jwk: JsonObject) -> tuple[AssertionAlgorithm, str] | None:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers  # noqa: PLC0415

    try:
        n, e = (int.from_bytes(base64url.decode(str(jwk[name])), "big") for name in ("n", "e"))
        key = RSAPublicNumbers(e, n).public_key()
    except (KeyError, ValueError):
        return None
    return (AssertionAlgorithm.RS256, _pem(key)) if key.key_size >= MIN_BITS else None


def _p256(jwk: JsonObject) -> tuple[AssertionAlgorithm, str] | None:
    from cryptography.hazmat.primitives.asymmetric.ec import (  # noqa: PLC0415
        SECP256R1,
        EllipticCurvePublicNumbers,
    )

    if (jwk.get("kty"), jwk.get("crv")) != ("EC", "P-256"):
        return None
    try:
        x, y = (base64url.decode(str(jwk[name])) for name in ("x", "y"))
        if len(x) != _P256_BYTES or len(y) != _P256_BYTES:
            return None
        numbers = EllipticCurvePublicNumbers(
            int.from_bytes(x, "big"), int.from_bytes(y, "big"), SECP256R1()
        )
        return AssertionAlgorithm.ES256, _pem(numbers.public_key())
    except (KeyError, ValueError):
        return None


def _pem(key: object) -> str:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
    )

    if not isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        raise TypeError("neither RSA nor P-256")
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
