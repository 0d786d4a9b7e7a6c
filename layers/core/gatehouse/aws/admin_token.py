"""The bootstrap admin token, from Secrets Manager."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gatehouse.aws.failures import translated
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.known_secrets import is_well_known

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CACHE_SECONDS: Final = 60
"""How long a replaced token may still be accepted."""
MIN_LENGTH: Final = 32
"""A shorter one can only be a mistake, and an empty one would open the door."""


class UnsafeAdminToken(Unavailable):
    """Nobody is let in by it; `reason` is for the log alone."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = f"AdminToken {reason}"


@dataclass(slots=True)
class SecretAdminToken:
    """Keeps `AdminToken`; holds the token's digest only."""

    client: "SecretsManagerClient"
    secret_id: str
    clock: Callable[[], int]
    _digest: bytes = field(default=b"", init=False, repr=False)
    _read_at: int = field(default=0, init=False)

    def matches(self, presented: str) -> bool:
        """See `AdminToken.matches`."""
        return hmac.compare_digest(_digest(presented), self._current())

    def _current(self) -> bytes:
        now = self.clock()
        if not self._digest or not self._read_at <= now < self._read_at + CACHE_SECONDS:
            with translated():
                answer = self.client.get_secret_value(SecretId=self.secret_id)
            token = answer.get("SecretString", "")
            if len(token) < MIN_LENGTH:
                raise UnsafeAdminToken("is shorter than 32 characters")
            if is_well_known(token):
                raise UnsafeAdminToken("was not drawn at random")
            self._digest, self._read_at = _digest(token), now
        return self._digest


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
