"""Constraints on text: Pattern (globs) and Regex."""

from typing import ClassVar

from gatehouse.domain.warrants import globs
from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen


class Pattern(Frozen):
    """Text that a glob matches, as a whole and by case. It knows no paths: `..` is just text."""

    pattern: str
    type_id: ClassVar[int] = 2
    narrows_to_exact: ClassVar[bool] = True

    @property
    def may_fail(self) -> bool:
        """Whether the pattern does not parse."""
        return not globs.is_valid(self.pattern)

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass what matches."""
        if not isinstance(value, str):
            effort.spend(1 + len(self.pattern) // 4)
            globs.tokens(self.pattern)  # a pattern that does not parse denies whatever comes
            return False
        return globs.is_match(self.pattern, value, effort)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover the same text, or one that goes on from the literal side of the only star."""
        if not isinstance(child, Pattern):
            return False
        effort.spend(1 + (len(self.pattern) + len(child.pattern)) // 8)
        mine, its = self.pattern, child.pattern
        if mine == its:
            return True
        if mine.count("*") != 1:
            return False
        if mine.endswith("*"):
            return its.find("*") in {-1, len(its) - 1} and globs.goes_on(mine, its)
        if mine.startswith("*"):
            # The literal end of one is compared with the end of the other, which is then literal
            # as well; with a class in it, equal text could mean different characters.
            end = mine[1:]
            return (
                its.rfind("*") <= 0
                and globs.is_literal(end)
                and its.endswith(end)
                and globs.is_valid(its)
            )
        return False

    def wire(self) -> object:
        """Return the map with the pattern."""
        return {"pattern": self.pattern}


class Regex(Frozen):
    """Text in which a regular expression matches somewhere."""

    pattern: str
    type_id: ClassVar[int] = 5
    narrows_to_exact: ClassVar[bool] = True

    @property
    def may_fail(self) -> bool:
        """Whether it can: for what RE2 does not take, and for text outside ASCII."""
        return True

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass what it is found in."""
        from gatehouse.domain.warrants.linear import is_found  # noqa: PLC0415 - loads slowly

        is_text = isinstance(value, str)
        # An expression that is not taken denies whatever comes.
        return is_found(self.pattern, str(value) if is_text else "", effort) and is_text

    def covers(self, child: Constraint, effort: Effort) -> bool:  # noqa: ARG002
        """Cover the same expression only: inclusion of others is not decided here."""
        return isinstance(child, Regex) and self.pattern == child.pattern

    def wire(self) -> object:
        """Return the map with the expression."""
        return {"pattern": self.pattern}
