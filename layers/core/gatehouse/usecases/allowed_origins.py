"""Which pages may call: those that the deployment names, and those of registered apps."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from gatehouse.ports.apps import AppOrigins


@dataclass(frozen=True, slots=True)
class AllowedOrigins(AbstractSet[str]):
    """A set of origins; apps' are asked for only when a page has sent its own."""

    named: AbstractSet[str]
    of_apps: AppOrigins

    def __contains__(self, origin: object) -> bool:
        """Say whether a page of this origin may call; no app's origin is `*`."""
        return origin in self.named or (origin != "*" and origin in self.of_apps.current())

    def __iter__(self) -> Iterator[str]:
        """Yield them all."""
        return iter({*self.named, *self.of_apps.current()})

    def __len__(self) -> int:
        """Return how many there are."""
        return len({*self.named, *self.of_apps.current()})

    def __bool__(self) -> bool:
        """Say that there may be some, so that no cache takes one page's answer for another's."""
        return True
