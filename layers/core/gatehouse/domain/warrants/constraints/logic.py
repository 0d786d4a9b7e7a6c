"""Constraints made of constraints: All, Any, Not.

A member that cannot answer denies the call, so dropping it could let a child do what its parent
cannot. Where members may fail, `covers` therefore asks for more than set inclusion.
"""

from typing import ClassVar

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.constraints.base import Constraint, covers, pair
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen


class All(Frozen):
    """Every member passes; without members nobody can say."""

    members: tuple[Constraint, ...]
    type_id: ClassVar[int] = 12
    narrows_to_exact: ClassVar[bool] = True

    @property
    def may_fail(self) -> bool:
        """Whether a member may, or there is none."""
        return not self.members or any(member.may_fail for member in self.members)

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass what all pass."""
        effort.spend()
        if not self.members:
            raise Denied(1501, "All needs at least one constraint")
        return all(member.admits(value, effort) for member in self.members)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover what has, for each member here, one that is covered by it."""
        return (
            isinstance(child, All)
            and bool(child.members and self.members)
            and all(
                any(covers(mine, its, effort) for its in child.members) for mine in self.members
            )
        )

    def wire(self) -> object:
        """Return the map with the members."""
        return {"constraints": [pair(member) for member in self.members]}


class AnyOf(Frozen):
    """One member passes, asked in order; an earlier one that cannot answer denies."""

    members: tuple[Constraint, ...]
    type_id: ClassVar[int] = 13
    narrows_to_exact: ClassVar[bool] = False

    @property
    def may_fail(self) -> bool:
        """Whether a member may."""
        return any(member.may_fail for member in self.members)

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass what one passes."""
        effort.spend()
        return any(member.admits(value, effort) for member in self.members)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover what has only members that one here covers."""
        if not isinstance(child, AnyOf):
            return False
        mine = [(member, member.may_fail) for member in self.members]
        return all(
            _is_covered(mine, its, child.members[:at], effort)
            for at, its in enumerate(child.members)
        )

    def wire(self) -> object:
        """Return the map with the members."""
        return {"constraints": [pair(member) for member in self.members]}


def _is_covered(
    parents: list[tuple[Constraint, bool]],
    its: Constraint,
    before: tuple[Constraint, ...],
    effort: Effort,
) -> bool:
    """Say whether a parent's member covers `its`, and each that may fail earlier fails there too.

    Where the child is asked about `its`, those `before` it have answered. So must the parent's
    have, up to the one that covers it.
    """
    for mine, may_fail in parents:
        if _covers(mine, its, effort):
            return True
        if may_fail and not any(_fails_with(mine, other, effort) for other in before):
            return False
    return False


def _covers(mine: Constraint, its: Constraint, effort: Effort) -> bool:
    try:
        return covers(mine, its, effort)
    except Denied as denied:
        if denied.code == 1501:  # noqa: PLR2004 - it fails on the child's value
            return False
        raise


def _is_same(left: Constraint, right: Constraint, effort: Effort) -> bool:
    texts = [cbor.encode(pair(each)) for each in (left, right)]
    effort.spend(sum(map(len, texts)) // 4)
    return texts[0] == texts[1]


def _fails_with(mine: Constraint, other: Constraint, effort: Effort) -> bool:
    """Say whether `other` fails wherever `mine` does: it is a narrower one of its plain type."""
    effort.spend()
    if type(mine) is not type(other):
        return False
    if isinstance(mine, All | AnyOf | Not):  # what another member answers may hide the failure
        return _is_same(mine, other, effort)
    return _covers(mine, other, effort)


class Not(Frozen):
    """The inner constraint answers no."""

    inner: Constraint
    type_id: ClassVar[int] = 14
    narrows_to_exact: ClassVar[bool] = False

    @property
    def may_fail(self) -> bool:
        """Whether the inner one may."""
        return self.inner.may_fail

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass what the inner one does not."""
        effort.spend()
        return not self.inner.admits(value, effort)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover a wider refusal."""
        if not isinstance(child, Not):
            return False
        is_fragile = self.inner.may_fail and isinstance(self.inner, All | AnyOf | Not)
        if is_fragile and not _is_same(self.inner, child.inner, effort):
            return False
        return covers(child.inner, self.inner, effort)

    def wire(self) -> object:
        """Return the map with the inner constraint."""
        return {"constraint": pair(self.inner)}
