"""The items that count: calls in a window, and calls that run at a time."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import Item, number, number_value
from gatehouse.aws.failures import ConditionFailed, translated
from gatehouse.aws.tables import quota_key, slots_key
from gatehouse.domain.limits import SLOT_SECONDS, Quota, Slots, share

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb

KEPT_SECONDS: Final = 3600
"""How long an item stays behind its window, for whoever looks into a table."""


@dataclass(frozen=True, slots=True)
class WindowItems:
    """One number per window and shard. The window is in the key, so no item has to be reset."""

    client: "DynamoDb"
    table: str

    def add(self, quota: Quota, shard: int, calls: int, now_ms: int) -> int | None:
        """Count `calls` if the shard has room for all of them; return the room left, or None."""
        room = share(quota.amount, quota.shards, shard)
        if calls > room:
            return None
        starts_at = quota.window.starts_at(now_ms)
        try:
            with translated():
                answer = self.client.update_item(
                    TableName=self.table,
                    Key=quota_key(quota, shard, starts_at=starts_at),
                    UpdateExpression="ADD calls :calls SET #ttl = :ttl",
                    ConditionExpression="attribute_not_exists(calls) OR calls <= :most",
                    ExpressionAttributeNames={"#ttl": "ttl"},
                    ExpressionAttributeValues={
                        ":calls": number_value(calls),
                        ":most": number_value(room - calls),
                        ":ttl": number_value(starts_at + quota.window.value + KEPT_SECONDS),
                    },
                    ReturnValues="UPDATED_NEW",
                )
        except ConditionFailed:
            return None
        return room - number(answer["Attributes"], "calls")

    def give_back(self, quota: Quota, shard: int, now_ms: int) -> None:
        """Take one call off the count again."""
        with translated():
            self.client.update_item(
                TableName=self.table,
                Key=quota_key(quota, shard, starts_at=quota.window.starts_at(now_ms)),
                UpdateExpression="ADD calls :less",
                ExpressionAttributeValues={":less": number_value(-1)},
            )


@dataclass(frozen=True, slots=True)
class SlotItems:
    """One set of entries per shard; each entry says when it ends, whatever became of its call."""

    client: "DynamoDb"
    table: str

    def hold(self, slots: Slots, shard: int, entry: str, now_ms: int) -> int | None:
        """Add `entry` if there is room, or has been since others ended; return the room left."""
        room = share(slots.amount, slots.shards, shard)
        if room == 0:
            return None
        try:
            return room - self._add(slots, shard, entry, room, now_ms)
        except ConditionFailed as full:
            ended = _ended(full.item, now_ms)
        if not ended:
            return None
        # Each entry is one call's own, so that removing it twice, or late, takes nobody's place.
        self.free(slots, shard, ended, now_ms)
        try:
            return room - self._add(slots, shard, entry, room, now_ms)
        except ConditionFailed:
            return None

    def free(self, slots: Slots, shard: int, entries: AbstractSet[str], now_ms: int) -> None:
        """Remove entries."""
        with translated():
            self.client.update_item(
                TableName=self.table,
                Key=slots_key(slots, shard),
                UpdateExpression="DELETE held :entries SET #ttl = :ttl",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":entries": {"SS": sorted(entries)},
                    ":ttl": number_value(_expires_at(now_ms)),
                },
            )

    def _add(self, slots: Slots, shard: int, entry: str, room: int, now_ms: int) -> int:
        """Add `entry` and return how many there are; the SDK may ask twice, so it may be there."""
        with translated():
            answer = self.client.update_item(
                TableName=self.table,
                Key=slots_key(slots, shard),
                UpdateExpression="ADD held :entries SET #ttl = :ttl",
                ConditionExpression=(
                    "attribute_not_exists(held) OR size(held) < :room OR contains(held, :entry)"
                ),
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues={
                    ":entries": {"SS": [entry]},
                    ":entry": {"S": entry},
                    ":room": number_value(room),
                    ":ttl": number_value(_expires_at(now_ms)),
                },
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        return len(answer["Attributes"]["held"]["SS"])


def entry_of(holder: str, now_ms: int) -> str:
    """Return the entry of the call with the request id `holder`: its end, and what is random."""
    return f"{now_ms // 1000 + SLOT_SECONDS}#{holder[-12:]}"


def _ended(item: "Item | None", now_ms: int) -> AbstractSet[str]:
    entries = item["held"]["SS"] if item else []
    return {entry for entry in entries if int(entry.partition("#")[0]) <= now_ms // 1000}


def _expires_at(now_ms: int) -> int:
    return now_ms // 1000 + SLOT_SECONDS + KEPT_SECONDS
