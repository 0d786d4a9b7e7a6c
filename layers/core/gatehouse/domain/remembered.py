"""What was made of an object, for as long as that very object is asked about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Remembered(Generic[Asked, Made]):
    """Makes something of an object once, and remembers `size` of them; the oldest goes first.

    Objects are known by identity, so that they need not be hashed or compared; nobody may change
    them, nor what was made of them.
    """

    make: Callable[[Asked], Made]
    size: int
    _known: dict[int, tuple[Asked, Made]] = field(default_factory=dict, repr=False)

    def __call__(self, asked: Asked) -> Made:
        """Return what is made of `asked`."""
        known = self._known.get(id(asked))  # of no other object, for this one is kept alive
        if known is not None:
            return known[1]
        made = self.make(asked)
        while len(self._known) >= self.size:
            self._known.pop(next(iter(self._known)), None)
        self._known[id(asked)] = (asked, made)
        return made
