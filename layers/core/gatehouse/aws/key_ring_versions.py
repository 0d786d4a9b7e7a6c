"""The versions of the key ring's secret, as Secrets Manager rotates them by staging labels."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.failures import translated
from gatehouse.domain.key_ring import KeyRing
from gatehouse.domain.key_ring_documents import read_ring, ring_text
from gatehouse.ports.credentials import RingVersion

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT: Final = "AWSCURRENT"
PENDING: Final = "AWSPENDING"


@dataclass(frozen=True, slots=True)
class SecretsManagerKeyRingVersions:
    """Keeps `KeyRingVersions`."""

    client: "SecretsManagerClient"
    secret_id: str

    def current(self) -> RingVersion:
        """See `KeyRingVersions.current`."""
        with translated():
            answer = self.client.get_secret_value(SecretId=self.secret_id, VersionStage=CURRENT)
        return RingVersion(id=answer["VersionId"], ring=read_ring(answer.get("SecretString", "")))

    def pending(self, version_id: str) -> KeyRing | None:
        """See `KeyRingVersions.pending`.

        Secrets Manager labels the version before anything is in it; that is none yet. A version
        that lost the label was discarded; asking for it under the label is an invalid request.
        """
        exceptions = self.client.exceptions
        with translated():
            try:
                answer = self.client.get_secret_value(
                    SecretId=self.secret_id, VersionId=version_id, VersionStage=PENDING
                )
            except (
                exceptions.ResourceNotFoundException,
                exceptions.InvalidRequestException,
            ):
                return None
        return read_ring(answer.get("SecretString", ""))

    def prepare(self, version_id: str, ring: KeyRing) -> None:
        """See `KeyRingVersions.prepare`."""
        with translated():
            self.client.put_secret_value(
                SecretId=self.secret_id,
                ClientRequestToken=version_id,
                SecretString=ring_text(ring),
                VersionStages=[PENDING],
            )

    def promote(self, version_id: str, *, instead_of: str) -> None:
        """See `KeyRingVersions.promote`; Secrets Manager refuses if the label has moved."""
        with translated():
            self.client.update_secret_version_stage(
                SecretId=self.secret_id,
                VersionStage=CURRENT,
                MoveToVersionId=version_id,
                RemoveFromVersionId=instead_of,
            )

    def discard(self, version_id: str) -> None:
        """See `KeyRingVersions.discard`; no other rotation begins while the label is set."""
        with translated():
            self.client.update_secret_version_stage(
                SecretId=self.secret_id, VersionStage=PENDING, RemoveFromVersionId=version_id
            )
