"""Public keys with which a project's backend vouches for its members."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from gatehouse.domain.errors import FieldError, InvalidFields

MAX_PEM: Final = 4096
"""Characters of a PEM; a public RSA key of 8,192 bits has about 1,500."""
MIN_RSA_BITS: Final = 2048
"""RFC 7518 section 3.3."""
MAX_RSA_BITS: Final = 8192
"""Verifying with a larger key costs more than it can be worth."""


class AssertionAlgorithm(StrEnum):
    """The signature algorithms a key may be registered for; asymmetric ones only."""

    ES256 = "ES256"
    ES384 = "ES384"
    ED25519 = "Ed25519"
    RS256 = "RS256"

    @property
    def header_names(self) -> frozenset[str]:
        """How a JWS header may spell it; Ed25519 has two names (RFC 8037, RFC 9864)."""
        return frozenset({"EdDSA", "Ed25519"}) if self is self.ED25519 else frozenset({self.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionKey:
    """A registered key. `algorithm` is the only one it verifies, whatever a token's header says."""

    kid: str
    algorithm: AssertionAlgorithm
    public_key_pem: str
    created_at: int
    description: str | None = None
    deactivated_at: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether the key still verifies assertions, and sessions minted through it still hold."""
        return self.deactivated_at is None


def check_public_key(pem: str, algorithm: AssertionAlgorithm) -> str:
    """Return the public key in `pem` in its one spelling, SubjectPublicKeyInfo.

    Raises:
        InvalidFields: It is not one public key, or not one of `algorithm`; the message says so
            and never repeats it.
    """
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - 40 ms
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

    if "PRIVATE KEY" in pem:
        raise _refused("is a private key; keep it to yourself and register its public half")
    if len(pem) > MAX_PEM or pem.count("-----BEGIN") != 1:
        raise _refused("must be one public key in PEM form")
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _refused("must be one public key in PEM form") from None
    if not _fits(key, algorithm):
        raise _refused(f"is not a key for {algorithm}")
    return key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    ).decode()


def _fits(key: object, algorithm: AssertionAlgorithm) -> bool:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa  # noqa: PLC0415

    match algorithm, key:
        case AssertionAlgorithm.ES256, ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return True
        case AssertionAlgorithm.ES384, ec.EllipticCurvePublicKey(curve=ec.SECP384R1()):
            return True
        case AssertionAlgorithm.ED25519, ed25519.Ed25519PublicKey():
            return True
        case AssertionAlgorithm.RS256, rsa.RSAPublicKey():
            return MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
        case _:
            return False


def _refused(message: str) -> InvalidFields:
    return InvalidFields((FieldError("public_key_pem", message),))
