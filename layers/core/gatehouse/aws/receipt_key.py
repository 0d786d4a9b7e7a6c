"""The deployment's P-256 keys in KMS: whom it allows may sign with one, everybody may know it."""

import textwrap
from base64 import b64encode
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from gatehouse.aws.failures import translated

if TYPE_CHECKING:
    from gatehouse.aws.services import Kms


@dataclass(frozen=True, slots=True)
class KmsCertificateSigner:
    """Keeps `CertificateSigner` and `HeadSigner`: one Sign per message."""

    client: "Kms"
    key_id: str

    def sign(self, message: bytes) -> bytes:
        """See `CertificateSigner.sign`."""
        with translated():
            answer = self.client.sign(
                KeyId=self.key_id,
                Message=message,
                MessageType="RAW",
                SigningAlgorithm="ECDSA_SHA_256",
            )
        return answer["Signature"]


@dataclass(frozen=True)
class KmsReceiptKey:
    """Keeps `ReceiptKey` and `HeadKey`; a key in KMS never changes, so it is asked for once."""

    client: "Kms"
    key_id: str

    def public_key_pem(self) -> str:
        """See `ReceiptKey.public_key_pem`."""
        return self._pem

    @cached_property
    def _pem(self) -> str:
        with translated():
            answer = self.client.get_public_key(KeyId=self.key_id)
        body = "\n".join(textwrap.wrap(b64encode(answer["PublicKey"]).decode("ascii"), 64))
        return f"-----BEGIN PUBLIC KEY-----\n{body}\n-----END PUBLIC KEY-----\n"
