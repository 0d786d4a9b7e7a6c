"""Signed lists of revoked warrants."""

from collections.abc import Collection, Iterable
from typing import Final

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.digests import sha256
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.keys import DOMAIN, is_signed, require_key, require_signature
from gatehouse.domain.warrants.shapes import fields, text, texts, whole

LIST_DOMAIN: Final = b"tenuo-srl-v1"
MAX_BYTES: Final = 1 << 20

_OUTER: Final = frozenset({"payload", "signature"})
_INNER: Final = frozenset({"revoked_ids", "version", "issued_at", "issuer"})
_ORDER: Final = ("revoked_ids", "version", "issued_at", "issuer")
_MOST_VERSION: Final = 2**64 - 1
_TIME: Final = (
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})T(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)"
    r"(?:\.(?:[0-9]{3}|[0-9]{6}|[0-9]{9})(?<!000))?Z"
)
"""RFC 3339 in the one form that is signed: in UTC, without thousands that are zero."""

_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class RevocationList(Frozen):
    """A list whose signature holds.

    Attributes:
        ids: Revoked warrants, as they are printed (`tnu_wrt_...`); other texts match nothing.
        version: Grows with each list.
        issued_at: When, as written (RFC 3339).
        issuer: The key that signed it.
        data: The list's bytes.
    """

    ids: frozenset[str]
    version: int
    issued_at: str
    issuer: bytes
    data: bytes

    @classmethod
    def parse(cls, data: bytes, *, issuers: Collection[bytes]) -> "RevocationList":
        """Return the list in `data`.

        Raises:
            Denied: It is malformed, its signature does not hold, or none of `issuers` signed it.
        """
        if len(data) > MAX_BYTES:
            raise Denied(1801, f"a revocation list has at most {MAX_BYTES} bytes")
        outer = fields(cbor.decode(data), "a revocation list", required=_OUTER)
        inner = fields(outer["payload"], "a revocation list", required=_INNER)
        issuer = require_key(inner["issuer"])
        if issuer not in issuers:
            raise Denied(1801, "the revocation list is not by a key that may issue one")
        signed = signed_bytes({name: inner[name] for name in _ORDER})
        if not is_signed(issuer, require_signature(outer["signature"]), signed):
            raise Denied(1100, "the revocation list's signature does not hold")
        issued_at = text(inner["issued_at"], "issued_at")
        if not _is_time(issued_at):
            raise Denied(1801, "issued_at is no RFC 3339 time")
        return cls(
            ids=frozenset(texts(inner["revoked_ids"], "revoked_ids")),
            version=whole(inner["version"], "version", _MOST_VERSION),
            issued_at=issued_at,
            issuer=issuer,
            data=data,
        )

    @property
    def digest(self) -> bytes:
        """SHA-256 of the list's bytes."""
        return sha256(self.data)

    def require_replaces(self, older: "RevocationList") -> None:
        """Check that this list may take the place of `older`.

        Raises:
            Denied: 1802 for a lower version, 1803 for the same version with other ids.
        """
        if self.version < older.version:
            raise Denied(1802, "the revocation list is older than the one in force")
        if self.version == older.version and self.ids != older.ids:
            raise Denied(1803, "the revocation list changed without a new version")

    def revokes(self, names: Iterable[str]) -> bool:
        """Say whether one of these warrants is listed."""
        return not self.ids.isdisjoint(names)


def _is_time(text: str) -> bool:
    import re  # noqa: PLC0415 - nothing else here needs it

    found = re.fullmatch(_TIME, text)
    if found is None:
        return False
    year, month, day = map(int, found.groups())
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if not 1 <= month <= len(_DAYS):
        return False
    return 1 <= day <= _DAYS[month - 1] - (month == 2 and not is_leap)  # noqa: PLR2004 - February


def list_payload(
    ids: Iterable[str], *, version: int, issued_at: str, issuer: bytes
) -> dict[str, object]:
    """Return the content of a list, to be signed by `issuer` under `signed_bytes`."""
    return {
        "revoked_ids": sorted(set(ids)),
        "version": version,
        "issued_at": issued_at,
        "issuer": [1, issuer],
    }


def signed_bytes(payload: dict[str, object]) -> bytes:
    """Return what the issuer of a list signs."""
    return DOMAIN + LIST_DOMAIN + cbor.encode(payload)


def encoded(payload: dict[str, object], signature: bytes) -> bytes:
    """Return the list as it is published."""
    return cbor.encode({"payload": payload, "signature": [1, signature]})
