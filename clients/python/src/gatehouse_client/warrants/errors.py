"""What this package raises beside `Denied`, and what it logs."""

from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse_client.errors import GatehouseClientError

MISSING: str = "warrant-missing"
"""The reason when nothing was presented; all others are `Denied.reason`."""


class Violation(Frozen):
    """A guarded call that its warrant does not allow. It holds no argument's value.

    Attributes:
        tool: The tool's name.
        reason: The stable name of the rule that was not kept.
        mode: The mode in force.
        code: The rule's number, where it has one.
        field: The argument at fault, where it is one.
        hint: A sentence for people.
        warrant_id: The warrant, where there is one.
    """

    tool: str
    reason: str
    mode: str
    code: int | None = None
    field: str | None = None
    hint: str = ""
    warrant_id: str | None = None

    def __str__(self) -> str:
        where = f" at {self.field!r}" if self.field else ""
        return f"{self.tool}: {self.reason}{where}: {self.hint}"

    def fields(self) -> dict[str, object]:
        """Return the attributes, for structured logs."""
        return {name: getattr(self, name) for name in self._fields}


class AuthorizationDenied(GatehouseClientError):
    """A guarded call was not made; `violation` says why."""

    def __init__(self, violation: Violation) -> None:
        """Keep the violation."""
        super().__init__(str(violation))
        self.violation = violation


class WarrantWarning(UserWarning):
    """A guarded call was made that the mode `enforce` would deny."""


def violation(
    tool: str, mode: str, denied: Denied | None, warrant_id: str | None = None
) -> Violation:
    """Return what happened; without `denied`, that no warrant was there."""
    if denied is None:
        return Violation(tool=tool, reason=MISSING, mode=mode, hint="no warrant is in scope")
    return Violation(
        tool=tool,
        reason=denied.reason,
        mode=mode,
        code=denied.code,
        field=denied.field,
        hint=denied.hint,
        warrant_id=warrant_id,
    )
