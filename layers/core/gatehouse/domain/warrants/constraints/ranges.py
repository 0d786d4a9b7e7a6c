"""Range: a number between two bounds, compared as IEEE 754 doubles."""

from typing import ClassVar

from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen


class Range(Frozen):
    """A number from `least` to `most`; None is no bound, and each may itself be in or out."""

    least: float | None
    most: float | None
    with_least: bool
    with_most: bool
    type_id: ClassVar[int] = 3
    narrows_to_exact: ClassVar[bool] = True
    may_fail: ClassVar[bool] = False

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass an integer or float inside; NaN and bools are outside of every range."""
        effort.spend()
        if type(value) is not int and type(value) is not float:
            return False
        number = float(value)
        if number != number:  # noqa: PLR0124 - NaN
            return False
        if self.least is not None and (
            number < self.least or (number == self.least and not self.with_least)
        ):
            return False
        return self.most is None or not (
            number > self.most or (number == self.most and not self.with_most)
        )

    def covers(self, child: Constraint, effort: Effort) -> bool:  # noqa: ARG002
        """Cover a range that lies inside."""
        if not isinstance(child, Range):
            return False
        if self.least is not None and (
            child.least is None
            or child.least < self.least
            or (child.least == self.least and child.with_least and not self.with_least)
        ):
            return False
        return self.most is None or not (
            child.most is None
            or child.most > self.most
            or (child.most == self.most and child.with_most and not self.with_most)
        )

    def wire(self) -> object:
        """Return the map with both bounds."""
        return {
            "min": self.least,
            "max": self.most,
            "min_inclusive": self.with_least,
            "max_inclusive": self.with_most,
        }
