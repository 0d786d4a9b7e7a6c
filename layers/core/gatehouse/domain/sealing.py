"""Secrets at rest: AES-256-GCM, bound to the tool, origin and strategy they were given for."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gatehouse.domain.errors import GatehouseError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_LENGTH: Final = 12
DATA_KEY_LENGTH: Final = 32
_encode: Final = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


class SealBroken(GatehouseError):
    """The sealed bytes do not open under this key and binding."""

    def __init__(self) -> None:
        super().__init__("The stored secret does not belong to this tool")


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class SecretBinding:
    """What a secret may be used for; opening it for anything else fails.

    `origin` is scheme, host and port of the tool's base_url.
    """

    project_id: str
    tool_id: str
    origin: str
    auth_strategy: str

    @property
    def additional_data(self) -> bytes:
        """The bytes that the seal authenticates beside the secret."""
        fields = [self.project_id, self.tool_id, self.origin, self.auth_strategy]
        return _encode(fields).encode()

    @property
    def encryption_context(self) -> dict[str, str]:
        """What KMS binds the data key to."""
        return {"project_id": self.project_id, "tool_id": self.tool_id}


@dataclass(frozen=True, slots=True, kw_only=True, weakref_slot=True)
class SealedSecret:
    """A secret under its own data key, and that data key as wrapped by KMS."""

    wrapped_key: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    ciphertext: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetiringSecret:
    """The secret before the present one; receivers may still know it alone `until` (epoch s)."""

    sealed: SealedSecret
    until: int


def seal(plaintext: bytes, *, data_key: bytes, nonce: bytes, additional_data: bytes) -> bytes:
    """Encrypt under a 32-byte `data_key`; a (key, nonce) pair must never be used twice."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - 13 ms

    return AESGCM(data_key).encrypt(nonce, plaintext, additional_data)


def unseal(ciphertext: bytes, *, data_key: bytes, nonce: bytes, additional_data: bytes) -> bytes:
    """Decrypt what `seal` made.

    Raises:
        SealBroken: The key, the nonce, the data or the binding is another one.
    """
    return unseal_with(cipher(data_key), ciphertext, nonce=nonce, additional_data=additional_data)


def cipher(data_key: bytes) -> "AESGCM":
    """Return what opens seals under a 32-byte `data_key`; making it takes longer than opening one.

    Raises:
        SealBroken: It is no such key.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    try:
        return AESGCM(data_key)
    except ValueError as error:
        raise SealBroken from error


def unseal_with(
    opening: "AESGCM", ciphertext: bytes, *, nonce: bytes, additional_data: bytes
) -> bytes:
    """Decrypt what `seal` made under the key of `opening`; see `unseal`."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415

    try:
        return opening.decrypt(nonce, ciphertext, additional_data)
    except (InvalidTag, ValueError) as error:
        raise SealBroken from error
