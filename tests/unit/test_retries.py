"""Sending again: only what may be sent twice, in time, and never hiding what may have happened."""

from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.breaker import FAILURES
from gatehouse.domain.calls import Invocation, Outcome, UpstreamAnswer
from gatehouse.domain.ids import request_id
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.retries import LONGEST_SECONDS, MAX_RETRIES, pause_seconds
from gatehouse.domain.signatures import signature
from gatehouse.domain.tools import AuthStrategy, HttpMethod, SignatureScheme, ToolDefinition
from gatehouse.ports.upstreams import UpstreamForbidden, UpstreamUncertain, UpstreamUnreachable
from tests.samples import LOOKUP, NOW, stored
from tests.unit.test_dispatch_call import AGAIN, CALL, DEDUPLICATION, OK, SEALED, SECRET, World

GET = replace(LOOKUP, timeout_seconds=10)
POST = replace(GET, http_method=HttpMethod.POST)
KEYED = replace(POST, idempotency_key=True)
DOWN = UpstreamAnswer(status=503, content_type="text/plain", body=b"")
LIMITED = replace(DOWN, status=429)
UNREACHABLE = UpstreamUnreachable("not there")
UNCERTAIN = UpstreamUncertain("it broke")

Said = UpstreamAnswer | Exception


@dataclass
class Saying:
    """Says one thing after the other, the last one for ever."""

    said: list[Said]
    numbers: "count[int]" = field(default_factory=count)

    def __call__(self, _: OutboundRequest) -> UpstreamAnswer:
        end = self.said[min(next(self.numbers), len(self.said) - 1)]
        if isinstance(end, Exception):
            raise end
        return end


def world(*said: Said) -> World:
    return World(reply=Saying(list(said)))


def call(definition: ToolDefinition, **changes: object) -> Invocation:
    invocation = replace(CALL, tool=stored(definition), arguments={"contact_id": "c"})
    return replace(invocation, **{"deduplication": None, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("method", [HttpMethod.GET, HttpMethod.PUT, HttpMethod.DELETE])
@pytest.mark.parametrize(
    "first", [LIMITED, DOWN, replace(DOWN, status=502), replace(DOWN, status=504), UNREACHABLE,
              UNCERTAIN]
)  # fmt: skip
def test_what_may_be_sent_twice_is_sent_again(method: HttpMethod, first: Said) -> None:
    here = world(first, OK)
    assert here.run(call(replace(GET, http_method=method))).answer == OK
    assert len(here.upstream.sent) == 2
    status = first.status if isinstance(first, UpstreamAnswer) else None
    [record] = here.written
    assert (record.outcome, record.attempts) == (Outcome.SUCCEEDED, (status, 201))


@pytest.mark.parametrize("method", [HttpMethod.POST, HttpMethod.PATCH])
@pytest.mark.parametrize("first", [LIMITED, DOWN, UNREACHABLE, UNCERTAIN])
def test_what_may_not_be_sent_twice_is_not(method: HttpMethod, first: Said) -> None:
    here = world(first, OK)
    assert here.run(call(replace(GET, http_method=method))).answer != OK
    assert len(here.upstream.sent) == 1
    assert not here.slept


@pytest.mark.parametrize("first", [DOWN, UNCERTAIN])
def test_an_endpoint_that_knows_repetitions_is_sent_one_key_each_time(first: Said) -> None:
    here = world(first, OK)
    assert here.run(call(KEYED)).answer == OK
    keys = [dict(request.headers)["Idempotency-Key"] for request in here.upstream.sent]
    assert keys == [CALL.request_id] * 2
    other = world(OK)
    other.run(call(KEYED, request_id=AGAIN.request_id))
    assert dict(other.upstream.sent[0].headers)["Idempotency-Key"] == AGAIN.request_id


@pytest.mark.parametrize(
    "first", [replace(OK, status=s) for s in (200, 302, 400, 404, 409, 500, 501)]
)
def test_an_answer_that_will_not_change_is_final(first: UpstreamAnswer) -> None:
    here = world(first, OK)
    assert here.run(call(GET)).answer == first
    assert len(here.upstream.sent) == 1


def test_what_is_forbidden_is_not_tried_again() -> None:
    here = world(UpstreamForbidden("not public"), OK)
    dispatched = here.run(call(GET))
    assert (dispatched.outcome, dispatched.error) == (Outcome.FAILED, "not public")
    assert [(r.reason, r.attempts) for r in here.written] == [("forbidden", (None,))]


@pytest.mark.parametrize("end", [DOWN, UNREACHABLE, UNCERTAIN])
def test_retries_are_few(end: Said) -> None:
    here = world(end)
    here.run(call(GET))
    assert len(here.upstream.sent) == 1 + MAX_RETRIES == 3
    assert here.slept == [0.1, 0.2]


def test_each_sending_has_its_own_time_and_signature_and_one_request_id() -> None:
    tool = stored(replace(GET, auth_strategy=AuthStrategy.HMAC_SIGNATURE), sealed_secret=SEALED)
    here = world(replace(DOWN, retry_after=2), OK)
    here.secrets.known = {(SEALED.ciphertext, tool.secret_binding): SECRET}
    here.run(replace(call(GET), tool=tool))
    first, second = here.upstream.sent
    assert here.secrets.opened == 1
    for request in (first, second):
        unsigned = replace(request, headers=request.headers[:-1])
        value = signature(unsigned, SignatureScheme.TNG1, [SECRET])
        assert request.headers[-1] == ("X-Tengine-Signature", value)
    assert first.headers[-1] != second.headers[-1]
    sent = [dict(request.headers) for request in (first, second)]
    assert int(sent[1]["X-Tengine-Timestamp"]) - int(sent[0]["X-Tengine-Timestamp"]) >= 2
    assert len({headers["X-Tengine-Request-Id"] for headers in sent}) == 1


# --- time ---------------------------------------------------------------------------------------


def test_an_endpoint_is_left_alone_for_as_long_as_it_asks() -> None:
    here = world(replace(LIMITED, retry_after=3), OK)
    assert here.run(call(GET)).answer == OK
    assert here.slept == [3.1]


@pytest.mark.parametrize(("asked", "seconds_left"), [(9, 20), (3, 4), (3600, 20)])
def test_a_pause_that_leaves_no_time_is_not_made(asked: int, seconds_left: float) -> None:
    limited = replace(LIMITED, retry_after=asked)
    here = world(limited, OK)
    assert here.run(call(GET), seconds_left=seconds_left).answer == limited
    assert not here.slept


def test_all_attempts_share_the_tools_time() -> None:
    here = world(replace(DOWN, retry_after=4), OK)
    here.run(call(GET), seconds_left=20)
    assert here.upstream.timeouts[0] > 9
    assert here.upstream.timeouts[1] < 6


@given(st.integers(0, 10), st.none() | st.integers(0, 100), st.floats(0, 1))
def test_a_pause_is_never_shorter_than_asked_and_its_jitter_is_bounded(
    retry: int, asked: int | None, fraction: float
) -> None:
    pause = pause_seconds(retry, retry_after=asked, fraction=fraction)
    assert (asked or 0) <= pause <= (asked or 0) + LONGEST_SECONDS
    assert pause_seconds(retry, retry_after=asked, fraction=0) == (asked or 0)


# --- what all attempts together mean ------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ([UNCERTAIN, UNREACHABLE, UNREACHABLE], Outcome.UNKNOWN),
        ([UNCERTAIN, LIMITED, LIMITED], Outcome.UNKNOWN),
        ([UNREACHABLE, UNREACHABLE, UNCERTAIN], Outcome.UNKNOWN),
        ([DOWN, UNREACHABLE, UNREACHABLE], Outcome.UPSTREAM_ERROR),
        ([UNREACHABLE, UNREACHABLE, UNREACHABLE], Outcome.FAILED),
        ([UNCERTAIN, replace(OK, status=404)], Outcome.UNKNOWN),
        ([UNCERTAIN, OK], Outcome.SUCCEEDED),
    ],
)
def test_a_later_attempt_does_not_hide_that_an_earlier_one_may_have_worked(
    said: list[Said], outcome: Outcome
) -> None:
    assert world(*said).run(call(GET)).outcome is outcome


