"""Is an incoming request a fresh one of Gatehouse, for this project, and who is it for?

`X-Tengine-Signature` is a comma-separated list of `<tag>=<lower hex HMAC-SHA256>`, one per
secret that is valid during a rotation. The key is the UTF-8 of the secret. The fields, in order:
timestamp, request id, method, path?query as sent, SHA-256 of the body, project id, integration
id, member id header or "-", SHA-256 of e-mail header + LF + roles header. Tag `tng1` joins them
by LF; tag `tng2` is "tng2 " and the fields joined by spaces.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gatehouse_client._clock import Clock, wall_clock
from gatehouse_client._incoming import Headers, IncomingRequest, parsed
from gatehouse_client.errors import (
    ConfigurationError,
    ReplayedRequest,
    SignatureMismatch,
    StaleTimestamp,
    WrongProject,
)
from gatehouse_client.members import Member
from gatehouse_client.replays import MemoryReplays, Replays

MAX_DRIFT: Final = 300
"""How far a request's timestamp may be from now by default, in seconds."""

_SCHEMES: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "tng1": "\n".join,
    "tng2": lambda fields: " ".join(["tng2", *fields]),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRequest:
    """What is known of a request that was let through; `timestamp` in Unix seconds."""

    project_id: str
    integration_id: str
    request_id: str
    timestamp: int
    member: Member | None


class RequestVerifier:
    """Verifies requests of tools whose `auth_strategy` is `hmac_signature`."""

    def __init__(
        self,
        project_id: str,
        secrets: str | Iterable[str],
        *,
        max_drift: int = MAX_DRIFT,
        replays: Replays | None = None,
        clock: Clock = wall_clock,
    ) -> None:
        """Accept requests of `project_id` that one of `secrets` proves.

        Args:
            project_id: Your project, as Gatehouse names it.
            secrets: The tool's secret; during a rotation, the new and the old one.
            max_drift: How far a timestamp may be from now, in seconds.
            replays: Where request ids are kept; by default in this process's memory.
            clock: Returns the seconds since the Unix epoch.

        Raises:
            ConfigurationError: The project id or a secret is empty, or there is no secret.
        """
        self._secrets = [secrets] if isinstance(secrets, str) else list(secrets)
        if not project_id or not self._secrets or not all(self._secrets):
            raise ConfigurationError("a project id and at least one secret are needed")
        self._project_id = project_id
        self._max_drift = max_drift
        self._replays = MemoryReplays() if replays is None else replays
        self._clock = clock

    def verify(
        self,
        *,
        method: str,
        target: str,
        headers: Headers,
        body: bytes,
    ) -> VerifiedRequest:
        """Return what the request says of itself, once all of it is proven.

        Args:
            method: As sent, such as "POST".
            target: Path and query exactly as sent: not decoded, not normalised.
            headers: All headers; pass pairs where the server tells repeated ones apart.
            body: As sent, `b""` when there is none.

        Raises:
            InvalidSignature: It is not a fresh request of Gatehouse to this project.
            ReplaysUnavailable: Whether it is a replay cannot be told now.
        """
        incoming = parsed(method=method, target=target, headers=headers, body=body)
        now = int(self._clock())
        if incoming.project_id != self._project_id:
            raise WrongProject("the request is for another project")
        if abs(now - incoming.timestamp) > self._max_drift:
            raise StaleTimestamp("the request's timestamp is too far from now")
        self._prove(incoming)
        member = incoming.member()
        # Last, so that only what is proven takes up room. The mark outlives the last second
        # at which the same request would still pass the check above.
        end = incoming.timestamp + self._max_drift + 1
        if not self._replays.claim(incoming.request_id, end, now):
            raise ReplayedRequest("the request id was seen before")
        return VerifiedRequest(
            project_id=incoming.project_id,
            integration_id=incoming.integration_id,
            request_id=incoming.request_id,
            timestamp=incoming.timestamp,
            member=member,
        )

    def _prove(self, incoming: IncomingRequest) -> None:
        """Raise `SignatureMismatch` unless one of the secrets made one of the signatures."""
        claimed, fields = incoming.signatures(), incoming.signed_fields()
        expected = [
            f"{tag}={hmac.digest(secret.encode(), join(fields).encode(), 'sha256').hex()}"
            for secret in self._secrets
            for tag, join in _SCHEMES.items()
        ]
        if not any(hmac.compare_digest(mine, theirs) for mine in expected for theirs in claimed):
            raise SignatureMismatch("no secret proves the request")


class BearerVerifier(RequestVerifier):
    """Verifies requests of tools whose `auth_strategy` is `static_bearer`.

    Only the bearer proves them: path, body and identity headers are as good as the network
    between Gatehouse and you. Prefer `hmac_signature` for an API of your own.
    """

    def _prove(self, incoming: IncomingRequest) -> None:
        given = incoming.bearer().encode()
        expected = [f"Bearer {secret}".encode() for secret in self._secrets]
        if not any(hmac.compare_digest(mine, given) for mine in expected):
            raise SignatureMismatch("no secret proves the request")
