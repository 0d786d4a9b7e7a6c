"""Wire form -> constraint: `[type, value]`, each with its own fields and no others."""

from collections.abc import Callable
from functools import cache
from importlib import import_module
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
from gatehouse.domain.warrants.shapes import array, fields, flag, octets, text, whole
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
    if not isinstance(data, list) or len(data) != 2:  # noqa: PLR2004
        raise Denied(1201, "a constraint is [type, value]")
    if depth > MAX_NESTING:
        raise Denied(1201, f"constraints are nested deeper than {MAX_NESTING}")
    type_id, value = whole(data[0], "a constraint's type", _MAX_TYPE), data[1]
    if type_id in _FLAT:
        return _FLAT[type_id](value)
    if type_id in _LATE:
        return _late(*_LATE[type_id])(value)
    if type_id in _NESTED:
        return _NESTED[type_id](value, depth)
    try:
        return Unknown(type_id, octets(value, "a constraint of unknown type"))
    except Denied as denied:
        raise Denied(1504, denied.hint) from denied


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


@cache
def _late(module: str, function: str) -> Callable[[object], Constraint]:
    """Return a reader whose module is loaded when a warrant first needs it."""
    read: Callable[[object], Constraint] = getattr(
        import_module(f"gatehouse.domain.warrants.constraints.{module}"), function
    )
    return read


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
    10: lambda data: Contains(_values(data, "required")),
    11: lambda data: Subset(_values(data, "allowed")),
    16: _wildcard,
}
_LATE: Final = {
    8: ("networks", "read_cidr"),
    9: ("networks", "read_url_pattern"),
    15: ("expressions", "read_wire"),
    17: ("paths", "read"),
    18: ("safe_urls", "read"),
    128: ("commands", "read"),
}
"""Modules that are loaded for warrants that use them, and the function that reads a value."""

_NESTED: Final[dict[int, Callable[[object, int], Constraint]]] = {
    12: lambda data, depth: All(_members(data, depth)),
    13: lambda data, depth: AnyOf(_members(data, depth)),
    14: lambda data, depth: Not(read(_only(data, "constraint"), depth + 1)),
}
