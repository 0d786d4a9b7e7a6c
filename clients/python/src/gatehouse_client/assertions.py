"""Member assertions: short-lived JWTs by which your backend vouches for its user."""

import os
import uuid
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, TypeAlias

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    SECP384R1,
    EllipticCurvePrivateKey,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from gatehouse_client._clock import Clock, wall_clock
from gatehouse_client.errors import ConfigurationError

PrivateKey: TypeAlias = EllipticCurvePrivateKey | Ed25519PrivateKey | RSAPrivateKey

LIFETIME: Final = 60
"""Life of an assertion, in seconds: what Gatehouse recommends."""

MIN_RSA_BITS: Final = 2048
"""Smallest RSA key that Gatehouse registers (RFC 7518 section 3.3)."""

_HEADER_ALG: Final = {"ES256": "ES256", "ES384": "ES384", "Ed25519": "EdDSA", "RS256": "RS256"}
"""Gatehouse's name of an algorithm to the JWT's; Ed25519's is that of RFC 8037 section 3.1."""


class AssertionSigner:
    """Mints assertions with the private half of a key registered under `kid`."""

    def __init__(  # noqa: PLR0913 - two of them exist for tests
        self,
        project_id: str,
        kid: str,
        private_key: str | bytes | PrivateKey,
        algorithm: str = "ES256",
        *,
        clock: Clock = wall_clock,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        """Check that the key fits the algorithm, so that a mix-up fails at start.

        Args:
            project_id: The project in whose name members are vouched for.
            kid: What the key was registered as.
            private_key: An unencrypted PEM, or a key of `cryptography`.
            algorithm: "ES256", "ES384", "Ed25519" or "RS256", as registered.
            clock: Returns the seconds since the Unix epoch.
            new_id: Returns a fresh `jti` at each call.

        Raises:
            ConfigurationError: Something is empty, unknown or does not fit.
        """
        if not project_id or not kid:
            raise ConfigurationError("a project id and a kid are needed")
        self._key = _fitting_key(private_key, algorithm)
        self._alg = _HEADER_ALG[algorithm]
        self._clock = clock
        self._new_id = new_id
        self.project_id = project_id
        self.kid = kid

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> "AssertionSigner":  # noqa: TID251
        """Read TENGINEAI_ (or, first, GATEHOUSE_) PROJECT_ID, ASSERTION_KID, PRIVATE_KEY_PATH.

        ASSERTION_ALGORITHM is optional.

        Raises:
            ConfigurationError: A variable is missing, or the key cannot be read or used.
        """
        path = Path(_variable(environ, "PRIVATE_KEY_PATH"))
        try:
            pem = path.read_bytes()
        except OSError as error:
            raise ConfigurationError(f"cannot read the private key at {path}") from error
        return cls(
            _variable(environ, "PROJECT_ID"),
            _variable(environ, "ASSERTION_KID"),
            pem,
            _variable(environ, "ASSERTION_ALGORITHM", "ES256"),
        )

    def sign(self, member_id: str, *, email: str | None = None, roles: Iterable[str] = ()) -> str:
        """Mint an assertion for `member_id`, good for one exchange within 60 seconds.

        `member_id` should be permanent and unique: a database id, not an e-mail.
        """
        now = int(self._clock())
        claims: dict[str, object] = {
            "sub": member_id,
            "aud": f"tengine:project:{self.project_id}",
            "iat": now,
            "exp": now + LIFETIME,
            "jti": self._new_id(),
        }
        if email is not None:
            claims["email"] = email
        if listed := list(roles):
            claims["roles"] = listed
        return jwt.encode(claims, self._key, algorithm=self._alg, headers={"kid": self.kid})

    def __repr__(self) -> str:
        return f"AssertionSigner(project_id={self.project_id!r}, kid={self.kid!r})"


def _fitting_key(private_key: str | bytes | PrivateKey, algorithm: str) -> PrivateKey:
    key = _loaded(private_key) if isinstance(private_key, str | bytes) else private_key
    match algorithm, key:
        case "ES256", EllipticCurvePrivateKey(curve=SECP256R1()):
            return key
        case "ES384", EllipticCurvePrivateKey(curve=SECP384R1()):
            return key
        case "Ed25519", Ed25519PrivateKey():
            return key
        case "RS256", RSAPrivateKey() if key.key_size >= MIN_RSA_BITS:
            return key
    raise ConfigurationError(f"the private key does not fit the algorithm {algorithm!r}")


def _loaded(pem: str | bytes) -> object:
    try:
        return load_pem_private_key(pem.encode() if isinstance(pem, str) else pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        # Not chained: what a parser says of a private key belongs in no log.
        raise ConfigurationError("the private key is not an unencrypted PEM") from None


def _variable(environ: Mapping[str, str], name: str, default: str = "") -> str:
    value = environ.get(f"GATEHOUSE_{name}") or environ.get(f"TENGINEAI_{name}") or default
    if not value:
        raise ConfigurationError(f"set GATEHOUSE_{name} or TENGINEAI_{name}")
    return value
