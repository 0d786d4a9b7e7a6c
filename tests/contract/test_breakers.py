"""What `Breakers` promises, in memory and on DynamoDB."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gatehouse.aws.breakers import DynamoBreakers
from gatehouse.domain.breaker import (
    OPEN_SECONDS,
    PROBE_SECONDS,
    Breaker,
    BreakerState,
    opened,
)
from gatehouse.ports.upstreams import Breakers
from tests.contract.conftest import TABLE
from tests.fakes.breakers import KEPT_SECONDS, MemoryBreakers
from tests.samples import LOOKUP, NOW, PROJECT_ID

TOOL = LOOKUP.name
OPEN = opened(LOOKUP.origin, NOW)
RETRY_AT = NOW + OPEN_SECONDS


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def port(request: pytest.FixtureRequest) -> Breakers:
    if request.param == "memory":
        return MemoryBreakers()
    return DynamoBreakers(request.getfixturevalue(request.param), TABLE)


def read(port: Breakers, now: int = NOW) -> Breaker | None:
    return port.read(PROJECT_ID, TOOL, now=now)


def open_(
    port: Breakers, breaker: Breaker = OPEN, *, probe: str | None = None, now: int = NOW
) -> Breaker | None:
    return port.open(PROJECT_ID, TOOL, breaker, probe=probe, now=now)


def probe(port: Breakers, request_id: str, *, now: int = RETRY_AT) -> Breaker | None:
    return port.probe(PROJECT_ID, TOOL, OPEN.probed(request_id, now), now=now)


def test_a_tool_that_never_failed_has_no_breaker(port: Breakers) -> None:
    assert read(port) is None


def test_an_opened_breaker_is_read_as_it_was_written(port: Breakers) -> None:
    assert open_(port) == OPEN
    assert read(port) == OPEN
    assert port.read("Other001", TOOL, now=NOW) is None
    assert port.read(PROJECT_ID, "another-tool", now=NOW) is None


def test_who_opens_second_finds_what_the_first_has_written(port: Breakers) -> None:
    open_(port)
    assert open_(port, opened(LOOKUP.origin, NOW + 9), now=NOW + 9) == OPEN


def test_a_breaker_of_another_origin_is_opened_afresh(port: Breakers) -> None:
    open_(port)
    moved = opened("https://new.example.com", NOW + 1)
    assert open_(port, moved, now=NOW + 1) == moved


def test_nobody_may_try_before_it_is_time(port: Breakers) -> None:
    open_(port)
    assert probe(port, "r1", now=RETRY_AT - 1) == OPEN


def test_one_request_tries_and_the_others_find_it_trying(port: Breakers) -> None:
    open_(port)
    won = probe(port, "r1")
    assert won
    assert (won.state, won.probe, won.since) == (BreakerState.HALF_OPEN, "r1", RETRY_AT)
    assert probe(port, "r2") == won
    assert read(port) == won


def test_another_origin_is_not_tried_in_this_ones_place(port: Breakers) -> None:
    open_(port)
    moved = opened("https://new.example.com", NOW).probed("r1", RETRY_AT)
    assert port.probe(PROJECT_ID, TOOL, moved, now=RETRY_AT) == OPEN


def test_of_many_at_once_one_tries(port: Breakers) -> None:
    open_(port)
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda n: probe(port, f"r{n}"), range(8)))
    assert len({breaker.probe for breaker in found if breaker}) == 1


def test_a_probe_that_never_comes_back_is_followed_by_another(port: Breakers) -> None:
    open_(port)
    probe(port, "r1")
    early, late = RETRY_AT + PROBE_SECONDS - 1, RETRY_AT + PROBE_SECONDS
    assert (probe(port, "r2", now=early) or OPEN).probe == "r1"
    assert (probe(port, "r2", now=late) or OPEN).probe == "r2"


def test_a_closed_breaker_is_neither_probed_nor_kept_from_opening(port: Breakers) -> None:
    open_(port)
    won = probe(port, "r1") or OPEN
    port.close(PROJECT_ID, TOOL, won.closed(RETRY_AT + 1), "r1")
    closed = read(port, RETRY_AT + 1)
    assert closed
    assert (closed.state, closed.since, closed.probe) == (BreakerState.CLOSED, RETRY_AT + 1, None)
    assert probe(port, "r2", now=RETRY_AT + PROBE_SECONDS) == closed
    again = opened(LOOKUP.origin, RETRY_AT + 9)
    assert open_(port, again, now=RETRY_AT + 9) == again


def test_only_the_request_that_tries_can_close(port: Breakers) -> None:
    open_(port)
    won = probe(port, "r1") or OPEN
    port.close(PROJECT_ID, TOOL, won.closed(RETRY_AT + 1), "r2")
    assert read(port, RETRY_AT + 1) == won


def test_a_failed_probe_opens_again_and_a_late_one_does_not(port: Breakers) -> None:
    open_(port)
    probe(port, "r1")
    again = opened(LOOKUP.origin, RETRY_AT + 2)
    assert open_(port, again, probe="r1", now=RETRY_AT + 2) == again
    late = replace(again, since=RETRY_AT + 3)
    assert open_(port, late, probe="r1", now=RETRY_AT + 3) == again


def test_a_state_that_nobody_changed_for_a_day_is_forgotten(port: Breakers) -> None:
    open_(port)
    assert read(port, NOW + KEPT_SECONDS - 1) == OPEN
    assert read(port, NOW + KEPT_SECONDS) is None
    later = opened(LOOKUP.origin, NOW + KEPT_SECONDS)
    assert open_(port, later, now=NOW + KEPT_SECONDS) == later
