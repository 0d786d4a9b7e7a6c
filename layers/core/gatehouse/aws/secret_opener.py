"""Tool secrets, opened for one call; their data keys are unwrapped by KMS."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from gatehouse.aws.failures import code_of, failed, refused, unavailable
from gatehouse.domain.remembered import Remembered
from gatehouse.domain.sealing import (
    DATA_KEY_LENGTH,
    SealBroken,
    SealedSecret,
    SecretBinding,
    cipher,
    unseal_with,
)

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from gatehouse.aws.services import Kms

CACHE_SECONDS: Final = 300
CACHE_USES: Final = 1_000
"""What KMS may miss of a key that was disabled, in time and in calls."""
CACHE_SIZE: Final = 256

_ANOTHERS: Final = frozenset(
    {"InvalidCiphertextException", "IncorrectKeyException", "AccessDeniedException"}
)
"""What KMS says of a wrapped key that is not ours, or that belongs to another context.

Access is denied where a policy condition on the context refuses; a missing permission would say
the same of every tool at once. Everything else is KMS's own trouble and may pass.
"""


_additional_data: Final[Remembered[SecretBinding, bytes]] = Remembered(
    lambda binding: binding.additional_data
)


@dataclass(slots=True, kw_only=True)
class _DataKey:
    """An unwrapped data key, until when it may be used and how often."""

    cipher: "AESGCM" = field(repr=False)
    expires_at: float
    uses_left: int


@dataclass(frozen=True, slots=True)
class KmsSecretOpener:
    """Keeps `SecretOpener`; data keys stay at most 5 minutes or 1,000 uses, secrets one call.

    A data key may be wrapped under any of `key_arns`: there are several while secrets move from
    one key to another. `monotonic` counts seconds and never goes back.
    """

    client: "Kms"
    key_arns: Sequence[str]
    monotonic: Callable[[], float]
    _opened: "OrderedDict[tuple[bytes, bytes], _DataKey]" = field(
        default_factory=OrderedDict, repr=False
    )
    _lock: Lock = field(default_factory=Lock, repr=False)

    def open(self, sealed: SealedSecret, binding: SecretBinding) -> str:
        """See `SecretOpener.open`."""
        additional_data = _additional_data(binding)
        opening = self._cipher(sealed, binding, additional_data)
        plaintext = unseal_with(
            opening, sealed.ciphertext, nonce=sealed.nonce, additional_data=additional_data
        )
        return plaintext.decode()

    def _cipher(
        self, sealed: SealedSecret, binding: SecretBinding, additional_data: bytes
    ) -> "AESGCM":
        """Return the data key's, from the cache under the very context it was unwrapped with."""
        name = (additional_data, sealed.wrapped_key)
        with self._lock:
            known = self._opened.pop(name, None)
            if known and known.uses_left > 0 and self.monotonic() < known.expires_at:
                known.uses_left -= 1
                self._opened[name] = known
                return known.cipher
        opening = cipher(self._unwrapped(sealed, binding))
        with self._lock:
            self._opened[name] = _DataKey(
                cipher=opening,
                expires_at=self.monotonic() + CACHE_SECONDS,
                uses_left=CACHE_USES - 1,
            )
            while len(self._opened) > CACHE_SIZE:
                self._opened.popitem(last=False)
        return opening

    def _unwrapped(self, sealed: SealedSecret, binding: SecretBinding) -> bytes:
        for key_arn in self.key_arns:
            plaintext = self._decrypted(sealed, binding, key_arn)
            if plaintext is not None:
                if len(plaintext) != DATA_KEY_LENGTH:
                    raise SealBroken
                return plaintext
        raise SealBroken

    def _decrypted(
        self, sealed: SealedSecret, binding: SecretBinding, key_arn: str
    ) -> bytes | None:
        """Return what was wrapped; None when it was not wrapped by this key in this context."""
        try:
            answer = self.client.decrypt(
                CiphertextBlob=sealed.wrapped_key,
                EncryptionContext=binding.encryption_context,
                KeyId=key_arn,
            )
        except refused() as error:
            if code_of(error) in _ANOTHERS:
                return None
            raise unavailable(error) from error
        except failed() as error:
            raise unavailable(error) from error
        return answer["Plaintext"]
