"""Approval gates: which calls of a tool need the approvers' signatures.

On the wire, in the extension `tenuo.approval_gates`:
`{tool: {"args": null | {argument: gate}, "message"?: text}}`, where a gate is `"all"`, a
constraint, or `{"exempt": constraint}`.
"""

from collections.abc import Mapping
from typing import Final

from gatehouse.domain.warrants import cbor
from gatehouse.domain.warrants.constraints.base import Constraint, covers
from gatehouse.domain.warrants.constraints.reading import read
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.shapes import fields, text, text_map

_EXEMPTING: Final = frozenset({1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12, 17, 18, 128})
"""Types of constraint that say what is exempt: not Wildcard, Any, Not, Cel or an unknown one."""


class ArgumentGate(Frozen):
    """Fires for one argument: always, where `fires` admits it, or where `exempt` does not.

    An argument that is absent always fires.
    """

    fires: Constraint | None = None
    exempt: Constraint | None = None

    def is_fired(self, value: object, effort: Effort) -> bool:
        """Say whether `value` needs approval."""
        if self.fires is not None:
            return self.fires.admits(value, effort)
        return self.exempt is None or not self.exempt.admits(value, effort)

    def is_kept_by(self, child: "ArgumentGate", effort: Effort) -> bool:
        """Say whether `child` fires wherever this does."""
        if child.fires is None and child.exempt is None:
            return True
        if self.fires is not None and child.fires is not None:
            # A wider one would fire more often and still is none that the parent said: as it was.
            return covers(child.fires, self.fires, effort) and covers(
                self.fires, child.fires, effort
            )
        if self.exempt is not None and child.exempt is not None:
            return covers(self.exempt, child.exempt, effort)
        return False


class Gate(Frozen):
    """The gate of one tool; `arguments` is None when every call fires it."""

    arguments: Mapping[str, ArgumentGate] | None
    message: str

    def is_fired(self, arguments: Mapping[str, object], effort: Effort) -> bool:
        """Say whether a call with these arguments (all of them, nulls too) needs approval."""
        if self.arguments is None:
            return True
        return any(
            name not in arguments or gate.is_fired(arguments[name], effort)
            for name, gate in self.arguments.items()
        )

    def is_kept_by(self, child: "Gate", effort: Effort) -> bool:
        """Say whether `child` fires wherever this does."""
        if child.arguments is None:
            return True
        if self.arguments is None:
            return False
        return all(
            name in child.arguments and gate.is_kept_by(child.arguments[name], effort)
            for name, gate in self.arguments.items()
        )


Gates = Mapping[str, Gate]


def read_gates(data: bytes) -> Gates:
    """Return the gates by tool; raise `Denied` when the extension is not of that form."""
    try:
        named = text_map(cbor.decode(data), "the approval gates")
        return {tool: _gate(entry) for tool, entry in named.items()}
    except Denied as denied:
        raise Denied(2001, f"the approval gates are malformed: {denied.hint}") from denied


def _gate(data: object) -> Gate:
    found = fields(data, "a gate", required=frozenset({"args"}), optional=frozenset({"message"}))
    arguments = found["args"]
    return Gate(
        None
        if arguments is None
        else {name: _argument(item) for name, item in text_map(arguments, "args").items()},
        text(found.get("message", ""), "message"),
    )


def _argument(data: object) -> ArgumentGate:
    if data == "all":
        return ArgumentGate()
    if isinstance(data, list):
        return ArgumentGate(fires=read(data))
    exempt = read(fields(data, "a gate", required=frozenset({"exempt"}))["exempt"])
    if exempt.type_id not in _EXEMPTING:
        raise Denied(2001, "a gate exempts by a constraint that may exempt everything")
    return ArgumentGate(exempt=exempt)
