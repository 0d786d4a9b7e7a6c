"""Which pages may call: those that the deployment names, and those of registered apps."""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AllowedOrigins(AbstractSet[str]):
    """Looks like a set of origins; apps' are asked for only when a page has sent its own."""

    named: AbstractSet[str]
    of_apps: Callable[[], AbstractSet[str]]

    def __contains__(self, origin: object) -> bool:
        """Say whether a page of this origin may call; an app's origin is never `*`."""
        return origin in self.named or (origin != "*" and origin in self.of_apps())

    def __iter__(self) -> Iterator[str]:
        """Yield them all."""
        return iter({*self.named, *self.of_apps()})

    def __len__(self) -> int:
        """Return how many there are."""
        return len({*self.named, *self.of_apps()})

    def __bool__(self) -> bool:
        """Say that answers differ by origin, for they may at any time."""
        return True
