"""What requests are signed with: from the environment, or from the endpoint that SnapStart has.

Lambda puts credentials into the environment of an instance and ends it before they end. An
instance that began as a snapshot finds the address of an endpoint there instead, and asks it
anew in time. Both are sources of botocore's, in this order.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Final

from gatehouse.aws.wire.errors import NoCredentials

if TYPE_CHECKING:
    from gatehouse.domain.json_values import JsonValue

ADVISORY_SECONDS: Final = 900
"""From this long before their end on, credentials are renewed by whoever comes first."""
MANDATORY_SECONDS: Final = 600
"""From this long before their end on, everybody waits for new ones."""
RETRY_SECONDS: Final = 10
"""How long an endpoint that refused is left alone while the old ones still hold."""

ADDRESS: Final = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A key pair, and the token that belongs to temporary ones."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expiring:
    """Credentials that end at `expires_at`, epoch seconds."""

    credentials: Credentials
    expires_at: int


class CredentialSource:
    """Returns what to sign with now; `fetch` asks the endpoint that the environment names.

    Credentials of the environment are read once, as botocore reads them, and again when they have
    ended: Lambda ends an instance before they do.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        *,
        fetch: Callable[[], Expiring],
        clock: Callable[[], float],
    ) -> None:
        self._environ = environ
        self._fetch = fetch
        self._clock = clock
        self._found: Credentials | None = None
        self._fetched: Expiring | None = None
        self._failed_at = 0.0
        self._lock = Lock()

    def get(self) -> Credentials:
        """Return them.

        Raises:
            NoCredentials: There are none, or they could not be renewed and have ended.
        """
        if self._found is not None:
            return self._found
        if "AWS_ACCESS_KEY_ID" in self._environ or "AWS_SECRET_ACCESS_KEY" in self._environ:
            self._found = _from(self._environ)
            return self._found
        if not self._environ.get(ADDRESS):
            raise NoCredentials("There are no credentials in the environment")
        known = self._fetched
        left = known.expires_at - self._clock() if known else 0
        if known is not None and left > ADVISORY_SECONDS:
            return known.credentials
        is_urgent = left <= MANDATORY_SECONDS
        if not self._lock.acquire(blocking=is_urgent):
            return self._unless_over(known)  # somebody else is renewing them
        try:
            if self._fetched is known:
                self._renew(left)
            return self._unless_over(self._fetched)
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Ask anew the next time: AWS says that they are over."""
        self._found = None
        self._fetched = None

    def _renew(self, left: float) -> None:
        now = self._clock()
        if left > 0 and 0 <= now - self._failed_at < RETRY_SECONDS:
            return
        try:
            self._fetched = self._fetch()
        except NoCredentials:
            self._failed_at = now
            if left <= 0:
                raise

    def _unless_over(self, known: Expiring | None) -> Credentials:
        if known is None or known.expires_at <= self._clock():
            raise NoCredentials("The credentials have ended")
        return known.credentials


def read_fetched(document: bytes) -> Expiring:
    """Read what the endpoint answered."""
    try:
        said: JsonValue = json.loads(document)
        match said:
            case {
                "AccessKeyId": str(access_key_id),
                "SecretAccessKey": str(secret_access_key),
                "Token": str(token),
                "Expiration": str(expiration),
            }:
                return Expiring(
                    credentials=Credentials(
                        access_key_id=access_key_id,
                        secret_access_key=secret_access_key,
                        session_token=token,
                    ),
                    expires_at=int(datetime.fromisoformat(expiration).timestamp()),
                )
            case _:
                raise NoCredentials("The endpoint of credentials left something out")
    except ValueError as error:
        raise NoCredentials("The endpoint of credentials said nothing readable") from error


def _from(environ: Mapping[str, str]) -> Credentials:
    access_key_id = environ.get("AWS_ACCESS_KEY_ID")
    secret_access_key = environ.get("AWS_SECRET_ACCESS_KEY")
    if not access_key_id or not secret_access_key:
        raise NoCredentials("The environment has half of the credentials")
    return Credentials(
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
        session_token=environ.get("AWS_SESSION_TOKEN") or None,
    )
