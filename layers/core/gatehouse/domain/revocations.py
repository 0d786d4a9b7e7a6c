"""Lists of revoked warrants as a project keeps them, and the list that it signs itself."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from gatehouse.domain.projects import Project

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

WARRANT_ID: Final = re.compile(r"tnu_wrt_[0-9a-f]{32}", re.ASCII)
"""How a warrant's id is printed and listed. A list may hold other texts; no warrant is meant."""
_KEY_LABEL: Final = "revocation-list"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptList:
    """The newest list of one issuer, as it was signed.

    Attributes:
        issuer: The Ed25519 key that signed it.
        version: Grows with each list of the issuer.
        digest: SHA-256 of `data`.
        data: The list's bytes.
        warrants: How many warrants it revokes.
        accepted_at: When it was taken, Unix seconds.
        reason: Why, for a list built here, in the words of who asked for it.
    """

    issuer: bytes
    version: int
    digest: bytes
    data: bytes = field(repr=False)
    warrants: int
    accepted_at: int
    reason: str | None = None


def warrant_ids(texts: Collection[str]) -> frozenset[str]:
    """Return those of a list's texts that name a warrant."""
    return frozenset(text for text in texts if WARRANT_ID.fullmatch(text))


def own_issuer(project: Project) -> bytes:
    """Return the public key of the lists that a project signs itself."""
    return _own_key(project).public_key().public_bytes_raw()


def own_list(project: Project, ids: Collection[str], *, version: int, now: int) -> bytes:
    """Return a list of `ids`, signed with the project's own key at `now`, Unix seconds."""
    # The codec is loaded when it is needed: the calls of all but a few routes go without.
    from gatehouse.domain.warrants.revocation import (  # noqa: PLC0415
        encoded,
        list_payload,
        signed_bytes,
    )

    payload = list_payload(
        ids,
        version=version,
        issued_at=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        issuer=own_issuer(project),
    )
    return encoded(payload, _own_key(project).sign(signed_bytes(payload)))


def _own_key(project: Project) -> "Ed25519PrivateKey":
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    return Ed25519PrivateKey.from_private_bytes(project.derived_key(_KEY_LABEL))
