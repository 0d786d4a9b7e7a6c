"""What a project asks of warrants, and what came of asking.

`gatehouse.domain.warrants` says whether a warrant allows a call; here is what a project makes of
its answer. Times are whole seconds since the Unix epoch.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


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
        return max(self.mode, of_tool or self.mode, key=lambda mode: mode.strictness)


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
    """

    mode: WarrantMode
    decision: Decision
    warrant_id: str | None = None
    reason: str | None = None
    code: int | None = None
    field: str | None = None
    hint: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedWarrant:
    """What came with a call: bytes, not yet looked at.

    Attributes:
        stack: CBOR of one warrant or of a stack.
        proof: The proof of possession.
        approvals: CBOR of each approval.
        nonce: What makes this one of several equal calls; counts only with the holder's signature.
        nonce_signature: The holder's, over the proof and the nonce.
    """

    stack: bytes = field(repr=False)
    proof: bytes = field(repr=False)
    approvals: tuple[bytes, ...] = field(default=(), repr=False)
    nonce: bytes = field(default=b"", repr=False)
    nonce_signature: bytes = field(default=b"", repr=False)
