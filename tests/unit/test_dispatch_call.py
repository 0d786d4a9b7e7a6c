"""One outbound call: what is sent, kept, recorded, and what happens when something fails."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest

from gatehouse.domain.breaker import FAILURES
from gatehouse.domain.calls import (
    CallRecord,
    Deduplication,
    Invocation,
    Outcome,
    UpstreamAnswer,
)
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.ids import request_id
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.sealing import SealedSecret
from gatehouse.domain.signatures import signature
from gatehouse.domain.tools import AuthStrategy, HttpMethod, OnOversize, SignatureScheme
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict
from gatehouse.ports.upstreams import UpstreamUncertain, UpstreamUnreachable
from gatehouse.usecases.dispatch_call import NOTHING_TO_REPEAT, DispatchCall
from tests.fakes.breakers import MemoryBreakers
from tests.fakes.calls import (
    KnownSecrets,
    MemoryCallRecords,
    MemoryDeduplications,
    ScriptedUpstream,
)
from tests.fakes.sending import sending
from tests.receipts import Instance
from tests.samples import ADA, INTEGRATION_ID, LOOKUP, NOW, PROJECT_ID, stored

SECRET = 's3cret-"/+ü'
BEARER = "tok-3n-of-a-bearer"
SEALED = SealedSecret(wrapped_key=b"w", nonce=b"n", ciphertext=b"c")
CREATE = replace(
    LOOKUP,
    name="tickets-create",
    http_method=HttpMethod.POST,
    endpoint_path="/v1/tickets",
    query_template={},
    timeout_seconds=10,
)
SIGNED = stored(replace(CREATE, auth_strategy=AuthStrategy.HMAC_SIGNATURE), sealed_secret=SEALED)
WITH_BEARER = stored(
    replace(CREATE, auth_strategy=AuthStrategy.STATIC_BEARER), sealed_secret=SEALED
)
DEDUPLICATION = Deduplication(digest="d", sealing_key=b"k" * 32, window_seconds=30)
CALL = Invocation(
    request_id=request_id(NOW * 1000, 1),
    tool=stored(CREATE),
    integration_id=INTEGRATION_ID,
    member=ADA,
    arguments={"title": "Printer"},
    deduplication=DEDUPLICATION,
)
AGAIN = replace(CALL, request_id=request_id(NOW * 1000, 2))
OK = UpstreamAnswer(status=201, content_type="application/json", body=b'{"id":"t-1"}')


def raiser(error: Exception) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


@dataclass
class World:
    """A use case with its fakes; `now_ms` goes on by 5 ms with each look."""

    reply: Callable[[OutboundRequest], UpstreamAnswer] = lambda _: OK
    secret: str = SECRET
    records: Any = field(default_factory=MemoryCallRecords)
    deduplications: Any = field(default_factory=MemoryDeduplications)
    secrets: Any = None
    breakers: Any = field(default_factory=MemoryBreakers)
    receipts: Instance = field(default_factory=Instance)
    lost: list[tuple[str, CallRecord]] = field(default_factory=list)
    now_ms: int = NOW * 1000
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.upstream = ScriptedUpstream(self._reply)
        bindings = [tool.secret_binding for tool in (SIGNED, WITH_BEARER)]
        known = {(SEALED.ciphertext, binding): self.secret for binding in bindings}
        self.secrets = self.secrets or KnownSecrets(known)

    def _reply(self, request: OutboundRequest) -> UpstreamAnswer:
        return self.reply(request)

    def clock_ms(self) -> int:
        self.now_ms += 5
        return self.now_ms

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now_ms += int(seconds * 1000)

    def run(self, invocation: Invocation = CALL, *, seconds_left: float = 20) -> Any:
        return self.running()(invocation, seconds_left=seconds_left)

    def running(self) -> DispatchCall:
        return DispatchCall(
            send=sending(self.upstream, self.clock_ms, breakers=self.breakers, sleep=self.sleep),
            secrets=self.secrets,
            deduplications=self.deduplications,
            records=self.records,
            receipts=self.receipts.write,
            clock_ms=self.clock_ms,
            lost=lambda what, record: self.lost.append((what, record)),
        )

    @property
    def written(self) -> list[CallRecord]:
        return list(self.records.written)


def test_a_call_is_made_recorded_and_answered() -> None:
    world = World()
    dispatched = world.run()
    assert dispatched.outcome is Outcome.SUCCEEDED
    assert dispatched.answer == OK
    [request] = world.upstream.sent
    assert (request.method, request.url) == ("POST", "https://api.example.com/v1/tickets")
    assert request.body == b'{"title":"Printer"}'
    [record] = world.written
    assert record == CallRecord(
        request_id=CALL.request_id,
        project_id=PROJECT_ID,
        integration_id=INTEGRATION_ID,
        tool_name="tickets-create",
        tool_digest=CALL.tool.digest,
        member_external_id="ada",
        outcome=Outcome.SUCCEEDED,
        started_at_ms=NOW * 1000 + 5,
        duration_ms=record.duration_ms,
        upstream_status=201,
        attempts=(201,),
    )
    assert record.duration_ms > 0
    assert not world.lost


@pytest.mark.parametrize("status", [199 + 101, 404, 500])
def test_a_status_outside_2xx_is_an_upstream_error_with_its_answer(status: int) -> None:
    world = World(reply=lambda _: replace(OK, status=status))
    dispatched = world.run()
    assert dispatched.outcome is Outcome.UPSTREAM_ERROR
    assert dispatched.answer.status == status
    assert [record.upstream_status for record in world.written] == [status]


# --- secrets ------------------------------------------------------------------------------------


def test_a_bearer_secret_is_sent() -> None:
    world = World(secret=BEARER)
    world.run(replace(CALL, tool=WITH_BEARER))
    assert dict(world.upstream.sent[0].headers)["Authorization"] == f"Bearer {BEARER}"


def test_a_signature_is_over_what_is_sent() -> None:
    world = World()
    world.run(replace(CALL, tool=SIGNED))
    [request] = world.upstream.sent
    unsigned = replace(request, headers=request.headers[:-1])
    assert request.headers[-1] == (
        "X-Tengine-Signature",
        signature(unsigned, SignatureScheme.TNG1, [SECRET]),
    )


def test_a_tool_without_authentication_opens_nothing() -> None:
    world = World()
    world.run()
    assert world.secrets.opened == 0
    names = {name for name, _ in world.upstream.sent[0].headers}
    assert not names & {"Authorization", "X-Tengine-Signature"}


@pytest.mark.parametrize("tool", [SIGNED, WITH_BEARER])
def test_a_call_without_its_secret_is_not_sent(tool: Any) -> None:
    world = World()
    dispatched = world.run(replace(CALL, tool=replace(tool, sealed_secret=None)))
    assert dispatched.outcome is Outcome.FAILED
    assert not world.upstream.sent
    assert [record.reason for record in world.written] == ["secret_missing"]


def test_a_secret_of_another_origin_is_not_used() -> None:
    world = World()
    moved = replace(SIGNED, definition=replace(SIGNED.definition, base_url="https://evil.example"))
    dispatched = world.run(replace(CALL, tool=moved))
    assert dispatched.outcome is Outcome.FAILED
    assert "set it again" in dispatched.error
    assert not world.upstream.sent


@pytest.mark.parametrize("secret", ["a b", "a\r\nX: y", "ü", ""])
def test_a_bearer_secret_that_no_header_can_carry_is_not_sent(secret: str) -> None:
    world = World(secret=secret)
    assert world.run(replace(CALL, tool=WITH_BEARER)).outcome is Outcome.FAILED
    assert not world.upstream.sent


def test_an_upstream_that_echoes_the_secret_does_not_tell_it() -> None:
    spellings = [SECRET, 's3cret-\\"/+\\u00fc', 's3cret-\\"/+ü', "s3cret-%22%2F%2B%C3%BC"]
    echo = f"<{'|'.join(spellings)}>".encode()
    world = World(reply=lambda _: replace(OK, body=echo, content_type=f"text/{SECRET}"))
    dispatched = world.run(replace(CALL, tool=SIGNED))
    assert dispatched.answer.body == b"<***|***|***|***>"
    assert dispatched.answer.content_type == "text/***"
    repeated = world.run(replace(AGAIN, tool=SIGNED))
    assert repeated.answer.body == b"<***|***|***|***>"


@pytest.mark.parametrize("around", ["{}", "Bearer {}", "user:{}", "{}@host", "ab{}cd"])
def test_the_secret_is_known_within_base64_too(around: str) -> None:
    told = around.format(SECRET).encode()
    echo = b" ".join((base64.b64encode(told), base64.urlsafe_b64encode(told), told.hex().encode()))
    world = World(reply=lambda _: replace(OK, body=echo))
    body = world.run(replace(CALL, tool=SIGNED)).answer.body
    assert body.count(b"***") == 3
    assert len(echo) - len(body) > 40  # all but what neighbours share a character with


def escaped(text: str, form: str) -> str:
    return "".join(form.format(ord(c), c.encode().hex("%").upper()) for c in text)


@pytest.mark.parametrize(
    "form", ["\\u{:04X}", "\\u{:04x}", "&#{};", "&#x{:x};", "&#x{:X};", "%{1}"]
)
def test_the_secret_is_known_in_every_escape(form: str) -> None:
    echo = escaped(SECRET[:4], form) + SECRET[4:6] + escaped(SECRET[6:], form)
    world = World(reply=lambda _: replace(OK, body=f"<{echo}>".encode()))
    assert world.run(replace(CALL, tool=SIGNED)).answer.body == b"<***>"


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_cut_leaves_no_part_of_the_secret_in_any_spelling(cut: int) -> None:
    for echo in (SECRET, json.dumps(SECRET)[1:-1], quote(SECRET), SECRET.encode().hex()):
        told = b"x" * 9 + echo.encode()[:-cut]
        world = World(reply=partial(lambda told, _: replace(OK, body=told, truncated=True), told))
        assert world.run(replace(CALL, tool=SIGNED)).answer.body == b"x" * 9


def test_a_cut_through_the_secret_does_not_leave_half_of_it() -> None:
    echo = b"x" * 100 + SECRET.encode()[:-1]
    world = World(reply=lambda _: replace(OK, body=echo, truncated=True))
    body = world.run(replace(CALL, tool=SIGNED)).answer.body
    assert b"s3c" not in body
    assert body.startswith(b"x" * 50)


# --- failures -----------------------------------------------------------------------------------


def test_a_call_that_cannot_be_rendered_is_not_sent_and_may_be_tried_again() -> None:
    world = World()
    broken = replace(CALL.tool, definition=replace(CREATE, endpoint_path="/{missing}"))
    dispatched = world.run(replace(CALL, tool=broken))
    assert dispatched.outcome is Outcome.FAILED
    assert "missing" in dispatched.error
    assert not world.upstream.sent
    assert world.run(AGAIN).outcome is Outcome.SUCCEEDED


def test_a_tool_that_needs_a_member_is_not_called_without_one() -> None:
    world = World()
    tool = stored(replace(CREATE, require_member=True))
    dispatched = world.run(replace(CALL, tool=tool, member=None))
    assert (dispatched.outcome, dispatched.error) == (Outcome.FAILED, "Member context required")
    assert not world.upstream.sent


def test_an_unreachable_upstream_fails_and_the_call_may_be_tried_again() -> None:
    world = World(reply=raiser(UpstreamUnreachable("not there")))
    dispatched = world.run()
    assert (dispatched.outcome, dispatched.error) == (Outcome.FAILED, "not there")
    world.reply = lambda _: OK
    assert world.run(AGAIN).outcome is Outcome.SUCCEEDED
    assert [record.outcome for record in world.written] == [Outcome.FAILED, Outcome.SUCCEEDED]


def test_an_uncertain_call_is_never_made_again_within_its_window() -> None:
    world = World(reply=raiser(UpstreamUncertain("it broke")))
    dispatched = world.run()
    assert (dispatched.outcome, dispatched.error) == (Outcome.UNKNOWN, "it broke")
    world.reply = lambda _: OK
    assert world.run(AGAIN).outcome is Outcome.REPEATED
    world.now_ms += 20_000
    assert world.run(replace(AGAIN, request_id=request_id(0, 3))).outcome is Outcome.UNKNOWN
    assert len(world.upstream.sent) == 1
    assert len(world.written) == 3


def test_when_a_secret_cannot_be_opened_now_nothing_is_sent_and_the_claim_is_given_back() -> None:
    world = World()
    opener, world.secrets = world.secrets, KnownSecrets()
    world.secrets.open = raiser(Unavailable())
    with pytest.raises(Unavailable):
        world.run(replace(CALL, tool=SIGNED))
    assert not world.upstream.sent
    assert [(r.outcome, r.reason) for r in world.written] == [(Outcome.FAILED, "unavailable")]
    world.secrets = opener
    assert world.run(replace(AGAIN, tool=SIGNED)).outcome is Outcome.SUCCEEDED


def test_when_the_claim_cannot_be_made_nothing_is_sent() -> None:
    world = World()
    world.deduplications.claim = raiser(Unavailable())
    with pytest.raises(Unavailable):
        world.run()
    assert not world.upstream.sent
    assert [record.outcome for record in world.written] == [Outcome.FAILED]


def test_an_unexpected_failure_is_recorded_as_unknown_and_not_hidden() -> None:
    world = World(reply=raiser(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        world.run()
    assert [(r.outcome, r.reason) for r in world.written] == [(Outcome.UNKNOWN, "unexpected")]
    world.reply = lambda _: OK
    assert world.run(AGAIN).outcome is Outcome.REPEATED
    assert len(world.upstream.sent) == 1


def test_an_answer_goes_back_even_if_it_cannot_be_recorded() -> None:
    world = World()
    world.records.write = raiser(Unavailable())
    assert world.run().answer == OK
    [(what, record)] = world.lost
    assert (what, record.request_id, record.outcome) == (
        "record",
        CALL.request_id,
        Outcome.SUCCEEDED,
    )


def test_an_answer_goes_back_even_if_it_cannot_be_kept() -> None:
    world = World()
    world.deduplications.complete = raiser(Unavailable())
    assert world.run().answer == OK
    assert [what for what, _ in world.lost] == ["result"]
    assert len(world.written) == 1
    assert world.run(AGAIN).answer is None
    assert len(world.upstream.sent) == 1


def test_a_claim_that_cannot_be_given_back_is_reported() -> None:
    world = World(reply=raiser(UpstreamUnreachable("no")))
    world.deduplications.release = raiser(Unavailable())
    assert world.run().outcome is Outcome.FAILED
    assert [what for what, _ in world.lost] == ["release"]
    assert len(world.written) == 1


# --- time ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("seconds_left", "expected"), [(20, 10), (4, 4)])
def test_the_upstream_has_its_timeout_or_what_is_left(seconds_left: float, expected: float) -> None:
    world = World()
    world.run(seconds_left=seconds_left)
    assert expected - 0.1 <= world.upstream.timeouts[0] <= expected


def test_without_time_left_nothing_is_sent() -> None:
    world = World()
    dispatched = world.run(seconds_left=0.9)
    assert dispatched.outcome is Outcome.FAILED
    assert not world.upstream.sent
    assert world.run(AGAIN).outcome is Outcome.SUCCEEDED


# --- answers that are too large -----------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 500])
def test_a_tool_may_rather_have_an_error_than_half_an_answer(status: int) -> None:
    definition = replace(CREATE, on_oversize=OnOversize.ERROR, max_response_bytes=2000)
    world = World(reply=lambda _: replace(OK, status=status, truncated=True))
    dispatched = world.run(replace(CALL, tool=stored(definition)))
    assert dispatched.outcome is Outcome.UPSTREAM_ERROR
    assert (dispatched.answer is None) == (status == 200)
    assert world.upstream.limits == [2000]
    [record] = world.written
    assert (record.upstream_status, record.attempts) == (status, (status,))
    assert record.reason == ("oversize" if status == 200 else None)


def test_a_call_whose_answer_was_too_large_is_not_made_again() -> None:
    tool = stored(replace(CREATE, on_oversize=OnOversize.ERROR))
    world = World(reply=lambda _: replace(OK, truncated=True))
    first = world.run(replace(CALL, tool=tool))
    again = world.run(replace(AGAIN, tool=tool))
    assert "2000" not in first.error
    assert (again.outcome, again.error) == (Outcome.REPEATED, first.error)
    assert len(world.upstream.sent) == 1


# --- equal calls --------------------------------------------------------------------------------


def test_an_equal_call_is_answered_with_the_first_ones_result() -> None:
    world = World()
    world.run()
    repeated = world.run(AGAIN)
    assert (repeated.outcome, repeated.answer) == (Outcome.REPEATED, OK)
    assert repeated.repeated_of == CALL.request_id
    assert len(world.upstream.sent) == 1
    assert [record.outcome for record in world.written] == [Outcome.SUCCEEDED, Outcome.REPEATED]
    assert world.written[1].repeated_of == CALL.request_id


def test_without_deduplication_equal_calls_are_made_each_time() -> None:
    world = World()
    for invocation in (CALL, AGAIN):
        world.run(replace(invocation, deduplication=None))
    assert len(world.upstream.sent) == 2


@pytest.mark.parametrize(("status", "sent"), [(200, 1), (302, 1), (500, 1), (400, 2), (429, 2)])
def test_only_a_refusal_by_the_upstream_lets_an_equal_call_through(status: int, sent: int) -> None:
    world = World(reply=lambda _: replace(OK, status=status))
    world.run()
    world.run(AGAIN)
    assert len(world.upstream.sent) == sent


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (b'{"inputRequests":{"r":{"method":"roots/list"}}}', 2),
        (b'{"requiredCapabilities":{"sampling":{}}}', 2),
        (b'{"content":[]}', 1),
        (b'{"content":[],"isError":true}', 1),
        (b"not a result", 1),
    ],
)
def test_an_answer_that_only_asks_the_client_lets_an_equal_call_through(
    body: bytes, sent: int
) -> None:
    rich = UpstreamAnswer(status=200, content_type="application/vnd.mcp.result+json", body=body)
    world = World(reply=lambda _: rich)
    world.run()
    world.run(AGAIN)
    assert len(world.upstream.sent) == sent


# --- the circuit breaker ------------------------------------------------------------------------

BROKEN = [
    lambda _: replace(OK, status=503),
    raiser(UpstreamUnreachable("The tool could not be reached")),
    raiser(UpstreamUncertain("The tool did not answer in time")),
]


def calls(number: int) -> list[Invocation]:
    return [
        replace(CALL, request_id=request_id(NOW * 1000, n), deduplication=None)
        for n in range(1, number + 1)
    ]


@pytest.mark.parametrize("reply", BROKEN)
def test_a_failing_origin_is_left_alone_and_the_record_says_so(reply: Callable[..., Any]) -> None:
    world = World(reply=reply)
    run = world.running()
    ended = [run(invocation, seconds_left=20) for invocation in calls(FAILURES + 1)]
    assert len(world.upstream.sent) == FAILURES
    assert ended[-1].outcome is Outcome.FAILED
    assert "left alone" in (ended[-1].error or "")
    assert (world.written[-1].outcome, world.written[-1].reason) == (Outcome.FAILED, "breaker_open")


def test_a_refusal_by_the_breaker_lets_an_equal_call_through_later() -> None:
    world = World(reply=raiser(UpstreamUnreachable("The tool could not be reached")))
    run = world.running()
    for invocation in calls(FAILURES):
        run(invocation, seconds_left=20)
    assert run(CALL, seconds_left=20).outcome is Outcome.FAILED
    assert not world.deduplications.claims


def test_a_4xx_or_a_call_that_was_not_sent_says_nothing_of_the_origin() -> None:
    world = World(reply=lambda _: replace(OK, status=429))
    run = world.running()
    for invocation in calls(2 * FAILURES):
        run(invocation, seconds_left=20)
        run(replace(invocation, tool=SIGNED), seconds_left=0.5)
    assert len(world.upstream.sent) == 2 * FAILURES
    assert not world.breakers.items


def test_a_breaker_that_cannot_be_written_does_not_change_how_a_call_ends() -> None:
    class Broken(MemoryBreakers):
        def open(self, *_: object, **__: object) -> None:
            raise Unavailable

    world = World(reply=lambda _: replace(OK, status=500), breakers=Broken())
    run = world.running()
    for invocation in calls(FAILURES):
        assert run(invocation, seconds_left=20).outcome is Outcome.UPSTREAM_ERROR
    assert [what for what, _ in world.lost] == ["breaker"]


# --- only what an equal call came to --------------------------------------------------------------

ASKING = replace(AGAIN, only_repeat=True)


def test_whoever_only_asks_has_nothing_made_claimed_or_recorded() -> None:
    world = World()
    assert world.run(ASKING) == NOTHING_TO_REPEAT
    assert world.upstream.sent == []
    assert world.written == []
    assert world.deduplications.claims == {}
    assert world.run(CALL).outcome is Outcome.SUCCEEDED


def test_whoever_only_asks_hears_of_the_equal_call_and_that_is_recorded() -> None:
    world = World()
    world.run(CALL)
    found = world.run(ASKING)
    assert (found.outcome, found.repeated_of) == (Outcome.REPEATED, CALL.request_id)
    assert found.answer == OK
    assert len(world.upstream.sent) == 1
    assert [record.outcome for record in world.written] == [Outcome.SUCCEEDED, Outcome.REPEATED]


def test_without_deduplication_there_is_nothing_to_hear_of() -> None:
    world = World()
    world.run(CALL)
    assert world.run(replace(ASKING, deduplication=None)) == NOTHING_TO_REPEAT
    assert len(world.upstream.sent) == 1


def test_what_was_decided_about_its_warrant_is_recorded() -> None:
    verdict = WarrantVerdict(mode=WarrantMode.AUDIT, decision=Decision.WOULD_DENY, reason="x")
    world = World()
    world.run(replace(CALL, warrant=verdict))
    assert [record.warrant for record in world.written] == [verdict]
