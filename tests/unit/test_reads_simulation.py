"""The simulation of reads under load: its numbers repeat, and it says where a partition is hot."""

from dataclasses import replace

import pytest

from bench.reads_simulation import CAPACITY, Load, Outcome, simulate

COPIED = ("META", "INT", "KEY", "TOOL", "TOOLDEF")
CALLS = 2_000
"""A fifth of a second, for the time it takes."""


def a_second(load: Load) -> Outcome:
    outcome = simulate(replace(load, calls=CALLS, instances=50))
    hottest = {kind: units * load.calls // CALLS for kind, units in outcome.hottest.items()}
    return replace(outcome, hottest=hottest)


def test_one_replica_is_hot_at_ten_thousand_calls_a_second() -> None:
    assert a_second(Load(replicas=1)).hottest["META"] == 10_000


@pytest.mark.parametrize("load", [Load(replicas=4), Load(replicas=8, definition_bytes=8_000)])
def test_no_partition_is_hot_with_enough_replicas(load: Load) -> None:
    outcome = a_second(load)
    assert all(0 < outcome.hottest[kind] < CAPACITY for kind in (*COPIED, "MEMBER"))
    assert outcome.home == 0
    assert outcome.round_trips == CALLS


def test_the_same_seed_gives_the_same_numbers() -> None:
    load = Load(replicas=3, calls=500, instances=5)
    assert simulate(load) == simulate(load)
    assert simulate(load) != simulate(replace(load, seed=8))
