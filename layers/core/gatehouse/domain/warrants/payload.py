"""The signed content of a warrant: a CBOR map with integer keys, read strictly."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from gatehouse.domain.warrants.capabilities import (
    RESERVED_TOOLS,
    Capability,
    capability_for,
    read_capability,
    read_tools,
)
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.keys import require_key
from gatehouse.domain.warrants.shapes import array, octets, text_map, texts, whole

if TYPE_CHECKING:
    from gatehouse.domain.warrants.gates import Gates

VERSION: Final = 1
EXECUTION: Final = 0
ISSUER: Final = 1
ID_BYTES: Final = 16
HASH_BYTES: Final = 32
ID_PREFIX: Final = "tnu_wrt_"
MAX_ISSUE_DEPTH: Final = 64
MAX_APPROVERS: Final = 64
MAX_EXTENSIONS: Final = 64
MAX_EXTENSION_BYTES: Final = 8192
GATES: Final = "tenuo.approval_gates"
_TEXT_EXTENSIONS: Final = frozenset({"tenuo.session_id", "tenuo.agent_id"})
_OWN_EXTENSIONS: Final = _TEXT_EXTENSIONS | {GATES}

_REQUIRED: Final = frozenset({0, 1, 2, 3, 4, 5, 6, 7, 8})
_KNOWN: Final = frozenset(range(19)) - {12}
_FOR_ISSUERS: Final = frozenset({11, 13, 14})


class Issuing(Frozen):
    """What an issuer's warrants may be: for `tools`, within `bounds`."""

    tools: frozenset[str] = frozenset()
    max_depth: int | None = None
    bounds: Capability | None = None


NO_ISSUING: Final = Issuing()
NOBODY: Final[tuple[frozenset[bytes], int]] = (frozenset(), 1)


class Payload(Frozen):
    """What a warrant says. Times are Unix seconds.

    Attributes:
        id: 16 bytes.
        kind: `EXECUTION`, which may call tools, or `ISSUER`, which may only issue the former.
        tools: What may be called; none when empty.
        parent_hash: SHA-256 of the parent's payload; None in a root.
        gates: Which calls need approval.
        min_approvals: How many of `approvers` must approve a gated call.
        clearance: None is the lowest.
        issuing: What an issuer may issue.
    """

    id: bytes
    kind: int
    tools: Mapping[str, Capability]
    holder: bytes
    issuer: bytes
    issued_at: int
    expires_at: int
    max_depth: int
    depth: int
    parent_hash: bytes | None
    extensions: Mapping[str, bytes]
    gates: "Gates"
    approvers: frozenset[bytes]
    min_approvals: int
    clearance: int | None
    issuing: Issuing

    @property
    def name(self) -> str:
        """The id as it is printed and listed."""
        return ID_PREFIX + self.id.hex()

    def capability(self, tool: str, now: int) -> Capability:
        """Return what it allows of a tool at a time, in Unix seconds.

        Raises:
            Denied: It is for issuing, has ended, or does not name the tool.
        """
        if self.kind != EXECUTION:
            raise Denied(1201, "only a warrant to call tools allows a call")
        if now >= self.expires_at:
            raise Denied(1300, "the warrant has expired")
        allowed = None if tool.startswith(RESERVED_TOOLS) else capability_for(self.tools, tool)
        if allowed is None:
            raise Denied(1500, "the warrant does not name this tool")
        return allowed


