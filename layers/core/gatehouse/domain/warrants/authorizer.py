"""The verifier: does this stack of warrants allow this call, now?"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from gatehouse.domain.warrants import clearance
from gatehouse.domain.warrants.chain import Chain, VerifiedChains, read_chain, require_linked
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.digests import sha256
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.keys import require_point, require_strong
from gatehouse.domain.warrants.payload import Payload
from gatehouse.domain.warrants.pop import Windows, require_possession
from gatehouse.domain.warrants.revocation import RevocationList
from gatehouse.domain.warrants.values import plain

if TYPE_CHECKING:
    from gatehouse.domain.warrants.approvals import Approval

DAY: Final = 86_400
_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})
_SHARED: Final = VerifiedChains()
MAX_ARGUMENTS_BYTES: Final = 262_144


class Authorized(Frozen):
    """A call that its warrants allow.

    Attributes:
        chain: The warrants.
        tool: The tool's name.
        approvals: Those that a gate asked for.
        proof: SHA-256 of the proof of possession, to be spent once.
        proof_ends_at: From when on, in Unix seconds, the proof is refused for its age.
    """

    chain: Chain
    tool: str
    approvals: "tuple[Approval, ...]"
    proof: bytes
    proof_ends_at: int

    @property
    def holder(self) -> bytes:
        """The key that called."""
        return self.chain.leaf.holder


class Authorizer:
    """Verifies stacks of warrants against trusted roots. Times are in seconds.

    Args:
        trusted_roots: Public keys, of 32 bytes, that may sign a chain's first warrant.
        clock_tolerance: How far clocks may differ.
        pop_window: Length of the proof's time window.
        pop_max_windows: How many windows around now are tried.
        clearances: The level that tools ask for, by name or by prefix and `*`.
        revocations: The list in force.
        max_lifetime: Longest time from a warrant's start to its end.
        max_depth: Greatest depth, and greatest `max_depth`, of a warrant.
        cache: Chains verified before; by default one for the process.

    Raises:
        Denied: A root is no strong key.
        ValueError: Another argument is out of range.
    """

    def __init__(  # noqa: PLR0913
        self,
        trusted_roots: Collection[bytes],
        *,
        clock_tolerance: int = 30,
        pop_window: int = 30,
        pop_max_windows: int = 5,
        clearances: Mapping[str, int] = _NOTHING,
        revocations: RevocationList | None = None,
        max_lifetime: int = 90 * DAY,
        max_depth: int = 64,
        cache: VerifiedChains = _SHARED,
    ) -> None:
        for root in trusted_roots:
            require_strong(root)
        if clock_tolerance < 0 or pop_window < 1 or not 1 <= pop_max_windows <= 20:  # noqa: PLR2004
            raise ValueError("a window or tolerance is out of range")
        clearance.require_patterns(clearances)
        self._roots = frozenset(trusted_roots)
        self._tolerance = clock_tolerance
        self._windows = Windows(seconds=pop_window, most=pop_max_windows)
        self._clearances = dict(clearances)
        self._revocations = revocations
        self._max_lifetime = max_lifetime
        self._max_depth = max_depth
        self._cache = cache

    def check(  # noqa: PLR0913
        self,
        stack: bytes,
        tool: str,
        arguments: Mapping[str, object],
        pop: bytes,
        *,
        approvals: Sequence[bytes] = (),
        now: int,
    ) -> Authorized:
        """Decide about one call.

        Args:
            stack: CBOR of one warrant, or of a stack of them with the root first.
            tool: The tool's name.
            arguments: As the holder signed them, nulls too.
            pop: The proof of possession, an Ed25519 signature.
            approvals: CBOR of each approval.
            now: Unix seconds.

        Raises:
            Denied: The call is not allowed, for whatever reason.
        """
        chain = self._verified(stack, now)
        leaf = chain.leaf
        capability = leaf.capability(tool, now)
        if (leaf.clearance or 0) < clearance.required(self._clearances, tool):
            raise Denied(1500, "the tool asks for a higher clearance")
        signed = _plain_arguments(arguments)
        window = require_possession(
            leaf.holder, leaf.id, tool, signed, pop, windows=self._windows, now=now
        )
        effort = Effort()
        capability.require(signed, effort)
        gate = leaf.gates.get(tool)
        approved: tuple[Approval, ...] = ()
        if gate is not None and gate.is_fired(signed, effort):
            from gatehouse.domain.warrants.approvals import require_approvals  # noqa: PLC0415

            approved = require_approvals(
                leaf,
                tool,
                signed,
                approvals,
                message=gate.message,
                tolerance=self._tolerance,
                now=now,
            )
        return Authorized(
            chain=chain,
            tool=tool,
            approvals=approved,
            proof=sha256(pop),
            proof_ends_at=self._windows.end(window),
        )

    def verify_chain(self, stack: bytes, *, now: int) -> Chain:
        """Check signatures, links, attenuation, times, roots and revocation, without a call.

        A chain that was verified before is not verified again; what depends on the time, on the
        roots or on the list of revocations is asked each time.

        Raises:
            Denied: The chain does not hold.
        """
        chain = self._verified(stack, now)
        require_point(chain.leaf.holder)  # without a call, it has not signed anything
        return chain

    def _verified(self, stack: bytes, now: int) -> Chain:
        if not isinstance(stack, bytes):
            raise Denied(1001, "a stack is bytes")
        chain = self._cache.get(sha256(stack))
        if chain is not None:
            self._require_rooted(chain.warrants)
        else:
            read = read_chain(stack)
            # Before the signatures, so that a stranger's chain costs little.
            self._require_rooted(tuple(warrant.payload for warrant in read))
            chain = require_linked(read, stack)
            self._cache.put(chain, len(stack))
        for warrant in chain.warrants:
            self._require_in_time(warrant, now)
        return chain

    def _require_rooted(self, warrants: tuple[Payload, ...]) -> None:
        if self._revocations and self._revocations.revokes([w.name for w in warrants]):
            raise Denied(1800, "a warrant in the chain is revoked")
        if warrants[0].issuer not in self._roots:
            raise Denied(1406, "the chain does not start at a trusted root")

    def _require_in_time(self, warrant: Payload, now: int) -> None:
        if max(warrant.depth, warrant.max_depth) > self._max_depth:
            raise Denied(1402, f"a warrant's depth may be at most {self._max_depth}")
        if warrant.expires_at - warrant.issued_at > self._max_lifetime:
            raise Denied(1303, f"a warrant may live for at most {self._max_lifetime} seconds")
        if now > warrant.expires_at + self._tolerance:
            raise Denied(1300, "a warrant has expired")
        if warrant.issued_at > now + self._tolerance:
            early = warrant.issued_at - now
            raise Denied(1302, f"a warrant starts {early} seconds from now; check the clock")


def _plain_arguments(arguments: Mapping[str, object]) -> dict[str, object]:
    found = plain(arguments)
    if not isinstance(found, dict):
        raise Denied(1201, "arguments are an object")
    return found
