"""Why a call would be denied, in words and in fields; decided here, without asking anybody."""

from collections.abc import Mapping

from gatehouse.domain.warrants.capabilities import capability_for
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.payload import Payload
from gatehouse_client.warrants.conditions import shown
from gatehouse_client.warrants.constraints import Constraint
from gatehouse_client.warrants.nearest import ABSENT, Near, by_distance, near
from gatehouse_client.warrants.proofs import plain_arguments, refusal


class WhyDenied(Frozen):
    """The answer; true when the call would be denied. It repeats no value of the call.

    Attributes:
        denied: Whether it would be.
        code: The number of the rule, as the gateway's; None when allowed.
        reason: The rule's stable name, or "allowed".
        field: The argument at fault, when it is one.
        constraint: What the warrant asks of it.
        nearest: The nearest value that would pass, or the pattern, network, root or expression
            that a value must fit; None when there is neither.
        choices: What is listed, the nearest first: values, or names of tools or arguments.
        suggestion: All of this in a sentence.
    """

    denied: bool
    code: int | None = None
    reason: str = "allowed"
    field: str | None = None
    constraint: Constraint | None = None
    nearest: object = None
    choices: tuple[object, ...] = ()
    suggestion: str = "the warrant allows this call"

    def __bool__(self) -> bool:
        return self.denied

    def __str__(self) -> str:
        return f"{self.reason}: {self.suggestion}" if self.denied else self.suggestion

    def __repr__(self) -> str:
        return f"<WhyDenied {self}>"


def explain(leaf: Payload, tool: str, arguments: Mapping[str, object], now: int) -> WhyDenied:
    """Return why the leaf would not allow a call; its proof and approvals are not looked at."""
    denied = refusal(leaf, tool, arguments, now)
    if denied is None:
        return _allowed(leaf, tool, arguments)
    allowed = capability_for(leaf.tools, tool)
    if denied.code == 1500 or allowed is None:  # noqa: PLR2004 - the tool is not named
        tools = by_distance(sorted(leaf.tools), tool)
        return _why(denied, Near(None, tools), f"{denied.hint}; it names {_listed(tools)}")
    name = denied.field
    if name is None:
        return _why(denied, Near(), denied.hint)
    if name not in allowed.constraints:
        names = by_distance(sorted(allowed.constraints), name)
        return _why(denied, Near(None, names), f"{denied.hint}; it names {_listed(names)}")
    rule = allowed.constraints[name]
    given = arguments.get(name, ABSENT)
    found = near(rule, given)
    constraint = shown(rule)
    said = [f"argument {name!r}: {denied.hint}", f"it must satisfy {constraint!r}"]
    if found.choices:
        said.append(f"nearest first: {_listed(found.choices)}")
    elif found.nearest is not None:
        said.append(f"nearest: {found.nearest!r}")
    return _why(denied, found, "; ".join(said), constraint)


def _why(
    denied: Denied, found: Near, suggestion: str, constraint: Constraint | None = None
) -> WhyDenied:
    return WhyDenied(
        denied=True,
        code=denied.code,
        reason=denied.reason,
        field=denied.field,
        constraint=constraint,
        nearest=found.nearest,
        choices=found.choices,
        suggestion=suggestion,
    )


def _allowed(leaf: Payload, tool: str, arguments: Mapping[str, object]) -> WhyDenied:
    gate = leaf.gates.get(tool)
    try:
        is_gated = gate is not None and gate.is_fired(plain_arguments(arguments), Effort())
    except Denied as denied:
        return _why(denied, Near(), denied.hint)
    if not is_gated:
        return WhyDenied(denied=False)
    return WhyDenied(
        denied=False,
        suggestion=f"the warrant allows this call with {leaf.min_approvals} of its "
        f"{len(leaf.approvers)} approvers' approvals",
    )


def _listed(values: tuple[object, ...], most: int = 8) -> str:
    named = ", ".join(repr(value) for value in values[:most])
    return f"{named}, ..." if len(values) > most else named or "nothing"
