"""Unknown: a type of a later version; its tool cannot be called, the others can."""

from typing import ClassVar

from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen


class Unknown(Frozen):
    """A condition that nobody here can judge."""

    type_id: int
    data: bytes
    narrows_to_exact: ClassVar[bool] = False
    may_fail: ClassVar[bool] = True

    def admits(self, value: object, effort: Effort) -> bool:  # noqa: ARG002
        """Raise `Denied`."""
        raise Denied(1504, "the constraint's type is not known here")

    def covers(self, child: Constraint, effort: Effort) -> bool:  # noqa: ARG002
        """Cover nothing."""
        return False

    def wire(self) -> object:
        """Return the bytes."""
        return self.data
