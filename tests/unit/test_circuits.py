"""Circuit breakers: what a healthy tool costs, and that a failing origin is left alone."""

from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from gatehouse.domain.breaker import (
    FAILURES,
    OPEN_SECONDS,
    PROBE_SECONDS,
    WINDOW_SECONDS,
    BreakerState,
    is_failure,
)
from gatehouse.domain.errors import ToolRefused, Unavailable
from gatehouse.usecases.circuits import LOOK_SECONDS, TRUST_SECONDS, Circuits
from tests.fakes.breakers import MemoryBreakers
from tests.samples import LOOKUP, NOW, PROJECT_ID, stored

TOOL = stored(LOOKUP)


@dataclass
class Instances:
    """Dispatch instances that share a table; `works` is whether the origin does."""

    table: MemoryBreakers = field(default_factory=MemoryBreakers)
    now: int = NOW
    works: bool = True
    sent: int = 0
    numbers: "count[int]" = field(default_factory=lambda: count(1))
    circuits: list[Circuits] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.circuits = [Circuits(self.table) for _ in range(3)]

    def enters(self, instance: int = 0) -> str | None:
        """Return the request id under which a call is let through, if it is."""
        request_id = f"r{next(self.numbers)}"
        try:
            self.circuits[instance].enter(TOOL, request_id=request_id, now=self.now)
        except ToolRefused:
            return None
        self.sent += 1
        return request_id

    def calls(self, instance: int = 0) -> bool:
        """Make a call; say whether it was sent."""
        request_id = self.enters(instance)
        if request_id is None:
            return False
        self.circuits[instance].leave(
            TOOL, request_id=request_id, failed=not self.works, now=self.now
        )
        return True

    def fail(self, times: int = FAILURES, *, instance: int = 0) -> None:
        self.works = False
        for _ in range(times):
            self.calls(instance)

    @property
    def state(self) -> BreakerState:
        found = self.table.items.get((PROJECT_ID, LOOKUP.name))
        return found.state if found else BreakerState.CLOSED


def test_a_healthy_tool_costs_one_read_per_instance_and_no_write() -> None:
    world = Instances()
    for _ in range(100):
        assert world.calls()
        world.now += 1
    assert (world.table.reads, world.table.writes) == (1, 0)


def test_after_a_silence_the_shared_state_is_read_again() -> None:
    world = Instances()
    world.calls()
    world.now += TRUST_SECONDS
    world.calls()
    assert world.table.reads == 2


def test_failures_in_a_row_open_and_the_next_call_is_not_sent() -> None:
    world = Instances()
    world.fail()
    assert world.sent == FAILURES
    assert world.state is BreakerState.OPEN
    assert world.table.writes == 1
    assert not world.calls()


def test_one_failure_fewer_does_not_open() -> None:
    world = Instances()
    world.fail(FAILURES - 1)
    assert world.state is BreakerState.CLOSED
    assert world.table.writes == 0


def test_a_success_between_begins_the_row_anew() -> None:
    world = Instances()
    for _ in range(3):
        world.fail(FAILURES - 1)
        world.works = True
        assert world.calls()
    assert world.state is BreakerState.CLOSED


def test_failures_further_apart_than_the_window_do_not_open() -> None:
    world = Instances(works=False)
    for _ in range(3 * FAILURES):
        assert world.calls()
        world.now += WINDOW_SECONDS // (FAILURES - 1)
    assert world.state is BreakerState.CLOSED


def test_another_instance_learns_it_with_its_first_call_or_its_first_failure() -> None:
    world = Instances()
    world.calls(1)  # this one has looked, and believes that all is well
    world.fail()
    assert not world.calls(2)
    assert world.calls(1)
    world.now += LOOK_SECONDS
    assert not world.calls(1)


def test_while_it_is_open_a_refusal_costs_a_read_every_few_seconds_alone() -> None:
    world = Instances()
    world.fail()
    reads, writes = world.table.reads, world.table.writes
    for _ in range(50):
        assert not world.calls()
    assert (world.table.reads, world.table.writes) == (reads, writes)
    world.now += LOOK_SECONDS
    for _ in range(50):
        assert not world.calls()
    assert world.table.reads == reads + 1


def test_the_refusal_says_when_to_try_again() -> None:
    world = Instances()
    world.fail()
    world.now += 10
    with pytest.raises(ToolRefused, match=f"Try again in {OPEN_SECONDS - 10} s") as refusal:
        world.circuits[0].enter(TOOL, request_id="r", now=world.now)
    assert refusal.value.code == "breaker_open"


def test_when_it_is_time_one_of_all_instances_tries() -> None:
    world = Instances()
    world.fail()
    world.now += OPEN_SECONDS
    assert [world.enters(instance) is not None for instance in (0, 1, 2, 0, 1)] == [
        True, False, False, False, False,
    ]  # fmt: skip
    assert world.state is BreakerState.HALF_OPEN


def test_who_loses_the_race_for_trying_is_refused() -> None:
    world = Instances()
    world.fail()
    world.now += OPEN_SECONDS - 1
    assert not world.calls(1)  # it looked a second ago, and will not look again before it tries
    world.now += 1
    assert world.enters(0)
    assert not world.enters(1)


