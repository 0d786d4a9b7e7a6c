"""What would pass a constraint, as near as possible to what did not.

No answer repeats a value that was not already in the warrant.
"""

import math
from collections.abc import Iterable
from typing import Final

from gatehouse.domain.warrants.constraints.base import Constraint as Rule
from gatehouse.domain.warrants.constraints.logic import All, AnyOf
from gatehouse.domain.warrants.constraints.membership import Contains, Exact, OneOf, Subset
from gatehouse.domain.warrants.constraints.ranges import Range
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort
from gatehouse.domain.warrants.frozen import Frozen
from gatehouse.domain.warrants.values import same

ABSENT: Final = object()
"""Stands for an argument that was not given."""

_MANY: Final = 256
_LONG: Final = 200

_TEXTS: Final = {2: "pattern", 5: "pattern", 15: "expression", 17: "root"}
"""Where the text stands that a value must fit, by type; of others it is the whole value."""


class Near(Frozen):
    """What would pass.

    Attributes:
        nearest: The nearest value, or the text of the pattern, network, root or expression that
            a value must fit; None when there is neither.
        choices: All that are listed, the nearest first.
    """

    nearest: object = None
    choices: tuple[object, ...] = ()


def near(rule: Rule, value: object) -> Near:  # noqa: PLR0911 - one for each family
    """Return what would pass `rule` in the place of `value`."""
    if isinstance(rule, Exact):
        return Near(rule.value)
    if isinstance(rule, OneOf):
        return _of(by_distance(rule.values, value))
    if isinstance(rule, Range):
        return Near(_inside(rule, value))
    if isinstance(rule, Contains):
        return Near(list(rule.required))
    if isinstance(rule, Subset):
        given = value if isinstance(value, list) else []
        return Near([item for item in rule.allowed if _is_in(item, given)], rule.allowed)
    if isinstance(rule, AnyOf):
        return _of_members([near(member, value) for member in rule.members], rule)
    if isinstance(rule, All):
        failing = [member for member in rule.members if not passes(member, value)]
        return _of_members([near(member, value) for member in failing], rule)
    return _of_text(rule, value)


def passes(rule: Rule, value: object) -> bool:
    """Say whether a value passes; what cannot be judged does not."""
    try:
        return value is not ABSENT and rule.admits(value, Effort())
    except Denied:
        return False


def by_distance(values: Iterable[object], value: object) -> tuple[object, ...]:
    """Return the values, those that are most like `value` first."""
    listed = tuple(values)
    return (
        listed if len(listed) > _MANY else tuple(sorted(listed, key=lambda v: _distance(v, value)))
    )


def _of(choices: tuple[object, ...]) -> Near:
    return Near(choices[0] if choices else None, choices)


def _of_members(found: list[Near], rule: Rule) -> Near:
    choices = tuple(choice for near in found for choice in (near.choices or (near.nearest,)))
    fitting = tuple(choice for choice in choices if passes(rule, choice))
    return _of(fitting or tuple(choice for choice in choices if choice is not None))


def _of_text(rule: Rule, value: object) -> Near:
    wire = rule.wire()
    if rule.type_id == 18 and isinstance(wire, dict):  # noqa: PLR2004 - UrlSafe
        return Near(None, by_distance(wire["allow_domains"] or (), value))
    if rule.type_id == 128 and isinstance(wire, dict):  # noqa: PLR2004 - Shlex
        return _of(by_distance(wire["allow"], value))
    if rule.type_id in _TEXTS and isinstance(wire, dict):
        return Near(wire[_TEXTS[rule.type_id]])
    return Near(wire if isinstance(wire, str) else None)


def _inside(rule: Range, value: object) -> object:
    number = value if isinstance(value, int | float) and not isinstance(value, bool) else None
    if number is None or number != number:  # noqa: PLR0124 - NaN is as far from all
        ends = [end for end in (rule.most, rule.least) if end is not None]
        number = ends[0] if ends else 0
    is_over = rule.most is not None and number >= rule.most
    bound, below = (rule.most, True) if is_over else (rule.least, False)
    if bound is None:
        return number
    outward = -math.inf if below else math.inf
    candidates = (
        *((int(bound), int(bound) + (-1 if below else 1)) if bound.is_integer() else ()),
        *((math.floor(bound) if below else math.ceil(bound),) if math.isfinite(bound) else ()),
        bound,
        math.nextafter(bound, outward),
    )
    wanted = [item for item in candidates if passes(rule, item)]
    return wanted[0] if wanted else None


def _is_in(item: object, values: list[object]) -> bool:
    return any(same(item, value) for value in values)


def _distance(choice: object, value: object) -> tuple[bool, float]:
    if isinstance(choice, str) and isinstance(value, str):
        from difflib import SequenceMatcher  # noqa: PLC0415 - rarely needed

        matcher = SequenceMatcher(None, value[:_LONG], choice[:_LONG], autojunk=False)
        return False, 1 - matcher.ratio()
    if type(choice) is type(value) and isinstance(choice, int | float):
        assert isinstance(value, int | float)  # noqa: S101 - of the same type
        return False, abs(choice - value)
    return not same(choice, value), 0.0
