"""What a project asks of warrants, and what came of asking.

`gatehouse.domain.warrants` says whether a warrant allows a call; here is what a project makes of
its answer. Times are whole seconds since the Unix epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias


class WarrantMode(StrEnum):
    """What becomes of a call that its warrants do not allow, from the laxest on."""

    OFF = "off"
    """Warrants are not looked at."""
    AUDIT = "audit"
    """The call is made; that it would have been denied is recorded."""
    PERMISSIVE = "permissive"
    """The call is made and recorded, and the caller is warned."""
    ENFORCE = "enforce"
    """The call is denied."""

    @property
    def strictness(self) -> int:
        """0 for the laxest; more is stricter."""
        return list(WarrantMode).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class WarrantPolicy:
    """What a project asks of the calls of its tools.

    Attributes:
        mode: For every tool that is not set stricter.
        require_warrant: Whether a call without a warrant is one that is not allowed.
        clearances: The level, 1 to 50, that tools ask for, by name or by prefix and `*`.
        receipts: Whether each decision about a warrant is kept as a signed receipt.
    """

    mode: WarrantMode = WarrantMode.OFF
    require_warrant: bool = True
    clearances: Mapping[str, int] = field(default_factory=dict)
    receipts: bool = False

    def mode_for(self, of_tool: WarrantMode | None) -> WarrantMode:
        """Return the stricter of the project's mode and its tool's."""
        if of_tool is None:
            return self.mode
        return max(self.mode, of_tool, key=lambda mode: mode.strictness)


NO_POLICY = WarrantPolicy()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRoot:
    """A key whose warrants a project trusts, through all of its integrations or through some.

    `public_key` is Ed25519, of 32 bytes.
    """

    public_key: bytes
    description: str | None
    integration_ids: tuple[str, ...] | None
    created_at: int

    def is_trusted_by(self, integration_id: str) -> bool:
        """Say whether warrants of this root count for calls through an integration."""
        return self.integration_ids is None or integration_id in self.integration_ids


class Decision(StrEnum):
    """What was decided about a call on account of its warrants."""

    ALLOWED = "allowed"
    WOULD_DENY = "would_deny"
    """Not allowed, and made all the same, because of the mode."""
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """On what it was decided: what a receipt says beyond the record of its call.

    Attributes:
        stack: The warrants as they were presented.
        proof: The proof of possession as it was presented, of 64 bytes or nothing.
        root: The key that issued the first warrant.
        request_hash: SHA-256 that binds warrant, tool, arguments and holder; None where the
            arguments are none that anybody could sign.
        policy_hash: SHA-256 of the project's policy in force (RFC 8785).
        trusted_roots: SHA-256 of the trusted keys that were taken into account.
    """

    stack: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    root: bytes
    request_hash: bytes | None
    policy_hash: bytes
    trusted_roots: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class WarrantVerdict:
    """What was decided, by which rule, for the caller, the record and the receipt.

    Attributes:
        mode: The mode in force for this call.
        decision: What was decided.
        warrant_id: The leaf as it is printed (`tnu_wrt_...`), where one could be read.
        reason: The stable name of the rule that was not kept: one of `Denied.reason`, or
            `warrant-missing`, `carrier-ambiguous`, `carrier-malformed`, `proof-replayed`.
        code: The number of `Denied`, where the rule has one.
        field: The argument at fault, where it is one argument's.
        hint: A sentence for the caller; it repeats no argument's value.
        evidence: There when a receipt is wanted; it goes into no record.
    """

    mode: WarrantMode
    decision: Decision
    warrant_id: str | None = None
    reason: str | None = None
    code: int | None = None
    field: str | None = None
    hint: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedWarrant:
    """What came with a call: bytes, not yet looked at.

    Attributes:
        stack: CBOR of one warrant or of a stack.
        proof: The proof of possession.
        approvals: CBOR of each approval.
        nonce: What makes this one of several equal calls; counts only with the holder's signature.
        nonce_signature: The holder's, over the proof and the nonce.
        is_in_headers: Whether it came in HTTP headers, whose proof may cover whole floats as such.
    """

    stack: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    approvals: tuple[bytes, ...] = field(default=(), repr=False)
    nonce: bytes = field(default=b"", repr=False)
    nonce_signature: bytes = field(default=b"", repr=False)
    is_in_headers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusableCarrier:
    """What came with a call, and cannot be read as a warrant; `hint` is for the caller."""

    reason: str
    hint: str


Carried: TypeAlias = PresentedWarrant | UnusableCarrier | None
"""What a call carries; None where nothing speaks of warrants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WarrantStanding:
    """What a project holds about the warrants that a call names, which nobody has verified yet.

    Attributes:
        root: The first warrant's issuer, if the project trusts it.
        ids: The warrants as they are printed, the first one's first; none if they cannot be read.
        revoked: Those of `ids` that are revoked.
    """

    root: TrustedRoot | None = None
    ids: tuple[str, ...] = ()
    revoked: frozenset[str] = frozenset()
