"""Whose pages may call: one item that all instances read, each at most every minute."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import texts
from gatehouse.aws.failures import translated
from gatehouse.aws.tables import app_origins_key
from gatehouse.domain.errors import Unavailable

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb

KEPT_SECONDS: Final = 60


@dataclass(slots=True)
class DynamoAppOrigins:
    """Keeps `AppOrigins`; what could not be read for a minute counts as none."""

    client: "Callable[[], DynamoDb]"
    table: str
    clock: Callable[[], int]
    known: AbstractSet[str] = frozenset()
    read_at: int | None = field(default=None)

    def current(self) -> AbstractSet[str]:
        """See `AppOrigins.current`."""
        now = self.clock()
        if self.read_at is None or not 0 <= now - self.read_at < KEPT_SECONDS:
            try:
                self.known = self._read()
            except Unavailable:
                return frozenset()
            self.read_at = now
        return self.known

    def _read(self) -> AbstractSet[str]:
        with translated():
            answer = self.client().get_item(
                TableName=self.table, Key=app_origins_key(), ConsistentRead=True
            )
        item = answer.get("Item", {})
        parts = (texts(item, name) for name in item if name.startswith("app_"))
        return frozenset(origin for part in parts for origin in part)
