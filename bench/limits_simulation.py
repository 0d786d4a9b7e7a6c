"""Simulate limits under load: what each partition bears, and how far a leased limit is off.

    python -m bench.limits_simulation

It drives the real adapter, `gatehouse.aws.limits`, over a DynamoDB that only counts, with one
adapter per Lambda instance and a clock that it sets itself. Nothing is random but what the seed
fixes, so that the same numbers come out each time; no wall clock is read.
"""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from gatehouse.aws.limits import DynamoLimits
from gatehouse.domain.leases import Leases
from gatehouse.domain.limits import LimitScope, Quota, Window

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from mypy_boto3_dynamodb import DynamoDBClient

START_MS = 1_700_000_040_000
"""The start of a minute."""
CAPACITY = 1_000
"""Writes per second that one item takes."""


@dataclass
class CountingTable:
    """DynamoDB as far as counters need it; every write, also a refused one, is noted."""

    second: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    writes: Counter[tuple[str, int]] = field(default_factory=Counter)

    def update_item(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401
        """Do what `gatehouse.aws.limit_items` asks of a window's item."""
        key = request["Key"]["PK"]["S"]
        self.writes[key, self.second] += 1
        given = request["ExpressionAttributeValues"].items()
        values = {name: int(value["N"]) for name, value in given}
        if self.calls[key] > values[":most"] and key in self.calls:
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "UpdateItem")
        self.calls[key] += values[":calls"]
        return {"Attributes": {"calls": {"N": str(self.calls[key])}}}

    @property
    def hottest(self) -> int:
        """Return the most writes that one item bore in one second."""
        return max(self.writes.values(), default=0)


@dataclass(frozen=True)
class Load:
    """One limit, and the instances among which so many calls are spread."""

    name: str
    limit: Quota
    instances: int
    calls_per_second: int
    seconds: int = 5
    seed: int = 7


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a load. `passed` is by window; `writes` of all seconds and items together."""

    load: Load
    asked: int
    passed: Counter[int]
    writes: int
    hottest: int


def simulate(load: Load) -> Outcome:
    """Send the load, second by second, instances in a random order that the seed fixes."""
    table, dice = CountingTable(), random.Random(load.seed)  # noqa: S311 - a simulation
    instances = [_instance(table, dice) for _ in range(load.instances)]
    passed: Counter[int] = Counter()
    asked = 0
    for now_ms, which in _moments(load, dice):
        table.second = now_ms // 1000
        taken = instances[which].take([load.limit], holder="simulated-call", now_ms=now_ms)
        asked += 1
        if not taken.refused:
            passed[load.limit.window.starts_at(now_ms)] += 1
    return Outcome(
        load=load,
        asked=asked,
        passed=passed,
        writes=table.writes.total(),
        hottest=table.hottest,
    )


def _instance(table: CountingTable, dice: random.Random) -> DynamoLimits:
    # One limit is counted in the calling thread, so the simulation needs no pool.
    pool = cast("ThreadPoolExecutor", None)
    client = cast("DynamoDBClient", table)
    return DynamoLimits(client, "table", partial(dice.randrange), Leases(), pool)


def _moments(load: Load, dice: random.Random) -> Iterator[tuple[int, int]]:
    for second in range(load.seconds):
        offsets = sorted(dice.randrange(1000) for _ in range(load.calls_per_second))
        for offset in offsets:
            yield START_MS + 1000 * second + offset, dice.randrange(load.instances)


def limit(amount: int, window: Window = Window.SECOND) -> Quota:
    """Return a project's limit."""
    return Quota(scope=LimitScope.PROJECT, subject="Proj0001", window=window, amount=amount)


LOADS = (
    Load("one counter, as fast as it is exact", limit(500), 100, 500),
    Load("one counter, flooded", limit(500), 300, 10_000),
    Load("fast calls, 10 ms each", limit(10_000), 100, 10_000),
    Load("usual calls, 50 ms each", limit(10_000), 500, 10_000),
    Load("slow calls, 1 s each", limit(10_000), 10_000, 10_000),
    Load("a fifth more than is allowed", limit(10_000), 500, 12_000),
    Load("twice what is allowed", limit(5_000), 500, 10_000),
    Load("a million a day, spent at once", limit(1_000_000, Window.DAY), 500, 10_000),
    Load("10,000 a day, flooded", limit(10_000, Window.DAY), 500, 10_000),
    Load("30,000 a minute, spent at once", limit(30_000, Window.MINUTE), 500, 10_000),
)


def report(outcomes: list[Outcome]) -> str:
    """Return what came out as a table of Markdown."""
    columns = (
        "load", "limit", "items", "asked /s", "passed in a window", "writes /s", "hottest item /s"
    )  # fmt: skip
    lines = [f"| {' | '.join(columns)} |", "|---" * len(columns) + "|"]
    for outcome in outcomes:
        load = outcome.load
        windows = sorted(outcome.passed.values())
        shown = f"{windows[0]:,} to {windows[-1]:,}" if len(windows) > 1 else f"{windows[0]:,}"
        lines.append(
            f"| {load.name} | {load.limit.amount:,} a {load.limit.window.label} | "
            f"{load.limit.shards} | {load.calls_per_second:,} | {shown} | "
            f"{outcome.writes // load.seconds:,} | {outcome.hottest:,} |"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Print the table; fail if an item is hot or a limit is passed."""
    outcomes = [simulate(load) for load in LOADS]
    print(report(outcomes))
    for outcome in outcomes:
        name = outcome.load.name
        assert max(outcome.passed.values()) <= outcome.load.limit.amount, name  # noqa: S101
        assert outcome.hottest <= CAPACITY, name  # noqa: S101


if __name__ == "__main__":
    main()
