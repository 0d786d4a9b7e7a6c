"""Values of a few fields that never change, for classes that also have constants.

A dataclass would do, but importing `dataclasses` and making two dozen of them takes longer than
the rest of this package together, on every cold start.
"""

from typing import ClassVar, Final, dataclass_transform

_set: Final = object.__setattr__


@dataclass_transform(frozen_default=True, eq_default=False)
class Frozen:
    """Base of values: annotated names are fields, in order, and what is `ClassVar` is none."""

    _fields: ClassVar[tuple[str, ...]] = ()
    _defaults: ClassVar[dict[str, object]] = {}

    def __init_subclass__(cls) -> None:
        cls._fields = tuple(
            name
            for name, kind in cls.__dict__.get("__annotations__", {}).items()  # noqa: RUF063
            if not str(kind).startswith("typing.ClassVar")
        )
        cls._defaults = {name: getattr(cls, name) for name in cls._fields if hasattr(cls, name)}

    def __init__(self, *values: object, **named: object) -> None:
        if values:
            named.update(zip(self._fields, values, strict=False))
        if len(named) != len(self._fields):
            named = self._defaults | named
            if len(named) != len(self._fields):
                raise TypeError(f"{type(self).__name__} takes {', '.join(self._fields)}")
        _set(self, "__dict__", named)  # made for this call, so it need not be copied

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} does not change")
