"""The simulation of limits under load: its numbers repeat, and no item is hot."""

from dataclasses import replace

import pytest

from bench.limits_simulation import CAPACITY, LOADS, Load, limit, simulate
from gatehouse.domain.limits import Window


@pytest.mark.parametrize("load", LOADS, ids=lambda load: load.name)
def test_no_item_is_hot_and_never_more_passes_than_may(load: Load) -> None:
    outcome = simulate(replace(load, seconds=2))
    assert outcome.hottest <= CAPACITY
    assert max(outcome.passed.values()) <= load.limit.amount
    asked = load.calls_per_second * (1 if load.limit.window is Window.SECOND else 2)
    lost = 1 - min(outcome.passed.values()) / min(asked, load.limit.amount)
    assert lost <= (0.1 if load.limit.is_leased else 0)


def test_the_same_seed_gives_the_same_numbers() -> None:
    load = Load("any", limit(2_000), 50, 3_000, seconds=2)
    assert simulate(load) == simulate(load)
    assert simulate(load) != simulate(replace(load, seed=8))
