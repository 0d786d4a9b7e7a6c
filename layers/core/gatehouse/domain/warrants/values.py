"""What constraints compare: null, bools, 64-bit integers, floats, text, lists and objects."""

from collections.abc import Hashable, Mapping
from typing import Final

from gatehouse.domain.warrants.denied import Denied

MAX_DEPTH: Final = 32
MAX_NODES: Final = 16_384
_LEAST: Final = -(2**63)
_MOST: Final = 2**63 - 1


def plain(value: object, *, field: str | None = None) -> object:
    """Return `value` in plain lists and dicts.

    Raises:
        Denied: 1201 when something else is in it, 1905 when it is too deep or too large.
    """
    return _Copier(field).copy(value, 0)


def identity(value: object) -> Hashable:
    """Return what equals another's identity for the same plain value: 1, 1.0 and true differ."""
    if isinstance(value, list):
        return (list, tuple(map(identity, value)))
    if isinstance(value, dict):
        return (dict, frozenset((key, identity(item)) for key, item in value.items()))
    if value != value:  # noqa: PLR0124 - NaN is not even itself
        return object()
    return (type(value), value)


def same(left: object, right: object) -> bool:
    """Compare two plain values by type and content."""
    return type(left) is type(right) and identity(left) == identity(right)


class _Copier:
    """Copies one value within a budget."""

    __slots__ = ("field", "left")

    def __init__(self, field: str | None) -> None:
        self.field = field
        self.left = MAX_NODES

    def copy(self, value: object, depth: int) -> object:
        kind = type(value)
        if kind is str:
            return self._text(value)
        if value is None or kind is bool or kind is float:
            return value
        if kind is int and _LEAST <= value <= _MOST:  # type: ignore[operator]
            return value
        if isinstance(value, list | tuple):
            self._spend(len(value), depth)
            return [self.copy(item, depth + 1) for item in value]
        if isinstance(value, Mapping):
            self._spend(len(value), depth)
            return {self._text(key): self.copy(item, depth + 1) for key, item in value.items()}
        raise Denied(1201, "the value is of a type that warrants do not know", field=self.field)

    def _spend(self, items: int, depth: int) -> None:
        self.left -= items
        if self.left < 0 or depth >= MAX_DEPTH:
            raise Denied(1905, "the value is too large or nested too deeply", field=self.field)

    def _text(self, value: object) -> str:
        if type(value) is str:
            try:
                value.encode()
            except UnicodeEncodeError:
                pass
            else:
                return value
        raise Denied(1201, "the value holds a key or text that is not Unicode", field=self.field)
