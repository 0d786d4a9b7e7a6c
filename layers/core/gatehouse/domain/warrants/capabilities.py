"""What a warrant lets its holder do with one tool: conditions on its arguments."""

from collections.abc import Mapping
from typing import Final

from gatehouse.domain.warrants.constraints.base import Constraint, covers, pair
from gatehouse.domain.warrants.constraints.reading import read
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.shapes import fields, flag, text_map

ANY_TOOL: Final = "*"
RESERVED_TOOLS: Final = "tenuo:"
MAX_TOOLS: Final = 256
MAX_CONSTRAINTS: Final = 64

_REQUIRED: Final = frozenset({"constraints"})
_OPTIONAL: Final = frozenset({"allow_unknown"})


class Capability(Frozen):
    """Conditions by argument. Without any, all arguments go; with some, no others unless said."""

    constraints: Mapping[str, Constraint]
    allow_unknown: bool = False

    def require(self, arguments: Mapping[str, object], effort: Effort) -> None:
        """Check a call's arguments; a null is a value like others.

        Raises:
            Denied: 1501, naming the argument.
        """
        if not self.constraints:
            return
        for name, constraint in self.constraints.items():
            if name not in arguments:
                raise Denied(1501, "the argument is required by the warrant", field=name)
            if not _admits(constraint, arguments[name], name, effort):
                raise Denied(1501, "the argument is outside of what the warrant allows", field=name)
        if self.allow_unknown:
            return
        for name in arguments:
            if name not in self.constraints:
                raise Denied(1501, "the warrant does not name this argument", field=name)

    def require_covers(self, child: "Capability", effort: Effort) -> None:
        """Check that `child` allows nothing that this does not.

        Where this one names arguments, the child names the same ones.

        Raises:
            Denied: 1502.
        """
        if child.allow_unknown and not self.allow_unknown:
            raise Denied(1502, "a child may not start to allow unknown arguments")
        if not self.constraints:
            return
        if self.constraints.keys() != child.constraints.keys():
            raise Denied(1502, "a child must constrain the arguments that its parent does")
        for name, constraint in self.constraints.items():
            if not _covers(constraint, child.constraints[name], name, effort):
                raise Denied(1502, "a child may only narrow a constraint", field=name)

    def wire(self) -> dict[str, object]:
        """Return the map with the constraints and, when set, the flag."""
        written: dict[str, object] = {
            "constraints": {name: pair(self.constraints[name]) for name in sorted(self.constraints)}
        }
        if self.allow_unknown:
            written["allow_unknown"] = True
        return written


def _admits(constraint: Constraint, value: object, name: str, effort: Effort) -> bool:
    try:
        return constraint.admits(value, effort)
    except Denied as denied:
        raise Denied(denied.code, denied.hint, field=name) from denied


def _covers(parent: Constraint, child: Constraint, name: str, effort: Effort) -> bool:
    try:
        return covers(parent, child, effort)
    except Denied as denied:
        code = 1502 if denied.code == 1501 else denied.code  # noqa: PLR2004
        raise Denied(code, denied.hint, field=name) from denied


def read_capability(data: object) -> Capability:
    """Return what one entry of the tools map says; raise `Denied` for another form."""
    found = fields(data, "a capability", required=_REQUIRED, optional=_OPTIONAL)
    named = text_map(found["constraints"], "constraints")
    if len(named) > MAX_CONSTRAINTS:
        raise Denied(1903, f"a tool has more than {MAX_CONSTRAINTS} constraints")
    return Capability(
        {name: read(item) for name, item in named.items()},
        flag(found.get("allow_unknown", False), "allow_unknown"),
    )


def read_tools(data: object) -> dict[str, Capability]:
    """Return the capabilities by tool; raise `Denied` for another form or a reserved name."""
    named = text_map(data, "tools")
    if len(named) > MAX_TOOLS:
        raise Denied(1902, f"a warrant names more than {MAX_TOOLS} tools")
    for name in named:
        if name.startswith(RESERVED_TOOLS):
            raise Denied(2100, "tool names that start with tenuo: are reserved")
    return {name: read_capability(entry) for name, entry in named.items()}


def capability_for(tools: Mapping[str, Capability], tool: str) -> Capability | None:
    """Return the capability of `tool`: its own, else that of any tool; None when neither is."""
    return tools.get(tool) or tools.get(ANY_TOOL)