def read_payload(data: object) -> Payload:
    """Return the payload in decoded CBOR.

    Raises:
        Denied: A field is missing, unknown or wrong, or contradicts another.
    """
    if not isinstance(data, dict):
        raise Denied(1201, "a payload is a map with integer keys")
    if not data.keys() <= _KNOWN:
        raise Denied(1203, "the payload has an unknown field")
    if not data.keys() >= _REQUIRED:
        raise Denied(1204, "the payload lacks a field")
    if data[0] != VERSION or type(data[0]) is not int:
        raise Denied(1200, "the payload's version is not known")
    kind = whole(data[2], "the type", ISSUER)
    issued_at, expires_at = whole(data[6], "issued_at"), whole(data[7], "expires_at")
    if expires_at <= issued_at:
        raise Denied(1201, "the warrant ends before it begins")
    extensions = _extensions(data[10]) if 10 in data else {}  # noqa: PLR2004
    approvers, min_approvals = _approvers(data)
    return Payload(
        id=_id(data[1]),
        kind=kind,
        tools=read_tools(data[3]),
        holder=require_key(data[4]),
        issuer=require_key(data[5]),
        issued_at=issued_at,
        expires_at=expires_at,
        max_depth=whole(data[8], "max_depth", 255),
        depth=whole(data.get(18, 0), "depth", 2**32 - 1),
        parent_hash=octets(data[9], "parent_hash", HASH_BYTES) if 9 in data else None,  # noqa: PLR2004
        extensions=extensions,
        gates=_gates(extensions),
        approvers=approvers,
        min_approvals=min_approvals,
        clearance=whole(data[17], "clearance", 255) if 17 in data else None,  # noqa: PLR2004
        issuing=_issuing(data, kind),
    )


def _id(data: object) -> bytes:
    if not isinstance(data, bytes) or len(data) != ID_BYTES:
        raise Denied(1201, f"a warrant's id has {ID_BYTES} bytes")
    return data


def _extensions(data: object) -> dict[str, bytes]:
    found = text_map(data, "extensions")
    if len(found) > MAX_EXTENSIONS:
        raise Denied(1904, f"a warrant has more than {MAX_EXTENSIONS} extensions")
    for name in found:
        if name.startswith("tenuo.") and name not in _OWN_EXTENSIONS:
            raise Denied(2000, "an extension's name is reserved and not known")
    read = {name: octets(value, "an extension") for name, value in found.items()}
    if any(len(value) > MAX_EXTENSION_BYTES for value in read.values()):
        raise Denied(1904, f"an extension is longer than {MAX_EXTENSION_BYTES} bytes")
    for name in _TEXT_EXTENSIONS & read.keys():
        try:
            read[name].decode()
        except UnicodeDecodeError as error:
            raise Denied(2001, "an extension that names something is UTF-8") from error
    return read


def _gates(extensions: Mapping[str, bytes]) -> "Gates":
    if GATES not in extensions:
        return {}
    from gatehouse.domain.warrants.gates import read_gates  # noqa: PLC0415 - most have none

    return read_gates(extensions[GATES])


def _approvers(data: Mapping[int, object]) -> tuple[frozenset[bytes], int]:
    if 15 not in data and 16 not in data:  # noqa: PLR2004
        return NOBODY
    keys = [require_key(item) for item in array(data.get(15, []), "required_approvers")]
    if len(keys) > MAX_APPROVERS:
        raise Denied(1201, f"a warrant has at most {MAX_APPROVERS} approvers")
    found = frozenset(keys)
    if len(found) != len(keys):
        raise Denied(1201, "an approver is listed twice")
    if 16 not in data:  # noqa: PLR2004
        return found, max(1, len(found))
    least = whole(data[16], "min_approvals", 2**32 - 1)
    if not 1 <= least <= len(found):
        raise Denied(1201, "min_approvals is from 1 to the number of required_approvers")
    return found, least


def _issuing(data: Mapping[int, object], kind: int) -> Issuing:
    if kind == EXECUTION:
        if not _FOR_ISSUERS.isdisjoint(data):
            raise Denied(1201, "only an issuer's warrant says what may be issued")
        return NO_ISSUING
    tools = frozenset(texts(data.get(11), "issuable_tools"))
    if not tools or data[3]:
        raise Denied(1201, "an issuer's warrant names tools to issue, and none to call")
    depth, bounds = data.get(13), data.get(14)
    most = min(MAX_ISSUE_DEPTH, whole(data[8], "max_depth"))
    if any(data.get(key, 0) is None for key in _FOR_ISSUERS):
        raise Denied(1201, "an issuer's limits may be absent but not null")
    return Issuing(
        tools=tools,
        max_depth=None if depth is None else whole(depth, "max_issue_depth", most),
        bounds=None if bounds is None else read_capability(bounds),
    )
