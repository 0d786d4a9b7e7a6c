"""Values of a few fields that never change, for classes that also have constants.

A dataclass would do, but importing `dataclasses` and making two dozen of them takes longer than
the rest of this package together, on every cold start.
"""

from typing import ClassVar, dataclass_transform


@dataclass_transform(frozen_default=True, eq_default=False)
class Frozen:
    """Base of values: annotated names are fields, in order, and what is `ClassVar` is none."""

    _fields: ClassVar[tuple[str, ...]] = ()
    _names: ClassVar[frozenset[str]] = frozenset()
    _defaults: ClassVar[dict[str, object]] = {}

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(
            name
            for name, kind in cls.__dict__.get("__annotations__", {}).items()  # noqa: RUF063
            if not str(kind).startswith("typing.ClassVar")
        )
        cls._names = frozenset(cls._fields)
        cls._defaults = {name: getattr(cls, name) for name in cls._fields if hasattr(cls, name)}

    def __init__(self, *values: object, **named: object) -> None:
        if values:
            named.update(zip(self._fields, values, strict=False))
        if len(named) < len(self._fields):
            named = self._defaults | named
        if named.keys() != self._names:
            raise TypeError(f"{type(self).__name__} takes {', '.join(self._fields)}")
        self.__dict__.update(named)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")
