"""Which public keys may be registered, and for which algorithm."""

from typing import TYPE_CHECKING, Final

from gatehouse.domain.assertion_keys import AssertionAlgorithm
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.ids import KID

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

MAX_PEM: Final = 4096
MIN_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 8192
"""Beyond, one verification costs more than an assertion is worth."""
MIN_RSA_EXPONENT: Final = 65537

_BEGIN: Final = "-----BEGIN PUBLIC KEY-----"


def checked_public_key(kid: str, algorithm: AssertionAlgorithm, pem: str) -> str:
    """Return the key in one spelling, a SubjectPublicKeyInfo in PEM (RFC 7468 section 13).

    Raises:
        InvalidFields: The kid has another shape, or the key is not one for `algorithm`.
    """
    errors = []
    if not KID.fullmatch(kid):
        errors.append(FieldError("kid", "must be 1 to 128 letters, digits and . _ : @ -"))
    key = _loaded(pem)
    problem = "must be a public key in PEM" if key is None else _problem(key, algorithm)
    if problem:
        errors.append(FieldError("public_key_pem", problem))
    if errors or key is None:
        raise InvalidFields(tuple(errors))
    from cryptography.hazmat.primitives.serialization import (  # noqa: PLC0415
        Encoding,
        PublicFormat,
    )

    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _loaded(pem: str) -> "PublicKeyTypes | None":
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    text = pem.strip()
    # One block and nothing beside it: a private key sent along must not be stored anywhere.
    if len(text) > MAX_PEM or not text.startswith(_BEGIN) or text.count("-----BEGIN") != 1:
        return None
    try:
        return load_pem_public_key(text.encode())
    except (ValueError, UnsupportedAlgorithm):
        return None


def _problem(key: "PublicKeyTypes", algorithm: AssertionAlgorithm) -> str | None:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415

    match algorithm:
        case AssertionAlgorithm.ES256:
            fits = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp256r1"
            return None if fits else "must be a P-256 key for ES256"
        case AssertionAlgorithm.ES384:
            fits = isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name == "secp384r1"
            return None if fits else "must be a P-384 key for ES384"
        case AssertionAlgorithm.ED25519:
            fits = isinstance(key, ed25519.Ed25519PublicKey)
            return None if fits else "must be an Ed25519 key for Ed25519"
        case AssertionAlgorithm.RS256:
            if not isinstance(key, rsa.RSAPublicKey):
                return "must be an RSA key for RS256"
            if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
                return f"must have {MIN_RSA_BITS} to {MAX_RSA_BITS} bits"
            fits = key.public_numbers().e >= MIN_RSA_EXPONENT
            return None if fits else f"must have an exponent of at least {MIN_RSA_EXPONENT}"
