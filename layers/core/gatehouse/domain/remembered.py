"""What was made of an object, for as long as that very object lives."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from weakref import ref

Asked = TypeVar("Asked")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Remembered(Generic[Asked, Made]):
    """Makes something of an object once.

    Objects are known by identity, so that they need not be hashed or compared, and forgotten when
    nobody else has them any more; so what is made of one must not hold it. Nobody may change
    them, nor what was made of them.
    """

    make: Callable[[Asked], Made]
    _known: dict[int, tuple["ref[Asked]", Made]] = field(default_factory=dict, repr=False)

    def __call__(self, asked: Asked) -> Made:
        """Return what is made of `asked`."""
        number = id(asked)
        known = self._known.get(number)
        if known is not None and known[0]() is asked:
            return known[1]
        made = self.make(asked)

        def forget(_gone: object) -> None:
            self._known.pop(number, None)

        self._known[number] = (ref(asked, forget), made)
        return made

    def __len__(self) -> int:
        """Return of how many objects something is remembered."""
        return len(self._known)
