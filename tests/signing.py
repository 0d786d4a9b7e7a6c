"""Keys and assertions of a project's backend; honest ones, and all others."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from tests.samples import KID, NOW, PROJECT_ID

PrivateKey = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey | rsa.RSAPrivateKey


@cache
def private_key(name: str) -> PrivateKey:
    """One key for each name in a test run; making RSA keys takes a while."""
    match name.partition(" ")[0]:
        case "ES256":
            return ec.generate_private_key(ec.SECP256R1())
        case "ES384":
            return ec.generate_private_key(ec.SECP384R1())
        case "Ed25519":
            return ed25519.Ed25519PrivateKey.generate()
        case "RS256":
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case _:
            raise ValueError(name)


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A backend that vouches for members of `project_id` under `kid`."""

    algorithm: AssertionAlgorithm = AssertionAlgorithm.ES256
    key: PrivateKey = field(default_factory=lambda: private_key("ES256"))
    kid: str = KID
    project_id: str = PROJECT_ID

    @property
    def registered(self) -> AssertionKey:
        """What the project has registered."""
        pem = self.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return AssertionKey(
            kid=self.kid,
            algorithm=self.algorithm,
            public_key_pem=pem.decode(),
            created_at=NOW,
        )

    @property
    def private_pem(self) -> str:
        """The private half, as a careless backend might send it."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Good claims, changed; a change to None takes a claim away."""
        claims = {
            "sub": "ada",
            "aud": f"tengine:project:{self.project_id}",
            "iat": NOW,
            "exp": NOW + 60,
            **changes,
        }
        return {name: value for name, value in claims.items() if value is not None}

    def header(self, **changes: Any) -> dict[str, Any]:
        """A good header, changed; a change to None takes a member away."""
        name = "EdDSA" if self.algorithm is AssertionAlgorithm.ED25519 else str(self.algorithm)
        header = {"alg": name, "kid": self.kid, "typ": "JWT", **changes}
        return {name: value for name, value in header.items() if value is not None}

    def assertion(self, **changes: Any) -> str:
        """An assertion as a JWT library makes it."""
        return self.compact(self.header(), self.claims(**changes))

    def compact(
        self, header: Mapping[str, Any] | bytes | str, claims: Mapping[str, Any] | bytes | str
    ) -> str:
        """Sign whatever is given: objects as JSON, bytes as they are, text as a segment."""
        signed = f"{segment(header)}.{segment(claims)}"
        return f"{signed}.{segment(self.signature(signed))}"

    def signature(self, signed: str) -> bytes:
        """The raw signature of a JWS (RFC 7518 section 3.4, RFC 8037 section 3.1)."""
        data = signed.encode()
        if isinstance(self.key, ed25519.Ed25519PrivateKey):
            return self.key.sign(data)
        if isinstance(self.key, rsa.RSAPrivateKey):
            return self.key.sign(data, padding.PKCS1v15(), hashes.SHA256())
        size = self.key.curve.key_size // 8
        r, s = decode_dss_signature(self.der_signature(signed))
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    def der_signature(self, signed: str) -> bytes:
        """An ECDSA signature as X.509 writes it, which JWS does not."""
        assert isinstance(self.key, ec.EllipticCurvePrivateKey)
        digest = hashes.SHA384() if self.key.curve.key_size == 384 else hashes.SHA256()
        return self.key.sign(signed.encode(), ec.ECDSA(digest))


def segment(value: Mapping[str, Any] | bytes | str) -> str:
    """A segment of a compact JWS."""
    if isinstance(value, str):
        return value
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def with_signature(assertion: str, signature: bytes) -> str:
    """The same assertion under another signature."""
    return f"{assertion.rpartition('.')[0]}.{segment(signature)}"


def with_high_s(assertion: str) -> str:
    """The second valid P-256 signature that anyone can make from the first: s becomes n - s."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    raw = jwt.utils.base64url_decode(assertion.rpartition(".")[2])
    flipped = order - int.from_bytes(raw[32:], "big")
    return with_signature(assertion, raw[:32] + flipped.to_bytes(32, "big"))


BACKEND = Signer()
"""The backend whose key the samples' project has registered, in tests that verify signatures."""

SIGNERS = [
    Signer(algorithm=algorithm, key=private_key(algorithm)) for algorithm in AssertionAlgorithm
]
"""One backend for each algorithm."""
