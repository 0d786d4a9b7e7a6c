"""Conditions on arguments, under the names that the public package gives them.

Each is made by the reader that the gateway uses, so that what is made here is read there. A value
that cannot be a constraint raises `Denied`. What a condition on addresses, URLs, expressions or
commands needs is in `conditions`.
"""

from collections.abc import Iterable
from typing import ClassVar

from gatehouse.domain.warrants import cbor, globs
from gatehouse.domain.warrants.constraints.base import Constraint as Rule
from gatehouse.domain.warrants.constraints.base import covers, pair
from gatehouse.domain.warrants.constraints.reading import read
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.values import plain


class Constraint:
    """A condition on one argument; compared by what it says."""

    __slots__ = ("rule",)
    type_id: ClassVar[int]

    def __init__(self, value: object) -> None:
        """Take the value as it stands on the wire.

        Raises:
            Denied: It is not of this type's form.
        """
        self.rule: Rule = read([self.type_id, value])

    def satisfies(self, value: object) -> bool:
        """Say whether `value` passes; one that cannot be judged does not."""
        try:
            return self.rule.admits(plain(value), Effort())
        except Denied:
            return False

    def covers(self, child: "Constraint") -> bool:
        """Say whether a grant may put `child` in the place of this one."""
        try:
            return covers(self.rule, child.rule, Effort())
        except Denied:
            return False

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Constraint) and _written(self) == _written(other)

    def __hash__(self) -> int:
        return hash(_written(self))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._shown())})"

    def _shown(self) -> list[str]:
        wire = self.rule.wire()
        values = wire.values() if isinstance(wire, dict) else () if wire is None else (wire,)
        return [repr(value) for value in values]


def _written(constraint: Constraint) -> bytes:
    return cbor.encode(pair(constraint.rule))


def require_constraint(found: object, name: str) -> Constraint:
    """Return a constraint as it is; raise `TypeError` for a bare value."""
    if not isinstance(found, Constraint):
        raise TypeError(f"{name} needs a constraint, for example Exact(...), not a bare value")
    return found


class Wildcard(Constraint):
    """Any value; the argument must still be there."""

    type_id = 16

    def __init__(self) -> None:
        super().__init__(None)


class Exact(Constraint):
    """One value, by type and content."""

    type_id = 1

    def __init__(self, value: object) -> None:
        super().__init__({"value": value})


class Pattern(Constraint):
    """Text that a glob matches: `*`, `?`, `[a-z]`, `[!a]`, `**` as a path component."""

    type_id = 2

    def __init__(self, pattern: str) -> None:
        super().__init__({"pattern": pattern})
        globs.tokens(pattern)


class Regex(Constraint):
    """Text in which a regular expression is found, in linear time."""

    type_id = 5

    def __init__(self, pattern: str) -> None:
        super().__init__({"pattern": pattern})
        self.rule.admits("", Effort())  # raises when the expression is not taken


class Range(Constraint):
    """A number between two bounds; None is no bound."""

    type_id = 3

    def __init__(
        self,
        min: float | None = None,  # noqa: A002 - the public package's names
        max: float | None = None,  # noqa: A002
        *,
        min_inclusive: bool = True,
        max_inclusive: bool = True,
    ) -> None:
        """Take the bounds, each itself inside unless said."""
        super().__init__(
            {
                "min": None if min is None else float(min),
                "max": None if max is None else float(max),
                "min_inclusive": min_inclusive,
                "max_inclusive": max_inclusive,
            }
        )

    @classmethod
    def max_value(cls, most: float) -> "Range":
        """Take numbers up to `most`."""
        return cls(max=most)

    @classmethod
    def min_value(cls, least: float) -> "Range":
        """Take numbers from `least` on."""
        return cls(min=least)

    @classmethod
    def between(cls, least: float, most: float) -> "Range":
        """Take numbers from `least` to `most`."""
        return cls(least, most)

    def _shown(self) -> list[str]:
        wire = self.rule.wire()
        assert isinstance(wire, dict)  # noqa: S101 - it is what the constructor wrote
        bounds = [f"{end}={wire[end]:.17g}" for end in ("min", "max") if wire[end] is not None]
        open_ends = [f"{end}_inclusive" for end in ("min", "max") if not wire[f"{end}_inclusive"]]
        return bounds + [f"{name}=False" for name in open_ends]


class _Listed(Constraint):
    _field: ClassVar[str]

    def __init__(self, values: Iterable[object]) -> None:
        """Take the values, compared by type and content."""
        if isinstance(values, str | bytes):
            raise TypeError(f"{type(self).__name__} takes a list of values")
        super().__init__({self._field: list(values)})


class OneOf(_Listed):
    """One of the values; none when there are none."""

    type_id = 4
    _field = "values"


class NotOneOf(_Listed):
    """Any value but these, of whatever type. Prefer to list what goes."""

    type_id = 7
    _field = "excluded"


class Contains(_Listed):
    """A list in which all of these are."""

    type_id = 10
    _field = "required"


class Subset(_Listed):
    """A list, possibly empty, of nothing but these."""

    type_id = 11
    _field = "allowed"
