"""Signing keys in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gatehouse.domain.jwks import PublicKey, read_public_key


@cache
def rsa_key(name: str, bits: int = 2048) -> rsa.RSAPrivateKey:
    """One key for each name in a test run; making them takes a while."""
    del name
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def public_der(key: rsa.RSAPrivateKey) -> bytes:
    """The public half, as KMS gives it out."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass
class MemorySigningKeys:
    """Keeps `PublishedKeys`."""

    keys: list[rsa.RSAPrivateKey] = field(default_factory=lambda: [rsa_key("A"), rsa_key("B")])
    reads: int = 0

    def published(self) -> Sequence[PublicKey]:
        """See `PublishedKeys.published`."""
        self.reads += 1
        return tuple(read_public_key(public_der(key)) for key in self.keys)


@dataclass
class MemorySigner:
    """Keeps `TokenSigner`."""

    keys: MemorySigningKeys
    active: int = 0

    def kid(self) -> str:
        """See `TokenSigner.kid`."""
        return read_public_key(public_der(self.keys.keys[self.active])).kid

    def sign(self, signed: str) -> bytes:
        """See `TokenSigner.sign`."""
        return self.keys.keys[self.active].sign(signed.encode(), PKCS1v15(), SHA256())
