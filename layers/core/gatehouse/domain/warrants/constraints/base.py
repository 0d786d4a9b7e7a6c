"""What every constraint can do, and the rules that hold between constraints of any two types."""

from typing import ClassVar, Final, Protocol

from gatehouse.domain.warrants.effort import Effort


class Constraint(Protocol):
    """One condition on one argument."""

    @property
    def type_id(self) -> int:
        """The number it has on the wire."""
        ...

    narrows_to_exact: ClassVar[bool]
    """Whether a child may put one admitted value, as Exact, in its place."""

    @property
    def may_fail(self) -> bool:
        """Whether `admits` can raise for some value."""
        ...

    def admits(self, value: object, effort: Effort) -> bool:
        """Say whether the plain `value` passes.

        Raises:
            Denied: The question has no answer (the value is no address, the expression failed):
                the whole call is denied, wherever this constraint stands. Or it costs too much.
        """
        ...

    def covers(self, child: "Constraint", effort: Effort) -> bool:
        """Say whether whatever a `child` of the same type admits, this one admits."""
        ...

    def wire(self) -> object:
        """Return its value on the wire, ready for `cbor.encode`."""
        ...


WILDCARD: Final = 16
EXACT: Final = 1


def covers(parent: Constraint, child: Constraint, effort: Effort) -> bool:
    """Say whether `child` may stand where `parent` stood.

    A wildcard may become anything, nothing else a wildcard; otherwise the type stays, but for
    types that may narrow to one admitted value.

    Raises:
        Denied: The comparison has no answer, or costs too much.
    """
    effort.spend()
    if parent.type_id == WILDCARD:
        return True
    if child.type_id == EXACT and parent.narrows_to_exact:
        value = getattr(child, "value", None)
        return parent.admits(value, effort)
    return parent.type_id == child.type_id and parent.covers(child, effort)


def pair(constraint: Constraint) -> list[object]:
    """Return the constraint as it is written: `[type, value]`."""
    return [constraint.type_id, constraint.wire()]
