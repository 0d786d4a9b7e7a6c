"""Constraints that compare with listed values: Exact, OneOf, NotOneOf, Contains, Subset, Wildcard.

Comparison is by type and content (`values.identity`).
"""

from collections.abc import Hashable, Iterable
from typing import ClassVar

from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.values import identity, same

Values = tuple[object, ...]


class Wildcard(Frozen):
    """Any value; the argument must still be there."""

    type_id: ClassVar[int] = 16
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:  # noqa: ARG002
        """Pass everything."""
        return True

    def covers(self, child: Constraint, effort: Effort) -> bool:  # noqa: ARG002
        """Cover everything."""
        return True

    def wire(self) -> object:
        """Return null."""
        return None


class Exact(Frozen):
    """One value."""

    value: object
    type_id: ClassVar[int] = 1
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass the same value."""
        effort.spend()
        return same(self.value, value)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover the same value."""
        return isinstance(child, Exact) and self.admits(child.value, effort)

    def wire(self) -> object:
        """Return the map with the value."""
        return {"value": self.value}


class OneOf(Frozen):
    """One of the listed values; none, when the list is empty."""

    values: Values
    type_id: ClassVar[int] = 4
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass a listed value."""
        return identity(value) in _identities(self.values, effort)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover a part of the list."""
        return isinstance(child, OneOf) and _is_within(child.values, self.values, effort)

    def wire(self) -> object:
        """Return the map with the list."""
        return {"values": list(self.values)}


class NotOneOf(Frozen):
    """Any value but the listed ones, of whatever type."""

    excluded: Values
    type_id: ClassVar[int] = 7
    narrows_to_exact: ClassVar[bool] = False
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass what is not listed."""
        return identity(value) not in _identities(self.excluded, effort)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover a longer list."""
        return isinstance(child, NotOneOf) and _is_within(self.excluded, child.excluded, effort)

    def wire(self) -> object:
        """Return the map with the list."""
        return {"excluded": list(self.excluded)}


class Contains(Frozen):
    """A list with all of the required values in it."""

    required: Values
    type_id: ClassVar[int] = 10
    narrows_to_exact: ClassVar[bool] = False
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass a list that has them."""
        return isinstance(value, list) and _is_within(self.required, value, effort)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover what requires more."""
        return isinstance(child, Contains) and _is_within(self.required, child.required, effort)

    def wire(self) -> object:
        """Return the map with the list."""
        return {"required": list(self.required)}


class Subset(Frozen):
    """A list, possibly empty, of allowed values only."""

    allowed: Values
    type_id: ClassVar[int] = 11
    narrows_to_exact: ClassVar[bool] = False
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass a list without strangers."""
        return isinstance(value, list) and _is_within(value, self.allowed, effort)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover what allows less."""
        return isinstance(child, Subset) and _is_within(child.allowed, self.allowed, effort)

    def wire(self) -> object:
        """Return the map with the list."""
        return {"allowed": list(self.allowed)}


def _identities(values: Iterable[object], effort: Effort) -> set[Hashable]:
    found = set(map(identity, values))
    effort.spend(1 + len(found))
    return found


def _is_within(part: Iterable[object], whole: Iterable[object], effort: Effort) -> bool:
    return _identities(part, effort) <= _identities(whole, effort)
