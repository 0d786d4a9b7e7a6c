"""Circuit breakers: one item for each tool that ever failed, written on changes of state alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import (
    Item,
    NewItem,
    number,
    number_value,
    optional_text,
    text,
    text_value,
    without_none,
)
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.tables import breaker_key
from gatehouse.domain.breaker import Breaker, BreakerState

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb

KEPT_SECONDS: Final = 86_400
"""How long a state is believed that nobody has changed since: nothing fails for a day unasked."""

_NAMES: Final = {"#state": "state", "#ttl": "ttl"}


@dataclass(frozen=True, slots=True)
class DynamoBreakers:
    """Keeps `Breakers` with one conditional write per change of state."""

    client: "DynamoDb"
    table: str

    def read(self, project_id: str, tool_name: str, *, now: int) -> Breaker | None:
        """See `Breakers.read`."""
        with translated():
            answer = self.client.get_item(
                TableName=self.table, Key=breaker_key(project_id, tool_name), ConsistentRead=True
            )
        item = answer.get("Item")
        if item is None or number(item, "ttl") <= now:
            return None
        return _read(item)

    def open(
        self, project_id: str, tool_name: str, breaker: Breaker, *, probe: str | None, now: int
    ) -> Breaker | None:
        """See `Breakers.open`."""
        values: NewItem = {}
        if probe is None:
            is_shut = "attribute_not_exists(PK) OR #state = :closed"
            is_outdated = "origin <> :origin OR #ttl <= :now"
            condition = f"{is_shut} OR {is_outdated}"
            values = {
                ":closed": text_value(BreakerState.CLOSED),
                ":origin": text_value(breaker.origin),
                ":now": number_value(now),
            }
        else:
            condition = "#state = :half_open AND probe = :probe"
            values = {
                ":half_open": text_value(BreakerState.HALF_OPEN),
                ":probe": text_value(probe),
            }
        return self._put(project_id, tool_name, breaker, condition, values)

    def probe(
        self, project_id: str, tool_name: str, breaker: Breaker, *, now: int
    ) -> Breaker | None:
        """See `Breakers.probe`."""
        condition = "origin = :origin AND #state <> :closed AND retry_at <= :now AND #ttl > :now"
        values: NewItem = {
            ":origin": text_value(breaker.origin),
            ":closed": text_value(BreakerState.CLOSED),
            ":now": number_value(now),
        }
        return self._put(project_id, tool_name, breaker, condition, values)

    def close(self, project_id: str, tool_name: str, breaker: Breaker, probe: str) -> None:
        """See `Breakers.close`."""
        values: NewItem = {
            ":half_open": text_value(BreakerState.HALF_OPEN),
            ":probe": text_value(probe),
        }
        condition = "#state = :half_open AND probe = :probe"
        self._put(project_id, tool_name, breaker, condition, values)

    def _put(
        self, project_id: str, tool_name: str, breaker: Breaker, condition: str, values: NewItem
    ) -> Breaker | None:
        """Write `breaker` if `condition` holds; return what stands afterwards."""
        used = {name: real for name, real in _NAMES.items() if name in condition}
        try:
            with translated():
                self.client.put_item(
                    TableName=self.table,
                    Item=_item(project_id, tool_name, breaker),
                    ConditionExpression=condition,
                    ExpressionAttributeNames=used,
                    ExpressionAttributeValues=values,
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
        except ConditionFailed as failure:
            return _read(failure.item) if failure.item else None
        return breaker


def _item(project_id: str, tool_name: str, breaker: Breaker) -> NewItem:
    return without_none(
        {
            **breaker_key(project_id, tool_name),
            "origin": text_value(breaker.origin),
            "state": text_value(breaker.state),
            "since": number_value(breaker.since),
            "retry_at": number_value(breaker.retry_at),
            "probe": None if breaker.probe is None else text_value(breaker.probe),
            "ttl": number_value(breaker.since + KEPT_SECONDS),
        }
    )


def _read(item: Item) -> Breaker:
    return Breaker(
        origin=text(item, "origin"),
        state=BreakerState(text(item, "state")),
        since=number(item, "since"),
        retry_at=number(item, "retry_at"),
        probe=optional_text(item, "probe"),
    )