def test_a_probe_that_succeeds_closes_for_everybody() -> None:
    world = Instances()
    world.fail()
    assert not world.calls(1)
    world.now += OPEN_SECONDS
    world.works = True
    assert world.calls(0)
    assert world.state is BreakerState.CLOSED
    world.now += LOOK_SECONDS
    assert world.calls(1)
    assert world.calls(2)


def test_a_probe_that_fails_opens_for_as_long_again() -> None:
    world = Instances()
    world.fail()
    world.now += OPEN_SECONDS
    assert world.calls()
    assert world.state is BreakerState.OPEN
    world.now += OPEN_SECONDS - 1
    assert not world.calls()
    world.now += 1
    assert world.calls()


def test_a_probe_that_never_comes_back_is_followed_by_one_other() -> None:
    world = Instances()
    world.fail()
    world.now += OPEN_SECONDS
    assert world.enters(0)
    world.now += PROBE_SECONDS - 1
    assert not world.enters(1)
    world.now += 1
    assert world.enters(1)
    assert not world.enters(2)


def test_another_origin_of_the_same_tool_starts_afresh() -> None:
    world = Instances()
    world.fail()
    moved = stored(replace(LOOKUP, base_url="https://new.example.com"))
    for circuits in world.circuits:
        circuits.enter(moved, request_id="moved", now=world.now)


def test_another_tool_is_not_held_up() -> None:
    world = Instances()
    world.fail()
    other = stored(replace(LOOKUP, name="other"))
    world.circuits[0].enter(other, request_id="other", now=world.now)


def test_a_table_that_cannot_be_read_holds_nobody_up() -> None:
    class Broken(MemoryBreakers):
        def read(self, *_: object, **__: object) -> None:
            raise Unavailable

    Circuits(Broken()).enter(TOOL, request_id="r", now=NOW)


@pytest.mark.parametrize(
    ("status", "failed"), [(200, False), (429, False), (499, False), (500, True), (503, True)]
)
def test_a_status_of_5xx_alone_is_a_failure(status: int, failed: bool) -> None:  # noqa: FBT001
    assert is_failure(status) is failed


class Fleet(RuleBasedStateMachine):
    """Any order of calls, failures, silences and lost probes on three instances."""

    def __init__(self) -> None:
        super().__init__()
        self.world = Instances()
        self.under_way: list[tuple[int, str]] = []
        self.probes: list[int] = []

    @rule(seconds=st.integers(min_value=1, max_value=90))
    def time_passes(self, seconds: int) -> None:
        self.world.now += seconds

    @rule(works=st.booleans())
    def the_origin_changes(self, works: bool) -> None:  # noqa: FBT001
        self.world.works = works

    @rule(instance=st.integers(min_value=0, max_value=2))
    def a_call_is_made(self, instance: int) -> None:
        self._note(self.world.enters(instance), instance)
        self._come_back()

    @rule(instance=st.integers(min_value=0, max_value=2))
    def a_call_gets_lost(self, instance: int) -> None:
        self._note(self.world.enters(instance), instance)
        self.under_way.clear()

    @precondition(lambda self: self.world.state is BreakerState.OPEN)
    @rule()
    def a_new_instance_comes_to_an_open_breaker(self) -> None:
        stands = self.world.table.items[PROJECT_ID, LOOKUP.name]
        self.world.circuits[2] = Circuits(self.world.table)
        if self.world.now < stands.retry_at:
            assert self.world.enters(2) is None

    @invariant()
    def probes_are_apart(self) -> None:
        """However many want to try, they try one after the other."""
        pairs = zip(self.probes, self.probes[1:], strict=False)
        assert all(later - earlier >= min(OPEN_SECONDS, PROBE_SECONDS) for earlier, later in pairs)

    @invariant()
    def nothing_is_written_of_what_never_failed_enough(self) -> None:
        if self.world.sent < FAILURES:
            assert self.world.table.writes == 0

    def teardown(self) -> None:
        """Once the origin works again, everybody gets through, and soon."""
        self.world.works = True
        self.world.now += OPEN_SECONDS + PROBE_SECONDS + LOOK_SECONDS
        self.world.calls(0)
        self.world.now += LOOK_SECONDS
        assert all(self.world.calls(instance) for instance in range(3))

    def _note(self, request_id: str | None, instance: int) -> None:
        if request_id is None:
            return
        stands = self.world.table.items.get((PROJECT_ID, LOOKUP.name))
        if stands and stands.probe == request_id:
            self.probes.append(self.world.now)
        self.under_way.append((instance, request_id))

    def _come_back(self) -> None:
        while self.under_way:
            instance, request_id = self.under_way.pop()
            self.world.circuits[instance].leave(
                TOOL, request_id=request_id, failed=not self.world.works, now=self.world.now
            )
            stands = self.world.table.items.get((PROJECT_ID, LOOKUP.name))
            if stands and stands.state is BreakerState.CLOSED:
                self.probes.clear()  # a breaker that closed may open and be tried anew


Fleet.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
test_fleet = Fleet.TestCase
