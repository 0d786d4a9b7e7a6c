"""Counted limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from gatehouse.domain.limits import Limit, Slots


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSlot:
    """One call's place among those that run at a time; `entry` names it in the item `shard`."""

    limit: Slots
    shard: int
    entry: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of counting one call: `remaining` of each limit that was asked, who `refused`.

    When anything refused, nothing is counted or held.
    """

    remaining: Mapping[Limit, int]
    refused: tuple[Limit, ...] = ()
    held: tuple[HeldSlot, ...] = ()


class LimitCounters(Protocol):
    """How often something happened in a window, and how many calls run at a time."""

    def take(self, limits: Sequence[Limit], *, holder: str, now_ms: int) -> Taken:
        """Count one call against all of `limits`, or against none of them; one round trip.

        `holder` is the call's request id. Slots end by themselves after `SLOT_SECONDS`.
        """
        ...

    def free(self, held: Sequence[HeldSlot], *, now_ms: int) -> None:
        """Give slots back before they end."""
        ...
