"""Ed25519 keys: who mints, who holds, whose signatures count.

Text is base64, of either alphabet and with or without padding, or hex. No message repeats it.
"""

import base64
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn, Protocol, SupportsIndex

from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.keys import KEY_BYTES, require_strong
from gatehouse_client.errors import ConfigurationError
from gatehouse_client.warrants import _texts

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_PEM: Final = "-----BEGIN"


class KeepsKey:
    """Base of what holds a private key: it is neither pickled nor copied."""

    __slots__ = ()

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        raise TypeError(f"{type(self).__name__} holds a private key: never pickle or copy it")


class PublicKey:
    """The key by which others know a holder, an issuer or an approver."""

    __slots__ = ("_data",)

    def __init__(self, data: bytes) -> None:
        """Take the 32 bytes.

        Raises:
            ConfigurationError: They are no strong key.
        """
        try:
            require_strong(data)
        except Denied as denied:
            raise ConfigurationError(f"not a public key: {denied}") from denied
        self._data: Final = data

    @classmethod
    def from_bytes(cls, data: bytes) -> "PublicKey":
        """Take the 32 bytes."""
        return cls(bytes(data))

    @classmethod
    def from_text(cls, text: str) -> "PublicKey":
        """Read base64, hex or PEM."""
        return cls.from_pem(text) if _PEM in text else cls(_texts.key_bytes(text, "public key"))

    @classmethod
    def from_env(cls, name: str, environ: Mapping[str, str] = os.environ) -> "PublicKey":  # noqa: TID251
        """Read the variable `name`; raise `ConfigurationError` when it is not set or no key."""
        return cls.from_text(_variable(environ, name))

    @classmethod
    def from_pem(cls, pem: str) -> "PublicKey":
        """Read a SubjectPublicKeyInfo."""
        return cls(_texts.public_bytes(pem))

    def to_bytes(self) -> bytes:
        """Return the 32 bytes."""
        return self._data

    def to_base64(self) -> str:
        """Return what `from_env` and TENUO_TRUSTED_ROOTS take."""
        return base64.b64encode(self._data).decode()

    def to_pem(self) -> str:
        """Return a SubjectPublicKeyInfo (RFC 8410)."""
        return _texts.public_pem(self._data)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and self._data == other._data

    def __hash__(self) -> int:
        return hash(self._data)

    def __repr__(self) -> str:
        return f"PublicKey({self._data.hex()[:16]}...)"


class Signer(Protocol):
    """What mints, grants and proves: `SigningKey`, or yours in front of a key service."""

    @property
    def public_key(self) -> PublicKey:
        """The key under which the signatures hold."""
        ...

    def sign_raw(self, message: bytes) -> bytes:
        """Return the Ed25519 signature over `message`, 64 bytes."""
        ...


class SigningKey(KeepsKey):
    """A private key in memory."""

    __slots__ = ("_key", "public_key")

    def __init__(self, key: "Ed25519PrivateKey") -> None:
        """Take a key of `cryptography`; see the class methods for others."""
        self._key: Final = key
        self.public_key: Final = PublicKey(key.public_key().public_bytes_raw())

    @classmethod
    def generate(cls) -> "SigningKey":
        """Make a new key."""
        return cls(_ed25519().generate())

    @classmethod
    def from_bytes(cls, data: bytes) -> "SigningKey":
        """Take the 32 bytes of the seed; raise `ConfigurationError` for another length."""
        if len(data) != KEY_BYTES:
            raise ConfigurationError(f"a signing key has {KEY_BYTES} bytes")
        return cls(_ed25519().from_private_bytes(bytes(data)))

    @classmethod
    def from_text(cls, text: str) -> "SigningKey":
        """Read base64, hex or PEM."""
        return (
            cls.from_pem(text)
            if _PEM in text
            else cls.from_bytes(_texts.key_bytes(text, "signing key"))
        )

    @classmethod
    def from_env(cls, name: str, environ: Mapping[str, str] = os.environ) -> "SigningKey":  # noqa: TID251
        """Read the variable `name`; raise `ConfigurationError` when it is not set or no key."""
        return cls.from_text(_variable(environ, name))

    @classmethod
    def from_file(cls, path: str | Path) -> "SigningKey":
        """Read a file of base64, hex, PEM or the 32 bytes; raise `ConfigurationError`."""
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise ConfigurationError(f"cannot read the signing key at {path}") from error
        if len(data) == KEY_BYTES:
            return cls.from_bytes(data)
        return cls.from_text(data.decode(errors="replace"))

    @classmethod
    def from_pem(cls, pem: str) -> "SigningKey":
        """Read an unencrypted PKCS #8, of either version (RFC 8410, RFC 5958)."""
        seed, public = _texts.private_bytes(pem)
        key = cls.from_bytes(seed)
        if public not in {None, key.public_key.to_bytes()}:
            raise ConfigurationError("the halves of the signing key do not belong together")
        return key

    def to_pem(self) -> str:
        """Return an unencrypted PKCS #8. Keep it as safe as the key."""
        return _texts.private_pem(self.secret_key_bytes())

    def secret_key_bytes(self) -> bytes:
        """Return the seed. Keep it as safe as the key."""
        return self._key.private_bytes_raw()

    def sign_raw(self, message: bytes) -> bytes:
        """Sign `message` as it is."""
        return self._key.sign(message)

    def __repr__(self) -> str:
        return f"SigningKey(public_key={self.public_key!r})"


def key_from_env(key_id: str, environ: Mapping[str, str] = os.environ) -> SigningKey:  # noqa: TID251
    """Read the key in TENUO_KEY_<id>; raise `ConfigurationError` when it is not set or no key."""
    return SigningKey.from_env(f"TENUO_KEY_{key_id}", environ)


def _ed25519() -> "type[Ed25519PrivateKey]":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    return Ed25519PrivateKey


def _variable(environ: Mapping[str, str], name: str) -> str:
    if not environ.get(name):
        raise ConfigurationError(f"the variable {name} is not set")
    return environ[name]
