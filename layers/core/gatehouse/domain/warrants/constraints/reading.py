"""Wire form -> constraint: `[type, value]`, each with its own fields and no others."""

from collections.abc import Callable
from typing import Final

from gatehouse.domain.warrants.constraints.base import Constraint
from gatehouse.domain.warrants.constraints.logic import All, AnyOf, Not
from gatehouse.domain.warrants.constraints.membership import (
    Contains,
    Exact,
    NotOneOf,
    OneOf,
    Subset,
    Wildcard,
)
from gatehouse.domain.warrants.constraints.ranges import Range
from gatehouse.domain.warrants.constraints.texts import Pattern, Regex
from gatehouse.domain.warrants.constraints.unknown import Unknown
from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.shapes import array, fields, flag, text, texts, whole
from gatehouse.domain.warrants.values import plain

MAX_NESTING: Final = 32
_MAX_TYPE: Final = 255

_RANGE: Final = frozenset({"min_inclusive", "max_inclusive"})


def read(data: object, depth: int = 0) -> Constraint:
    """Return the constraint that `data` describes.

    Args:
        data: The decoded pair of type and value.
        depth: How many All, Any and Not stand around it.

    Raises:
        Denied: The value is not of the type's form.
    """
    pair = array(data, "a constraint")
    if len(pair) != 2:  # noqa: PLR2004
        raise Denied(1201, "a constraint is [type, value]")
    if depth > MAX_NESTING:
        raise Denied(1201, f"constraints are nested deeper than {MAX_NESTING}")
    type_id = whole(pair[0], "a constraint's type", _MAX_TYPE)
    flat = _FLAT.get(type_id)
    if flat is not None:
        return flat(pair[1])
    nested = _NESTED.get(type_id)
    if nested is not None:
        return nested(pair[1], depth)
    if not isinstance(pair[1], bytes):
        raise Denied(1504, "a constraint of unknown type must hold bytes")
    return Unknown(type_id, pair[1])


def _only(data: object, name: str) -> object:
    return fields(data, "a constraint", required=frozenset({name}))[name]


def _values(data: object, name: str) -> tuple[object, ...]:
    return tuple(map(plain, array(_only(data, name), name)))


def _wildcard(data: object) -> Constraint:
    if data is not None:
        raise Denied(1201, "a wildcard holds null")
    return Wildcard()


def _range(data: object) -> Constraint:
    found = fields(data, "a range", required=_RANGE, optional=frozenset({"min", "max"}))
    return Range(
        least=_bound(found.get("min")),
        most=_bound(found.get("max")),
        with_least=flag(found["min_inclusive"], "min_inclusive"),
        with_most=flag(found["max_inclusive"], "max_inclusive"),
    )


def _bound(data: object) -> float | None:
    if data is None or (type(data) is float and data == data):  # noqa: PLR0124 - no NaN
        return data
    raise Denied(1201, "a range's bound is a float or null")


# The modules of these families are loaded for warrants that use them.


def _cidr(data: object) -> Constraint:
    from gatehouse.domain.warrants.constraints import networks  # noqa: PLC0415

    return networks.read_cidr(text(data, "a network"))


def _url_pattern(data: object) -> Constraint:
    from gatehouse.domain.warrants.constraints import networks  # noqa: PLC0415

    return networks.read_url_pattern(text(data, "a URL pattern"))


def _url_safe(data: object) -> Constraint:
    from gatehouse.domain.warrants.constraints import safe_urls  # noqa: PLC0415

    return safe_urls.read(data)


def _shlex(data: object) -> Constraint:
    from gatehouse.domain.warrants.constraints.commands import Shlex  # noqa: PLC0415

    return Shlex(texts(_only(data, "allow"), "allow"))


def _subpath(data: object) -> Constraint:
    from gatehouse.domain.warrants.constraints import paths  # noqa: PLC0415

    return paths.read(data)


def _cel(data: object) -> Constraint:
    from gatehouse.domain.warrants.constraints import expressions  # noqa: PLC0415

    found = fields(
        data,
        "an expression",
        required=frozenset({"expression"}),
        optional=frozenset({"parent_expression"}),
    )
    parent = found.get("parent_expression")
    return expressions.read(
        text(found["expression"], "expression"),
        None if parent is None else text(parent, "parent_expression"),
    )


def _members(data: object, depth: int) -> tuple[Constraint, ...]:
    items = array(_only(data, "constraints"), "constraints")
    return tuple(read(item, depth + 1) for item in items)


_FLAT: Final[dict[int, Callable[[object], Constraint]]] = {
    1: lambda data: Exact(plain(_only(data, "value"))),
    2: lambda data: Pattern(text(_only(data, "pattern"), "pattern")),
    3: _range,
    4: lambda data: OneOf(_values(data, "values")),
    5: lambda data: Regex(text(_only(data, "pattern"), "pattern")),
    7: lambda data: NotOneOf(_values(data, "excluded")),
    8: _cidr,
    9: _url_pattern,
    10: lambda data: Contains(_values(data, "required")),
    11: lambda data: Subset(_values(data, "allowed")),
    15: _cel,
    16: _wildcard,
    17: _subpath,
    18: _url_safe,
    128: _shlex,
}
_NESTED: Final[dict[int, Callable[[object, int], Constraint]]] = {
    12: lambda data, depth: All(_members(data, depth)),
    13: lambda data, depth: AnyOf(_members(data, depth)),
    14: lambda data, depth: Not(read(_only(data, "constraint"), depth + 1)),
}
