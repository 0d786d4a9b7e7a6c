"""Tool secrets, opened for one call; their data keys are unwrapped by KMS."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from gatehouse.aws.failures import code_of, failed, refused, unavailable
from gatehouse.domain.sealing import (
    DATA_KEY_LENGTH,
    SealBroken,
    SealedSecret,
    SecretBinding,
    unseal,
)

if TYPE_CHECKING:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _DataKey:
    """An unwrapped data key, until when it may be used and how often."""

    key: bytes = field(repr=False)
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
    _opened: "OrderedDict[bytes, _DataKey]" = field(default_factory=OrderedDict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def open(self, sealed: SealedSecret, binding: SecretBinding) -> str:
        """See `SecretOpener.open`."""
        additional_data = binding.additional_data
        plaintext = unseal(
            sealed.ciphertext,
            data_key=self._data_key(sealed, binding, additional_data),
            nonce=sealed.nonce,
            additional_data=additional_data,
        )
        return plaintext.decode()

    def _data_key(
        self, sealed: SealedSecret, binding: SecretBinding, additional_data: bytes
    ) -> bytes:
        """Return the data key, from the cache under the very context it was unwrapped with."""
        name = hashlib.sha256(additional_data + b"\0" + sealed.wrapped_key).digest()
        with self._lock:
            known = self._opened.pop(name, None)
            if known and known.uses_left > 0 and self.monotonic() < known.expires_at:
                self._opened[name] = _DataKey(
                    key=known.key, expires_at=known.expires_at, uses_left=known.uses_left - 1
                )
                return known.key
        key = self._unwrapped(sealed, binding)
        with self._lock:
            self._opened[name] = _DataKey(
                key=key,
                expires_at=self.monotonic() + CACHE_SECONDS,
                uses_left=CACHE_USES - 1,
            )
            while len(self._opened) > CACHE_SIZE:
                self._opened.popitem(last=False)
        return key

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
