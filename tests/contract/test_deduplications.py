"""What `Deduplications` promises, in memory and on DynamoDB."""

from dataclasses import replace
from itertools import count

import pytest

from gatehouse.aws.deduplications import MAX_RESULT, DynamoDeduplications
from gatehouse.aws.tables import deduplication_key
from gatehouse.domain.calls import Deduplication, Dispatched, Outcome, UpstreamAnswer
from gatehouse.ports.calls import Deduplications
from tests.contract.conftest import TABLE
from tests.fakes.calls import MemoryDeduplications
from tests.samples import NOW

CALL = Deduplication(digest="d" * 64, sealing_key=b"k" * 32, window_seconds=30)
RESULT = Dispatched(
    outcome=Outcome.SUCCEEDED,
    duration_ms=12,
    answer=UpstreamAnswer(status=201, content_type="application/json", body=b'{"id":"t-1"}'),
)
DEADLINE = NOW + 13


def claim(
    port: Deduplications, request_id: str, *, now: int = NOW, call: Deduplication = CALL
) -> Dispatched | None:
    return port.claim(call, request_id=request_id, deadline=now + 13, now=now)


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def port(request: pytest.FixtureRequest) -> Deduplications:
    if request.param == "memory":
        return MemoryDeduplications()
    numbers = count(1)
    return DynamoDeduplications(
        request.getfixturevalue(request.param),
        TABLE,
        random_bytes=lambda length: next(numbers).to_bytes(length, "big"),
    )


def test_only_the_first_of_equal_calls_is_to_be_executed(port: Deduplications) -> None:
    assert claim(port, "r1") is None
    assert claim(port, "r2") is not None


def test_another_call_is_not_held_up(port: Deduplications) -> None:
    assert claim(port, "r1") is None
    assert claim(port, "r2", call=replace(CALL, digest="e" * 64)) is None


def test_a_kept_result_is_repeated_as_it_was(port: Deduplications) -> None:
    claim(port, "r1")
    port.complete(CALL, RESULT, now=NOW + 1)
    repeated = claim(port, "r2", now=NOW + 2)
    assert repeated == replace(RESULT, outcome=Outcome.REPEATED, repeated_of="r1")


def test_what_is_found_is_what_a_claim_would_be_told(port: Deduplications) -> None:
    claim(port, "r1")
    for now in (NOW, DEADLINE - 1, DEADLINE):
        assert port.find(CALL, now=now) == claim(port, "r2", now=now)
    assert port.find(CALL, now=DEADLINE - 1) != port.find(CALL, now=DEADLINE)
    port.complete(CALL, RESULT, now=NOW + 1)
    assert port.find(CALL, now=NOW + 2) == claim(port, "r2", now=NOW + 2)


def test_finding_claims_nothing(port: Deduplications) -> None:
    assert port.find(CALL, now=NOW) is None
    assert port.find(CALL, now=NOW) is None
    assert claim(port, "r1") is None


def test_nothing_is_found_of_a_call_that_was_given_back_or_is_over(port: Deduplications) -> None:
    claim(port, "r1")
    assert port.find(CALL, now=NOW + CALL.window_seconds) is None
    port.release(CALL, request_id="r1")
    assert port.find(CALL, now=NOW) is None


def test_a_running_call_is_said_to_be_running_until_its_deadline(port: Deduplications) -> None:
    claim(port, "r1")
    running = claim(port, "r2", now=DEADLINE - 1)
    assert running
    assert (running.outcome, running.answer, running.repeated_of) == (Outcome.REPEATED, None, "r1")
    assert "in progress" in (running.error or "")


def test_a_call_that_never_ended_has_an_unknown_outcome_for_the_rest_of_the_window(
    port: Deduplications,
) -> None:
    claim(port, "r1")
    for now in (DEADLINE, NOW + CALL.window_seconds - 1):
        unknown = claim(port, "r2", now=now)
        assert unknown
        assert (unknown.outcome, unknown.answer) == (Outcome.UNKNOWN, None)


def test_the_window_ends_at_its_second(port: Deduplications) -> None:
    claim(port, "r1")
    port.complete(CALL, RESULT, now=NOW + 1)
    assert claim(port, "r2", now=NOW + CALL.window_seconds - 1) is not None
    assert claim(port, "r3", now=NOW + CALL.window_seconds) is None


def test_a_short_window_lasts_as_long_as_its_call(port: Deduplications) -> None:
    short = replace(CALL, window_seconds=1)
    claim(port, "r1", call=short)
    assert claim(port, "r2", call=short, now=DEADLINE - 1) is not None
    assert claim(port, "r3", call=short, now=DEADLINE) is None


def test_a_released_claim_lets_the_next_call_through(port: Deduplications) -> None:
    claim(port, "r1")
    port.release(CALL, request_id="r1")
    assert claim(port, "r2") is None


def test_only_the_claimant_can_release(port: Deduplications) -> None:
    claim(port, "r1")
    port.release(CALL, request_id="r2")
    assert claim(port, "r3") is not None


def test_a_completed_call_cannot_be_released(port: Deduplications) -> None:
    claim(port, "r1")
    port.complete(CALL, RESULT, now=NOW)
    port.release(CALL, request_id="r1")
    assert claim(port, "r2") is not None


def test_a_result_that_is_too_large_is_only_noted(port: Deduplications) -> None:
    claim(port, "r1")
    answer = UpstreamAnswer(status=200, content_type="text/plain", body=b"x" * MAX_RESULT)
    port.complete(CALL, replace(RESULT, answer=answer), now=NOW)
    noted = claim(port, "r2")
    assert noted
    assert (noted.outcome, noted.answer, noted.repeated_of) == (Outcome.REPEATED, None, "r1")


def test_a_result_that_comes_after_the_window_is_dropped(port: Deduplications) -> None:
    claim(port, "r1")
    port.complete(CALL, RESULT, now=NOW + CALL.window_seconds)
    assert claim(port, "r2", now=NOW + CALL.window_seconds) is None


def test_a_kept_result_cannot_be_read_in_the_table(
    request: pytest.FixtureRequest,
) -> None:
    client = request.getfixturevalue("dynamodb")
    port = DynamoDeduplications(client, TABLE, random_bytes=bytes)
    claim(port, "r1")
    port.complete(CALL, RESULT, now=NOW)
    item = client.get_item(TableName=TABLE, Key=deduplication_key(CALL.digest))["Item"]
    assert b"t-1" not in item["sealed"]["B"]
    assert "t-1" not in str({name: value for name, value in item.items() if name != "sealed"})


def test_a_result_sealed_under_another_key_is_not_repeated(
    request: pytest.FixtureRequest,
) -> None:
    numbers = count(1)
    port = DynamoDeduplications(
        request.getfixturevalue("dynamodb"),
        TABLE,
        random_bytes=lambda length: next(numbers).to_bytes(length, "big"),
    )
    claim(port, "r1")
    port.complete(CALL, RESULT, now=NOW)
    other = claim(port, "r2", call=replace(CALL, sealing_key=b"x" * 32))
    assert other
    assert (other.outcome, other.answer) == (Outcome.REPEATED, None)


def test_a_claim_whose_first_answer_was_lost_is_still_the_first(
    request: pytest.FixtureRequest,
) -> None:
    port = DynamoDeduplications(
        request.getfixturevalue("dynamodb"),
        TABLE,
        random_bytes=lambda length: b"same" * (length // 4),
    )
    assert claim(port, "r1") is None
    assert claim(port, "r1") is None