@pytest.mark.parametrize(
    ("said", "sendings"),
    [
        ([UNCERTAIN, LIMITED, LIMITED, OK], 3),
        ([UNCERTAIN, UNREACHABLE, UNREACHABLE, OK], 3),
        ([DOWN, LIMITED, LIMITED, OK], 3),
        ([UNCERTAIN, replace(OK, status=404), OK], 2),
        ([LIMITED, LIMITED, LIMITED, OK], 4),
        ([UNREACHABLE, UNREACHABLE, UNREACHABLE, OK], 4),
    ],
)
def test_an_equal_call_goes_out_only_if_no_attempt_can_have_worked(
    said: list[Said], sendings: int
) -> None:
    here = world(*said)
    here.run(call(KEYED, deduplication=DEDUPLICATION))
    here.run(call(KEYED, deduplication=DEDUPLICATION, request_id=request_id(NOW * 1000, 2)))
    assert len(here.upstream.sent) == sendings


def fail(here: World, calls: int) -> None:
    run = here.running()
    for number in range(calls):
        run(call(GET, request_id=request_id(NOW * 1000, number)), seconds_left=20)


@pytest.mark.parametrize("end", [DOWN, UNREACHABLE, UNCERTAIN])
def test_a_breaker_counts_calls_however_often_each_was_sent(end: Said) -> None:
    here = world(end)
    fail(here, FAILURES - 1)
    assert len(here.upstream.sent) == (FAILURES - 1) * (1 + MAX_RETRIES)
    assert not here.breakers.items


def test_a_breaker_opens_after_so_many_calls_and_the_next_one_is_not_sent() -> None:
    here = world(DOWN)
    fail(here, FAILURES + 1)
    assert len(here.upstream.sent) == FAILURES * (1 + MAX_RETRIES)
    assert [record.reason for record in here.written] == [None] * FAILURES + ["breaker_open"]
    assert here.written[-1].attempts == ()


def test_a_call_that_succeeds_in_the_end_is_a_success_to_the_breaker() -> None:
    here = world(*[DOWN, OK] * FAILURES)
    fail(here, FAILURES)
    assert not here.breakers.items


def test_what_is_forbidden_after_a_failure_does_not_hide_the_failure_from_the_breaker() -> None:
    said: list[Said] = [DOWN, UpstreamForbidden("no longer public")]
    here = world(*said * FAILURES)
    fail(here, FAILURES)
    assert here.breakers.items


def test_what_is_forbidden_says_nothing_of_the_origin() -> None:
    here = world(UpstreamForbidden("not public"))
    fail(here, FAILURES)
    assert len(here.upstream.sent) == FAILURES
    assert not here.breakers.items
