"""What a holder may do with one tool: conditions on its arguments."""

from typing import TYPE_CHECKING

from gatehouse.domain.warrants.capabilities import Capability as Allowed
from gatehouse_client.warrants.conditions import shown
from gatehouse_client.warrants.constraints import Constraint, require_constraint

if TYPE_CHECKING:
    from collections.abc import Mapping

ALLOW_UNKNOWN = "_allow_unknown"
"""The name under which a capability is told to take other arguments than those it names."""


class Capability:
    """A tool and conditions on its arguments.

    Without conditions, all arguments go; with one or more, each must be there, and no other may
    be, unless `_allow_unknown=True`.
    """

    __slots__ = ("constraints", "is_open", "tool")

    def __init__(self, tool: str, /, **constraints: Constraint | bool) -> None:
        """Take the tool's name, or `*`, and the constraints by argument."""
        self.tool = tool
        self.is_open = constraints.get(ALLOW_UNKNOWN) is True
        self.constraints: Mapping[str, Constraint] = {
            name: require_constraint(found, name)
            for name, found in constraints.items()
            if name != ALLOW_UNKNOWN
        }

    def allowed(self) -> Allowed:
        """Return what the verifier sees."""
        return Allowed({name: found.rule for name, found in self.constraints.items()}, self.is_open)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Capability) and (
            (self.tool, self.constraints, self.is_open)
            == (other.tool, other.constraints, other.is_open)
        )

    def __hash__(self) -> int:
        return hash((self.tool, frozenset(self.constraints.items()), self.is_open))

    def __repr__(self) -> str:
        named = [
            repr(self.tool),
            *(f"{name}={self.constraints[name]!r}" for name in self.constraints),
        ]
        return (
            f"Capability({', '.join([*named, '_allow_unknown=True'] if self.is_open else named)})"
        )


def capability_of(tool: str, allowed: Allowed) -> Capability:
    """Return what a warrant says about `tool`."""
    named: dict[str, Constraint | bool] = {
        name: shown(rule) for name, rule in allowed.constraints.items()
    }
    return Capability(tool, **named, **({ALLOW_UNKNOWN: True} if allowed.allow_unknown else {}))
