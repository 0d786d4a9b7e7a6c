"""Warrants for tests: minted by hand, so that they may also be wrong, and judged by two verifiers.

`ours` asks `gatehouse.domain.warrants`; `theirs` asks the public package `tenuo`.
"""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import tenuo_core
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gatehouse.domain.warrants import Authorizer, Denied, RevocationList, cbor

NOW = 1_795_317_986
DOMAIN = b"tenuo-warrant-v1"
NAMES = ("root", "alice", "bob", "carol", "dave", "erin", "approver1", "approver2", "stranger")
KEYS = {
    name: Ed25519PrivateKey.from_private_bytes(bytes([7 + i]) * 32) for i, name in enumerate(NAMES)
}
PUBLIC = {name: key.public_key().public_bytes_raw() for name, key in KEYS.items()}
OPEN: dict[str, object] = {"t": {"constraints": {}}}


def payload(
    holder: str = "alice", issuer: str = "root", *, serial: int = 0, **fields: object
) -> dict[Any, Any]:
    """Return a payload's map; `k17=30` sets key 17, and `k8=None` leaves key 8 out."""
    made: dict[Any, Any] = {
        0: 1,
        1: hashlib.sha256(f"{holder}{issuer}{serial}".encode()).digest()[:16],
        2: 0,
        3: OPEN,
        4: [1, PUBLIC[holder]],
        5: [1, PUBLIC[issuer]],
        6: NOW - 10,
        7: NOW + 3600,
        8: 64,
        18: 0,
    }
    for name, value in fields.items():
        made[int(name.removeprefix("k"))] = value
    kept = {key: value for key, value in made.items() if value is not None or key == 16}
    return dict(sorted(kept.items()))


def signed(content: bytes, issuer: str) -> bytes:
    """Return the envelope around `content`."""
    return cbor.encode([1, content, [1, KEYS[issuer].sign(DOMAIN + b"\x01" + content)]])


@dataclass
class Minted:
    """A chain under construction; each `to` adds one warrant."""

    warrants: list[bytes] = field(default_factory=list)
    payloads: list[dict[Any, Any]] = field(default_factory=list)
    holder: str = "root"

    def to(self, holder: str, **fields: object) -> "Minted":
        """Add a warrant for `holder`, issued by the last holder."""
        depth = len(self.warrants)
        above = cbor.encode(self.payloads[-1]) if depth else b""
        links = {"k9": list(hashlib.sha256(above).digest()), "k18": depth} if depth else {}
        made = payload(holder, self.holder, serial=depth, **{**links, **fields})
        return Minted(
            [*self.warrants, signed(cbor.encode(made), self.holder)],
            [*self.payloads, made],
            holder,
        )

    @property
    def stack(self) -> bytes:
        """The stack's bytes."""
        count = len(self.warrants)
        head = bytes([0x80 | count]) if count < 24 else bytes([0x98, count])
        return head + b"".join(self.warrants)

    @property
    def leaf_id(self) -> bytes:
        """The last warrant's id."""
        found: bytes = self.payloads[-1][1]
        return found


def constrained(wire: object, tool: str = "t") -> dict[str, object]:
    """Return a tools map with one tool, whose argument x is under one constraint."""
    return {tool: {"constraints": {"x": wire}}}


def proof(
    chain: Minted, tool: str, arguments: Mapping[str, object], *, now: int = NOW, by: str = ""
) -> bytes:
    """Return the holder's proof of possession."""
    pairs = [[name, value] for name, value in cbor.sorted_map(arguments).items()]
    preimage = cbor.encode([chain.leaf_id.hex(), tool, pairs, now // 30 * 30])
    return KEYS[by or chain.holder].sign(DOMAIN + b"tenuo-pop-v1" + preimage)


def gates(content: object) -> dict[str, object]:
    """Return the extensions that hold these approval gates."""
    return {"tenuo.approval_gates": list(cbor.encode(content))}


def approval(
    chain: Minted, tool: str, arguments: Mapping[str, object], by: str, **fields: object
) -> bytes:
    """Return an approval of this call by a key."""
    holder: Any = chain.payloads[-1][4]
    content = cbor.encode(cbor.sorted_map(arguments))
    named = ["tnu_wrt_" + chain.leaf_id.hex(), tool, content, holder[1]]
    inner = {
        "version": 1,
        "request_hash": list(hashlib.sha256(cbor.encode(named)).digest()),
        "nonce": list(range(16)),
        "external_id": "ticket",
        "approved_at": NOW - 100,
        "expires_at": NOW + 300,
        **fields,
    }
    body = cbor.encode(inner)
    signature = KEYS[by].sign(DOMAIN + b"tenuo-approval-v1\x01" + body)
    return cbor.encode(
        {
            "approval_version": 1,
            "payload": body,
            "approver_key": [1, PUBLIC[by]],
            "signature": [1, signature],
        }
    )


def revocation_list(ids: Sequence[str], **fields: object) -> bytes:
    """Return a list of revoked warrants by the root."""
    content = {
        "revoked_ids": list(ids),
        "version": 1,
        "issued_at": "2026-11-22T03:26:06Z",
        "issuer": [1, PUBLIC["root"]],
        **fields,
    }
    signature = KEYS["root"].sign(DOMAIN + b"tenuo-srl-v1" + cbor.encode(content))
    return cbor.encode({"payload": content, "signature": [1, signature]})


def ours(
    chain: Minted,
    tool: str | None = None,
    arguments: Mapping[str, object] | None = None,
    *,
    approvals: Sequence[bytes] = (),
    clearances: Mapping[str, int] = MappingProxyType({}),
    revoked: bytes | None = None,
    now: int = NOW,
) -> Denied | None:
    """Return why the verifier denies, or None; without a tool, ask about the chain alone."""
    try:
        listed = RevocationList.parse(revoked, issuers=[PUBLIC["root"]]) if revoked else None
        verifier = Authorizer([PUBLIC["root"]], clearances=clearances, revocations=listed)
        if tool is None:
            verifier.verify_chain(chain.stack, now=now)
        else:
            given = arguments or {}
            pop = proof(chain, tool, given, now=now)
            verifier.check(chain.stack, tool, given, pop, approvals=approvals, now=now)
    except Denied as denied:
        return denied
    return None


def theirs(
    chain: Minted,
    tool: str | None = None,
    arguments: Mapping[str, object] | None = None,
    *,
    approvals: Sequence[bytes] = (),
    clearances: Mapping[str, int] = MappingProxyType({}),
    revoked: bytes | None = None,
    now: int = NOW,
) -> str | None:
    """Return why the public package denies, or None."""
    verifier = tenuo_core.Authorizer(
        trusted_roots=[tenuo_core.PublicKey.from_bytes(PUBLIC["root"])]
    )
    for pattern, level in clearances.items():
        verifier.require_clearance(pattern, tenuo_core.Clearance(level))
    try:
        if revoked:
            verifier.set_revocation_list(tenuo_core.SignedRevocationList.from_bytes(revoked))
        warrants = [
            tenuo_core.Warrant.from_base64(urlsafe_b64encode(data).rstrip(b"=").decode())
            for data in chain.warrants
        ]
        if tool is None:
            verifier.verify_chain(warrants, now)
        else:
            given = dict(arguments or {})
            pop = proof(chain, tool, given, now=now)
            approved = [tenuo_core.SignedApproval.from_bytes(data) for data in approvals]
            verifier.check_chain(warrants, tool, given, pop, approved, now)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - its exceptions have no common base
        return f"{type(error).__name__}: {error}"
    return None
