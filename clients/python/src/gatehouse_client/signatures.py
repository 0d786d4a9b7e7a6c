"""Is an incoming request a fresh one of Gatehouse, for this project, and who is it for?

`X-Tengine-Signature` is a comma-separated list of `<tag>=<lower hex HMAC-SHA256>`, one per
secret that is valid during a rotation. The key is the UTF-8 of the secret. The fields, in order:
timestamp, request id, method, path?query as sent, SHA-256 of the body, project id, integration
id, member id header or "-", SHA-256 of e-mail header + LF + roles header. Tag `tng1` joins them
by LF; tag `tng2` is "tng2 " and the fields joined by spaces.
"""

import hmac
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from gatehouse_client._clock import Clock, wall_clock
from gatehouse_client.errors import (
    ConfigurationError,
    MalformedRequest,
    ReplayedRequest,
    SignatureMismatch,
    StaleTimestamp,
    WrongProject,
)
from gatehouse_client.members import Member, decoded_roles, decoded_text
from gatehouse_client.replays import MemoryReplays, Replays

MAX_DRIFT: Final = 300
"""How far a request's timestamp may be from now by default, in seconds."""

_SCHEMES: Final[Mapping[str, Callable[[list[str]], str]]] = {
    "tng1": "\n".join,
    "tng2": lambda fields: " ".join(["tng2", *fields]),
}
_PREFIX: Final = "x-tengine-"
_ID: Final = re.compile(r"[0-9A-Za-z]{1,64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SECONDS: Final = re.compile(r"[1-9][0-9]{0,11}")
_METHOD: Final = re.compile(r"[A-Z]{1,16}")
_TARGET: Final = re.compile(r"/[!-~]*")
_ONE_SIGNATURE: Final = r"(?:tng1|tng2)=[0-9a-f]{64}"
_SIGNATURES: Final = re.compile(rf"{_ONE_SIGNATURE}(?:[ \t]*,[ \t]*{_ONE_SIGNATURE}){{0,3}}")
_HEADER_VALUE: Final = re.compile(r"[!-~](?:[ -~]*[!-~])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRequest:
    """What is known of a request that was let through; `timestamp` in Unix seconds."""

    project_id: str
    integration_id: str
    request_id: str
    timestamp: int
    member: Member | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingRequest:
    """A request as it was sent. `headers` has those of ours and `authorization`, lower-case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


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
        headers: Mapping[str, str] | Iterable[tuple[str, str]],
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
        incoming = IncomingRequest(
            method=_in_form(_METHOD, method, "the method"),
            target=_in_form(_TARGET, target, "the path"),
            headers=_relevant(headers),
            body=body,
        )
        verified_at = int(self._clock())
        request_id = _header(incoming, "request-id", _UUID)
        timestamp = int(_header(incoming, "timestamp", _SECONDS))
        integration_id = _header(incoming, "integration-id", _ID)
        if _header(incoming, "project-id", _ID) != self._project_id:
            raise WrongProject("the request is for another project")
        if abs(verified_at - timestamp) > self._max_drift:
            raise StaleTimestamp("the request's timestamp is too far from now")
        self._prove(incoming)
        member = _member(incoming)
        # Last, so that only what is proven takes up room. The mark outlives the last second
        # at which the same request would still pass the check above.
        if not self._replays.claim(request_id, timestamp + self._max_drift + 1, verified_at):
            raise ReplayedRequest("the request id was seen before")
        return VerifiedRequest(
            project_id=self._project_id,
            integration_id=integration_id,
            request_id=request_id,
            timestamp=timestamp,
            member=member,
        )

    def _prove(self, incoming: IncomingRequest) -> None:
        """Raise `SignatureMismatch` unless one of the secrets made one of the signatures."""
        claimed = re.findall(_ONE_SIGNATURE, _header(incoming, "signature", _SIGNATURES))
        fields = _signed_fields(incoming)
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
        given = _in_form(_HEADER_VALUE, incoming.headers.get("authorization", ""), "the bearer")
        expected = [f"Bearer {secret}".encode() for secret in self._secrets]
        if not any(hmac.compare_digest(mine, given.encode()) for mine in expected):
            raise SignatureMismatch("no secret proves the request")


def _relevant(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return our headers and `authorization` by lower-case name; each may come once."""
    found: dict[str, str] = {}
    for sent_name, value in headers.items() if isinstance(headers, Mapping) else headers:
        name = sent_name.lower()
        if not name.startswith(_PREFIX) and name != "authorization":
            continue
        if name in found:
            raise MalformedRequest("a header is repeated")
        if name.startswith(_PREFIX):
            _in_form(_HEADER_VALUE, value, "a header")
        found[name] = value
    return found


def _in_form(form: re.Pattern[str], value: str, what: str) -> str:
    if not form.fullmatch(value):
        raise MalformedRequest(f"{what} is not in its canonical form")
    return value


def _header(incoming: IncomingRequest, name: str, form: re.Pattern[str]) -> str:
    return _in_form(form, incoming.headers.get(_PREFIX + name, ""), _PREFIX + name)


def _signed_fields(incoming: IncomingRequest) -> list[str]:
    sent = incoming.headers
    identity = "\n".join(sent.get(f"{_PREFIX}member-{part}", "") for part in ("email", "roles"))
    return [
        sent[_PREFIX + "timestamp"],
        sent[_PREFIX + "request-id"],
        incoming.method,
        incoming.target,
        sha256(incoming.body).hexdigest(),
        sent[_PREFIX + "project-id"],
        sent[_PREFIX + "integration-id"],
        sent.get(_PREFIX + "member-id", "-"),
        sha256(identity.encode()).hexdigest(),
    ]


def _member(incoming: IncomingRequest) -> Member | None:
    """Return the member of a proven request, None when its headers tell of none."""
    member_id, email, roles = (
        incoming.headers.get(f"{_PREFIX}member-{part}") for part in ("id", "email", "roles")
    )
    if member_id == "-":
        # Signed like no member at all, so it could have been added on the way.
        raise MalformedRequest("the member id is not in its canonical form")
    if member_id is None and email is None and roles is None:
        return None
    return Member(
        id=None if member_id is None else decoded_text(member_id),
        email=None if email is None else decoded_text(email),
        roles=() if roles is None else decoded_roles(roles),
    )
