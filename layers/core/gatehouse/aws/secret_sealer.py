"""Seals tool secrets with data keys from KMS; there is no way back from here."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gatehouse.aws.failures import translated
from gatehouse.domain.sealing import NONCE_LENGTH, SealedSecret, SecretBinding, seal

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


@dataclass(frozen=True, slots=True)
class KmsSecretSealer:
    """Keeps `SecretSealer`: one GenerateDataKey per secret; `random_bytes` returns that many."""

    client: "KMSClient"
    key_arn: str
    random_bytes: Callable[[int], bytes]

    def seal(self, secret: str, binding: SecretBinding) -> SealedSecret:
        """See `SecretSealer.seal`."""
        with translated():
            made = self.client.generate_data_key(
                KeyId=self.key_arn,
                KeySpec="AES_256",
                EncryptionContext=binding.encryption_context,
            )
        nonce = self.random_bytes(NONCE_LENGTH)
        ciphertext = seal(
            secret.encode(),
            data_key=made["Plaintext"],
            nonce=nonce,
            additional_data=binding.additional_data,
        )
        return SealedSecret(wrapped_key=made["CiphertextBlob"], nonce=nonce, ciphertext=ciphertext)
