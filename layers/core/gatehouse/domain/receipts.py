"""What is kept of decisions about warrants, signed: who says it, and what there is to say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gatehouse.domain.warrant_policies import Evidence, PresentedWarrant, WarrantPolicy
from gatehouse.domain.warrant_policy_documents import policy_document

if TYPE_CHECKING:
    from gatehouse.domain.warrants.payload import Payload


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainedReceipt:
    """A receipt at its place; `created_at` is Unix seconds, what it says of the time."""

    project_id: str
    chain: str
    sequence: int
    data: bytes = field(repr=False)
    created_at: int

    @property
    def link(self) -> str:
        """What a call's record says of its receipt."""
        return f"{self.chain}/{self.sequence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCertificate:
    """An instance's certificate, and its signature by the deployment's key."""

    certificate: bytes
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainListing:
    """A chain that a project's receipts of one hour are in.

    `hour` is epoch seconds // 3600; `before` the hour in which it was last listed, if it was.
    """

    chain: str
    function: str
    hour: int
    before: int | None


def evidence(
    presented: PresentedWarrant,
    *,
    tool: str,
    arguments: Mapping[str, object],
    policy: WarrantPolicy,
    trusted_roots: frozenset[bytes],
) -> Evidence | None:
    """Return the evidence of a decision about `presented`; None when no warrant can be read in it.

    Who sends what is no warrant has presented nothing that could be decided about.
    """
    # Loaded by the first receipt: few projects want any.
    from gatehouse.domain.warrants.denied import Denied  # noqa: PLC0415
    from gatehouse.domain.warrants.envelope import read_stack  # noqa: PLC0415
    from gatehouse.domain.warrants.keys import SIGNATURE_BYTES  # noqa: PLC0415
    from gatehouse.domain.warrants.receipts import roots_hash  # noqa: PLC0415

    try:
        warrants = read_stack(presented.stack)
    except Denied:
        return None
    return Evidence(
        stack=presented.stack,
        proof=presented.proof if len(presented.proof) == SIGNATURE_BYTES else b"",
        root=warrants[0].payload.issuer,
        request_hash=_request_hash(warrants[-1].payload, tool, arguments),
        policy_hash=policy_hash(policy),
        trusted_roots=roots_hash(trusted_roots),
    )


def policy_hash(policy: WarrantPolicy) -> bytes:
    """Return SHA-256 of the policy as JSON in canonical form (RFC 8785)."""
    import hashlib  # noqa: PLC0415 - receipts are few

    from gatehouse.domain.canonical_json import canonical_bytes  # noqa: PLC0415

    return hashlib.sha256(canonical_bytes(policy_document(policy))).digest()


def _request_hash(warrant: "Payload", tool: str, arguments: Mapping[str, object]) -> bytes | None:
    """Return the hash over the arguments with whole floats as integers, as MCP's proofs have them.

    None for arguments that are none of a warrant's.
    """
    from gatehouse.domain.warrants.approvals import request_hash  # noqa: PLC0415
    from gatehouse.domain.warrants.denied import Denied  # noqa: PLC0415
    from gatehouse.domain.warrants.folding import folded  # noqa: PLC0415
    from gatehouse.domain.warrants.values import plain  # noqa: PLC0415

    try:
        signed = plain(folded(arguments))
    except Denied:
        return None
    return request_hash(warrant, tool, signed) if isinstance(signed, dict) else None
