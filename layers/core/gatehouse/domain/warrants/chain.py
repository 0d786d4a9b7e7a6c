"""A chain of warrants, each issued by the holder of the one before."""

from collections import OrderedDict
from itertools import pairwise
from typing import Final

from gatehouse.domain.warrants.attenuation import require_attenuated
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.digests import sha256
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.envelope import Warrant, read_stack
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.keys import require_point
from gatehouse.domain.warrants.payload import Payload

CACHED_CHAINS: Final = 256
CACHED_BYTES: Final = 1 << 20


class Chain(Frozen):
    """A chain whose signatures, links and attenuation hold. Times are not part of that.

    Attributes:
        warrants: The root first.
        digest: SHA-256 of the bytes it was read from.
    """

    warrants: tuple[Payload, ...]
    digest: bytes

    @property
    def root(self) -> Payload:
        """The warrant signed by a trusted root."""
        return self.warrants[0]

    @property
    def leaf(self) -> Payload:
        """The warrant whose holder calls."""
        return self.warrants[-1]

    @property
    def ids(self) -> tuple[str, ...]:
        """The warrants' ids as they are printed, the root's first."""
        return tuple(warrant.name for warrant in self.warrants)

    @property
    def expires_at(self) -> int:
        """When the leaf ends, in Unix seconds; no ancestor ends before it."""
        return self.leaf.expires_at


class VerifiedChains:
    """Chains verified before, by the hash of their bytes; the oldest go first.

    Whether a chain holds together depends on its bytes alone, so this may be shared by verifiers
    with different roots and limits: each asks about those itself.
    """

    def __init__(self, chains: int = CACHED_CHAINS, size: int = CACHED_BYTES) -> None:
        self._most_chains = chains
        self._most_bytes = size
        self._bytes = 0
        self._kept: OrderedDict[bytes, tuple[Chain, int]] = OrderedDict()

    def get(self, digest: bytes) -> Chain | None:
        """Return the chain with these bytes, when it is kept."""
        found = self._kept.get(digest)
        if found is None:
            return None
        self._kept.move_to_end(digest)
        return found[0]

    def put(self, chain: Chain, size: int) -> None:
        """Keep a verified chain that was read from `size` bytes."""
        if size > self._most_bytes or chain.digest in self._kept:
            return
        self._kept[chain.digest] = (chain, size)
        self._bytes += size
        while len(self._kept) > self._most_chains or self._bytes > self._most_bytes:
            _, (_, dropped) = self._kept.popitem(last=False)
            self._bytes -= dropped


def read_chain(stack: bytes) -> tuple[Warrant, ...]:
    """Return the warrants in `stack`, not verified but for their ids: each comes once.

    Raises:
        Denied: The bytes are malformed, or an id comes twice.
    """
    warrants = read_stack(stack)
    if len({warrant.payload.id for warrant in warrants}) != len(warrants):
        raise Denied(1405, "a warrant comes twice in its chain")
    return warrants


def require_linked(warrants: tuple[Warrant, ...], stack: bytes) -> Chain:
    """Check signatures, links and attenuation of what `read_chain` returned.

    Raises:
        Denied: The first warrant is no root, or one does not follow from the one before.
    """
    root = warrants[0].payload
    if root.depth or root.parent_hash is not None:
        raise Denied(1405, "the chain does not start at a root: present the parents too")
    for warrant in warrants:
        warrant.require_signature()
    effort = Effort()
    for parent, child in pairwise(warrants):
        _require_link(parent, child.payload, effort)
    # Children keep their parents' approvers, and the other keys but the last holder's have signed.
    for approver in warrants[-1].payload.approvers:
        require_point(approver)
    return Chain(
        warrants=tuple(warrant.payload for warrant in warrants),
        digest=sha256(stack),
    )


def _require_link(above: Warrant, child: Payload, effort: Effort) -> None:
    parent = above.payload
    if child.issuer != parent.holder:
        raise Denied(1405, "a child is not issued by its parent's holder")
    if child.depth != parent.depth + 1:
        raise Denied(1403, "a child's depth is not one more than its parent's")
    if child.depth > parent.max_depth or child.depth > child.max_depth:
        raise Denied(1402, "a child is deeper than its parent or itself allows")
    if child.max_depth > parent.max_depth:
        raise Denied(1403, "a child may not raise max_depth")
    if child.expires_at > parent.expires_at or child.issued_at < parent.issued_at:
        raise Denied(1405, "a child may not live outside of its parent's time")
    if child.parent_hash != above.digest:
        raise Denied(1401, "a child names another parent")
    require_attenuated(parent, child, effort)
