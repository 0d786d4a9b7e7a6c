"""Approvals: signatures by a warrant's approvers over one request, for a time."""

from collections.abc import Mapping, Sequence
from typing import Final

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.digests import sha256
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.keys import DOMAIN, is_signed, require_key, require_signature
from gatehouse.domain.warrants.payload import Payload
from gatehouse.domain.warrants.shapes import fields, octets, text, whole

APPROVAL_DOMAIN: Final = b"tenuo-approval-v1"
VERSION: Final = 1
MAX_BYTES: Final = 8192
MAX_COUNT: Final = 64

_OUTER: Final = frozenset({"approval_version", "payload", "approver_key", "signature"})
_INNER: Final = frozenset(
    {"version", "request_hash", "nonce", "external_id", "approved_at", "expires_at"}
)


class Approval(Frozen):
    """One approval whose signature holds. Times are Unix seconds."""

    approver: bytes
    request_hash: bytes
    external_id: str
    approved_at: int
    expires_at: int


def request_hash(warrant: Payload, tool: str, arguments: Mapping[str, object]) -> bytes:
    """Return what an approval is for: warrant, tool, all arguments, and who may use it."""
    content = [warrant.name, tool, cbor.encode(cbor.sorted_map(arguments)), warrant.holder]
    return sha256(cbor.encode(content))


def require_approvals(  # noqa: PLR0913
    warrant: Payload,
    tool: str,
    arguments: Mapping[str, object],
    approvals: Sequence[bytes],
    *,
    message: str,
    tolerance: int,
    now: int,
) -> tuple[Approval, ...]:
    """Check that enough of the warrant's approvers approved this call, and return theirs.

    Raises:
        Denied: 1707 without approvals; the fault of the first bad one when none is good; 1700
            when the good ones are too few.
    """
    if not warrant.approvers:
        raise Denied(1701, "a gate asks for approval, and the warrant names no approver")
    if not approvals:
        raise Denied(1707, message or "the call needs approval")
    if len(approvals) > min(MAX_COUNT, 2 * len(warrant.approvers)):
        raise Denied(1701, "a call carries at most two approvals for each approver")
    expected = request_hash(warrant, tool, arguments)
    good: dict[bytes, Approval] = {}
    faults: list[Denied] = []
    for data in approvals:
        try:
            found = _read(data, warrant.approvers)
            _require_current(found, expected, tolerance, now)
        except Denied as denied:
            faults.append(denied)
        else:
            good.setdefault(found.approver, found)
    if len(good) >= warrant.min_approvals:
        return tuple(good.values())
    if not good:
        raise faults[0]
    raise Denied(1700, f"{len(good)} of {warrant.min_approvals} approvals hold")


def _require_current(approval: Approval, expected: bytes, tolerance: int, now: int) -> None:
    if approval.request_hash != expected:
        raise Denied(1706, "the approval is for another request")
    if now > approval.expires_at + tolerance:
        raise Denied(1703, "the approval has expired")
    if approval.approved_at > now + tolerance or approval.expires_at <= approval.approved_at:
        raise Denied(1701, "the approval's times are wrong")


def _read(data: bytes, approvers: frozenset[bytes]) -> Approval:
    if len(data) > MAX_BYTES:
        raise Denied(1701, f"an approval has at most {MAX_BYTES} bytes")
    outer = fields(cbor.decode(data), "an approval", required=_OUTER)
    if outer["approval_version"] != VERSION or type(outer["approval_version"]) is not int:
        raise Denied(1704, "the approval's version is not known")
    approver = require_key(outer["approver_key"])
    if approver not in approvers:
        raise Denied(1702, "the approval is not by one of the warrant's approvers")
    payload = outer["payload"]
    if not isinstance(payload, bytes):
        raise Denied(1705, "an approval's payload is a byte string")
    signed = DOMAIN + APPROVAL_DOMAIN + bytes((VERSION,)) + payload
    if not is_signed(approver, require_signature(outer["signature"]), signed):
        raise Denied(1701, "the approval's signature does not hold")
    inner = fields(cbor.decode(payload), "an approval", required=_INNER)
    if inner["version"] != VERSION or type(inner["version"]) is not int:
        raise Denied(1704, "the approval's version is not known")
    octets(inner["nonce"], "nonce", 16)
    return Approval(
        approver=approver,
        request_hash=octets(inner["request_hash"], "request_hash", 32),
        external_id=text(inner["external_id"], "external_id"),
        approved_at=whole(inner["approved_at"], "approved_at"),
        expires_at=whole(inner["expires_at"], "expires_at"),
    )
