"""Cel: a condition written as an expression (see `gatehouse.domain.warrants.cel`)."""

from typing import ClassVar, Final

from gatehouse.domain.warrants.cel.evaluator import holds
from gatehouse.domain.warrants.cel.lexer import tokens
from gatehouse.domain.warrants.cel.parser import Node, parse
from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.shapes import fields, text

_REQUIRED: Final = frozenset({"expression"})
_OPTIONAL: Final = frozenset({"parent_expression"})


class Cel(Frozen):
    """An expression that answers true; an object's fields are its variables, else `value` is."""

    expression: str
    parent_expression: str | None
    tree: Node
    type_id: ClassVar[int] = 15
    narrows_to_exact: ClassVar[bool] = False
    may_fail: ClassVar[bool] = True

    def admits(self, value: object, effort: Effort) -> bool:
        """Pass what it answers true for; raise `Denied` when it fails."""
        return holds(self.tree, value if isinstance(value, dict) else {"value": value}, effort)

    def covers(self, child: Constraint, effort: Effort) -> bool:
        """Cover the same expression, or `(this) && (more)`."""
        if not isinstance(child, Cel):
            return False
        effort.spend(1 + (len(self.expression) + len(child.expression)) // 4)
        mine, its = _compact(self.expression), _compact(child.expression)
        if mine == its:
            return child.tree == self.tree
        # Written with parentheses around both sides, as delegators do, and parsed as such: text
        # alone does not tell a parenthesis from one inside a literal.
        return (
            its.startswith(f"({mine})&&(")
            and child.tree[:2] == ("and", self.tree)
            and _is_conjunction(child.expression)
        )

    def wire(self) -> object:
        """Return the map with the expression, and its parent's when it is kept."""
        kept = {"expression": self.expression}
        if self.parent_expression is not None:
            kept["parent_expression"] = self.parent_expression
        return kept


def read(expression: str, parent_expression: str | None) -> Cel:
    """Return the constraint; raise `Denied` when the expression does not parse."""
    return Cel(expression=expression, parent_expression=parent_expression, tree=parse(expression))


def read_wire(data: object) -> Cel:
    """Return the constraint with this value; raise `Denied` for another form."""
    found = fields(data, "an expression", required=_REQUIRED, optional=_OPTIONAL)
    parent = found.get("parent_expression")
    return read(
        text(found["expression"], "expression"),
        None if parent is None else text(parent, "parent_expression"),
    )


def _compact(expression: str) -> str:
    return "".join(expression.split())


def _is_conjunction(expression: str) -> bool:
    """Say whether the expression is `(...) && (...)` and nothing outside of these parentheses."""
    depth, outside = 0, []
    for kind, value in tokens(expression)[:-1]:
        sign = str(value) if kind == "sign" else ""
        depth += (sign == "(") - (sign == ")")
        if depth == 0:
            outside.append(sign)
    return outside == [")", "&&", ")"]
