"""The session key ring, from Secrets Manager."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatehouse.aws.failures import translated
from gatehouse.domain.key_ring import CACHE_SECONDS, REFETCH_SECONDS, KeyRing
from gatehouse.domain.key_ring_documents import read_ring

if TYPE_CHECKING:
    from gatehouse.aws.services import SecretsManager


@dataclass(slots=True)
class SecretsManagerKeyRings:
    """Keeps `KeyRings`: reads the secret's current version and remembers it for a while.

    While Secrets Manager fails, a remembered ring serves to its end and no longer: an instance
    with an older one might sign with a key that nobody else accepts.
    """

    client: "SecretsManager"
    secret_id: str
    _ring: KeyRing | None = field(default=None, init=False, repr=False)
    _read_at: int = field(default=0, init=False)
    _asked_at: int | None = field(default=None, init=False)

    def ring(self, *, now: int) -> KeyRing:
        """See `KeyRings.ring`."""
        # A clock that was set back must not keep a ring alive either.
        if self._ring is None or not self._read_at <= now < self._read_at + CACHE_SECONDS:
            return self._read(now)
        return self._ring

    def refreshed(self, *, now: int) -> KeyRing:
        """See `KeyRings.refreshed`."""
        asked_at = self._asked_at
        if asked_at is not None and asked_at <= now < asked_at + REFETCH_SECONDS:
            return self.ring(now=now)
        return self._read(now)

    def _read(self, now: int) -> KeyRing:
        # Noted before asking, so that a stranger's unknown kids cannot add to an outage.
        self._asked_at = now
        with translated():
            answer = self.client.get_secret_value(
                SecretId=self.secret_id, VersionStage="AWSCURRENT"
            )
        self._ring, self._read_at = read_ring(answer.get("SecretString", "")), now
        return self._ring
