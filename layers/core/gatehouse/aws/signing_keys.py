"""The keys of access tokens, in KMS: no private half ever leaves it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gatehouse.aws.failures import translated
from gatehouse.domain.jwks import PublicKey, read_public_key

if TYPE_CHECKING:
    from gatehouse.aws.services import Kms

ALGORITHM: Final = "RSASSA_PKCS1_V1_5_SHA_256"


@dataclass(slots=True)
class KmsPublishedKeys:
    """Keeps `PublishedKeys`: each key is read once in an instance's life, and only if needed.

    The material of a KMS key never changes, and keys of other ARNs come with a deployment, that
    is with other instances. So an unknown kid stays unknown, and asking again is left out.
    """

    client: "Callable[[], Kms]"
    key_ids: Sequence[str]
    _known: dict[str, PublicKey] = field(default_factory=dict, init=False, repr=False)

    def published(self) -> Sequence[PublicKey]:
        """See `PublishedKeys.published`."""
        return tuple(self.key(key_id) for key_id in self.key_ids)

    def key(self, key_id: str) -> PublicKey:
        """Return the public half of one key."""
        if key_id not in self._known:
            with translated():
                answer = self.client().get_public_key(KeyId=key_id)
            self._known[key_id] = read_public_key(answer["PublicKey"])
        return self._known[key_id]


@dataclass(frozen=True, slots=True)
class KmsTokenSigner:
    """Keeps `TokenSigner`: KMS is given the digest, never the token."""

    client: "Callable[[], Kms]"
    key_id: str
    keys: KmsPublishedKeys

    def kid(self) -> str:
        """See `TokenSigner.kid`."""
        return self.keys.key(self.key_id).kid

    def sign(self, signed: str) -> bytes:
        """See `TokenSigner.sign`."""
        with translated():
            answer = self.client().sign(
                KeyId=self.key_id,
                Message=hashlib.sha256(signed.encode()).digest(),
                MessageType="DIGEST",
                SigningAlgorithm=ALGORITHM,
            )
        return answer["Signature"]
