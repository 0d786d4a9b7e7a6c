"""The arithmetic of limits: what passes, what a lease may cost, and what a caller is told."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.call_limits import call_limits, failure_limit, too_many
from gatehouse.domain.caller import Caller
from gatehouse.domain.leases import BUSY_MS, LEASED_REACHED_MS, REACHED_MS, Leases
from gatehouse.domain.limits import (
    EXACT_PER_SECOND,
    LARGEST,
    MAX_SHARDS,
    UNLIMITED,
    Limits,
    LimitScope,
    Quota,
    Slots,
    Standing,
    Window,
    lease_size,
    limit_problems,
    limits_document,
    looser,
    read_limits,
    share,
)
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.edge.limit_headers import limit_headers
from tests.samples import ADA, INTEGRATION, LOOKUP, NOW, PROJECT, stored

MS = NOW * 1000
amounts = st.integers(0, 10_000_000)
limits = st.builds(
    Limits,
    **{name: st.none() | st.integers(0, getattr(LARGEST, name)) for name in Limits.__slots__},
)


def quota(amount: int, window: Window = Window.SECOND) -> Quota:
    return Quota(scope=LimitScope.PROJECT, subject="Proj0001", window=window, amount=amount)


@given(amount=amounts, window=st.sampled_from(Window))
def test_shares_add_up_to_the_amount_and_to_nothing_more(amount: int, window: Window) -> None:
    limit = quota(amount, window)
    shares = [share(amount, limit.shards, shard) for shard in range(limit.shards)]
    assert sum(shares) == amount
    assert max(shares) - min(shares) <= 1


@given(amount=amounts, window=st.sampled_from(Window))
def test_no_shard_is_hot(amount: int, window: Window) -> None:
    """A shard passes at most 500 in its window, or there are as many as 10,000 calls a second
    need."""
    limit = quota(amount, window)
    largest = share(amount, limit.shards, 0)
    assert largest <= EXACT_PER_SECOND or limit.shards == MAX_SHARDS
    assert 10_000 / MAX_SHARDS <= EXACT_PER_SECOND


@given(amount=st.integers(0, EXACT_PER_SECOND))
def test_up_to_500_a_second_there_is_one_counter_and_no_lease(amount: int) -> None:
    assert quota(amount).shards == 1
    assert not quota(amount).is_leased
    assert quota(EXACT_PER_SECOND + 1).is_leased
    assert not quota(EXACT_PER_SECOND * 60, Window.MINUTE).is_leased


@given(passed=st.lists(st.integers(0, 10_000), max_size=200))
def test_leases_of_all_instances_leave_at_most_a_tenth_unused(passed: list[int]) -> None:
    unused = sum(lease_size(each) - 1 for each in passed)
    assert unused * 10 <= sum(passed)


@given(pace=st.lists(st.integers(0, 300), min_size=1, max_size=8))
def test_an_instance_holds_no_more_than_a_tenth_of_what_it_passed(pace: list[int]) -> None:
    leases, limit = Leases(), quota(10_000, Window.MINUTE)
    starts = Window.MINUTE.starts_at(MS) * 1000
    taken = spent = before = 0
    for second, calls in enumerate(pace):
        now_ms = starts + 1000 * second
        for _ in range(calls):
            if not leases.spend(limit, now_ms):
                size = leases.size(limit, now_ms)
                assert 10 * (size - 1) <= before
                leases.keep(limit, size, now_ms)
                taken += size
            spent += 1
        before = calls
        assert leases.left(limit, now_ms) == taken - spent


def test_a_lease_ends_with_its_window() -> None:
    leases, limit = Leases(), quota(10_000)
    leases.keep(limit, 5, MS)
    assert leases.spend(limit, MS)
    assert not leases.spend(limit, MS + 1000)
    assert leases.left(limit, MS + 1000) == 0


def test_an_instance_that_paused_begins_with_single_calls() -> None:
    leases, limit = Leases(), quota(10_000)
    for _ in range(100):
        leases.keep(limit, 1, MS)
    assert leases.size(limit, MS + 1000) == 10
    assert leases.size(limit, MS + 3000) == 1


@given(
    window=st.sampled_from(Window),
    into=st.integers(0, 10**8),
    amount=st.sampled_from([1, LARGEST.per_second]),
)
def test_a_limit_counts_as_reached_for_a_while_and_never_beyond_its_window(
    window: Window, into: int, amount: int
) -> None:
    leases, limit, now_ms = Leases(), quota(amount * window.value, window), MS + into
    leases.note_reached(limit, now_ms)
    assert leases.is_reached(limit, now_ms)
    pause = LEASED_REACHED_MS if limit.is_leased else REACHED_MS[window]
    assert not leases.is_reached(limit, now_ms + pause)
    ends_ms = 1000 * (window.starts_at(now_ms) + window.value)
    assert not leases.is_reached(limit, ends_ms)


def test_slots_that_were_all_taken_are_asked_for_again_soon() -> None:
    leases, slots = Leases(), Slots(scope=LimitScope.TOOL, subject="t", amount=1)
    leases.note_reached(slots, MS)
    assert leases.is_reached(slots, MS + BUSY_MS - 1)
    assert not leases.is_reached(slots, MS + BUSY_MS)


def test_a_full_shard_is_passed_by_until_it_may_have_room() -> None:
    leases = Leases()
    starts = Window.MINUTE.starts_at(MS) * 1000
    exact, leased = quota(600, Window.MINUTE), quota(600_000, Window.MINUTE)
    for limit in (exact, leased):
        leases.note_full(limit, 1, starts)
        assert leases.open_shards(limit, [0, 1], starts + 999) == [0]
    assert leases.open_shards(exact, [0, 1], starts + 1000) == [0, 1]
    assert leases.open_shards(leased, [0, 1], starts + 59_999) == [0]
    assert leases.open_shards(leased, [0, 1], starts + 60_000) == [0, 1]


@given(window=st.sampled_from(Window), now_ms=st.integers(0, 10**13))
def test_a_window_holds_its_moment_and_says_when_it_ends(window: Window, now_ms: int) -> None:
    starts = window.starts_at(now_ms)
    assert starts * 1000 <= now_ms < (starts + window.value) * 1000
    assert 1 <= window.left_at(now_ms) <= window.value
    assert window.starts_at(now_ms + 1000 * window.left_at(now_ms)) == starts + window.value


@given(given_limits=limits)
def test_limits_are_kept_as_they_were_given(given_limits: Limits) -> None:
    assert read_limits(limits_document(given_limits)) == given_limits
    assert limit_problems(given_limits) == ()


@pytest.mark.parametrize(
    "document", [[], {"per_hour": 1}, {"per_day": "1"}, {"per_day": True}, {"per_day": None}, 3]
)
def test_what_is_no_limits_is_not_read(document: Any) -> None:
    with pytest.raises(ValueError, match="no"):
        read_limits(document)


def test_a_limit_is_neither_negative_nor_larger_than_what_can_be_counted() -> None:
    for name in Limits.__slots__:
        for value in (-1, getattr(LARGEST, name) + 1):
            assert [field for field, _ in limit_problems(Limits(**{name: value}))] == [name]


@given(one=limits, other=limits)
def test_what_lets_no_more_pass_is_not_looser(one: Limits, other: Limits) -> None:
    def bound(value: int | None) -> float:
        return float("inf") if value is None else value

    expected = [
        name for name in Limits.__slots__ if bound(getattr(one, name)) > bound(getattr(other, name))
    ]
    assert sorted(field for field, _ in looser(one, than=other)) == sorted(expected)
    assert looser(one, than=UNLIMITED) == ()


ALL = Limits(per_second=1, per_minute=2, per_day=3, concurrent=4)


def test_a_call_counts_for_its_project_integration_member_and_tool() -> None:
    caller = Caller(
        project=replace(PROJECT, settings=ProjectSettings(limits=ALL, member_limits=ALL)),
        integration=replace(INTEGRATION, limits=ALL),
        member=ADA,
    )
    found = call_limits(caller, stored(LOOKUP, limits=ALL))
    assert len(found) == 16
    assert len({limit.name for limit in found}) == 16
    without_member = call_limits(replace(caller, member=None), None)
    assert {limit.scope for limit in without_member} == {"project", "integration"}
    assert call_limits(Caller(project=PROJECT, integration=INTEGRATION), stored(LOOKUP)) == ()


@given(ids=st.tuples(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20)))
def test_members_of_whatever_name_are_counted_apart(ids: tuple[str, str]) -> None:
    project = replace(PROJECT, settings=ProjectSettings(member_limits=Limits(per_day=1)))
    subjects = set()
    for external_id in ids:
        member = MemberIdentity(external_id=external_id)
        caller = Caller(project=project, integration=INTEGRATION, member=member)
        [limit] = call_limits(caller, None)
        subjects.add(limit.subject)
        assert limit.subject == (
            f"{PROJECT.id}#{hashlib.sha256(external_id.encode()).hexdigest()[:32]}"
        )
    assert len(subjects) == len(set(ids))


@pytest.mark.parametrize(
    ("address", "subject"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
        ("2001:db8:0:1:ffff:ffff:ffff:ffff", "2001:db8:0:1::/64"),
        ("2001:db8:0:2::1", "2001:db8:0:2::/64"),
        ("2001:DB8:0:2:0:0:0:1%eth0", "2001:db8:0:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("test-invoke-source-ip", "unknown"),
        ("192.0.2.7, 10.0.0.1", "unknown"),
    ],
)
def test_addresses_are_counted_by_what_one_customer_has(address: str, subject: str) -> None:
    assert failure_limit(address, 5).subject == subject


def test_the_longest_wait_is_told() -> None:
    minute = quota(60, Window.MINUTE)
    slots = Slots(scope=LimitScope.TOOL, subject="t", amount=1)
    now_ms = Window.MINUTE.starts_at(MS) * 1000 + 1
    error = too_many((slots, minute), (), now_ms=now_ms)
    assert (error.retry_after, str(error)) == (
        60,
        "Limit reached: 60 calls per minute for this project; try again in 60 s",
    )
    assert str(too_many((slots,), (), now_ms=now_ms)) == (
        "Limit reached: 1 call at a time for this tool; try again in 1 s"
    )


def test_headers_say_what_is_allowed_and_what_is_left() -> None:
    standings = (
        Standing(limit=quota(100), remaining=99, resets_in=1),
        Standing(limit=quota(9, Window.DAY), remaining=None, resets_in=7),
        Standing(
            limit=Slots(scope=LimitScope.TOOL, subject="t", amount=5), remaining=4, resets_in=None
        ),
    )
    assert limit_headers(standings) == {
        "ratelimit-policy": (
            '"project-second";q=100;w=1, "project-day";q=9;w=86400, '
            '"tool-concurrent";q=5;qu="concurrent-requests"'
        ),
        "ratelimit": '"project-second";r=99;t=1, "tool-concurrent";r=4',
    }
    assert limit_headers(()) == {}
