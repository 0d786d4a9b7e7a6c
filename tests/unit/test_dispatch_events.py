"""Dispatch's sample events through its door, over fakes; and what the door makes of trouble."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatehouse.domain.calls import Dispatched, Outcome, UpstreamAnswer
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.invocations import document_bytes, read_dispatched, unavailable_document
from gatehouse.edge.invoked import MARGIN_SECONDS, Invoked
from gatehouse.edge.lost import report_lost
from gatehouse.usecases.dispatch_call import DispatchCall
from tests.fakes.calls import (
    KnownSecrets,
    MemoryCallRecords,
    MemoryDeduplications,
    ScriptedUpstream,
)
from tests.fakes.sending import sending
from tests.receipts import Instance
from tests.samples import NOW

EVENTS = Path(__file__).parents[2] / "events" / "dispatch"
MEANT: dict[str, tuple[Outcome, str | None]] = {
    "get_with_an_api_key": (Outcome.SUCCEEDED, "/v1/contacts/c-42?fields=name%2Cemail"),
    "get_as_a_member": (Outcome.SUCCEEDED, "/v1/members/ada/contacts?limit=10"),
    "post_once": (Outcome.SUCCEEDED, "/v1/tickets"),
    "refused_path_value": (Outcome.FAILED, None),
    "secret_not_set": (Outcome.FAILED, None),
}


def sample(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


class World:
    def __init__(self, reply: Callable[..., UpstreamAnswer] | None = None) -> None:
        answer = UpstreamAnswer(status=200, content_type="text/plain", body=b"ok")
        self.upstream = ScriptedUpstream(reply or (lambda _: answer))
        self.records: Any = MemoryCallRecords()
        self.deduplications: Any = MemoryDeduplications()

    def run(self, event: Any, *, remaining_ms: int = 24_000) -> Dispatched:
        said = Invoked(
            DispatchCall(
                send=sending(self.upstream, lambda: NOW * 1000),
                secrets=KnownSecrets(),
                deduplications=self.deduplications,
                records=self.records,
                receipts=Instance().write,
                clock_ms=lambda: NOW * 1000,
                lost=report_lost,
            )
        )(event, remaining_ms=remaining_ms)
        return read_dispatched(json.loads(document_bytes(said)))


def test_every_sample_is_tried() -> None:
    assert {file.stem for file in EVENTS.iterdir()} == set(MEANT)


@pytest.mark.parametrize("name", MEANT)
def test_a_sample_does_what_its_name_says(name: str) -> None:
    world = World()
    dispatched = world.run(sample(name))
    outcome, target = MEANT[name]
    assert dispatched.outcome is outcome
    assert [request.target for request in world.upstream.sent] == ([target] if target else [])
    assert [record.outcome for record in world.records.written] == [outcome]


def test_a_repeated_post_is_sent_once() -> None:
    world = World()
    world.run(sample("post_once"))
    assert world.run(sample("post_once")).outcome is Outcome.REPEATED
    [request] = world.upstream.sent
    assert json.loads(request.body) == {
        "title": "Printer on fire",
        "priority": 1,
        "by": "ada",
        "note": f"Opened as {sample('post_once')['request_id']}",
    }


@pytest.mark.parametrize("event", [None, {}, [], "x", {"version": 2}, {"version": 3}])
def test_what_cannot_be_read_is_not_executed(event: Any) -> None:
    world = World()
    dispatched = world.run(event)
    assert dispatched.outcome is Outcome.FAILED
    assert not world.upstream.sent


def test_a_document_with_an_unknown_field_is_not_executed() -> None:
    world = World()
    assert world.run({**sample("post_once"), "extra": 1}).outcome is Outcome.FAILED
    assert not world.upstream.sent


def test_an_unexpected_failure_tells_nothing_but_that_it_may_have_happened() -> None:
    def explode(_request: object) -> UpstreamAnswer:
        raise ZeroDivisionError("inner workings")

    world = World(explode)
    dispatched = world.run(sample("post_once"))
    assert dispatched.outcome is Outcome.UNKNOWN
    assert "inner" not in str(dispatched)
    assert [record.outcome for record in world.records.written] == [Outcome.UNKNOWN]


def test_unavailability_is_passed_on_as_such() -> None:
    def refuse(*_: object, **__: object) -> None:
        raise Unavailable(retry_after=9)

    world = World()
    world.deduplications.claim = refuse
    with pytest.raises(Unavailable) as refusal:
        world.run(sample("post_once"))
    assert refusal.value.retry_after == 9
    assert unavailable_document(refusal.value) == {"version": 3, "unavailable": 9}


def test_time_is_kept_back_for_what_follows_the_upstreams_answer() -> None:
    world = World()
    world.run(sample("get_with_an_api_key"), remaining_ms=5_000)
    assert world.upstream.timeouts == [5 - MARGIN_SECONDS]


def test_no_argument_secret_or_member_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    world = World()
    world.records.write = _refuse
    world.run(sample("post_once"))
    logged = capsys.readouterr()
    told = logged.out + logged.err
    assert "Printer" not in told
    assert "example key" not in told
    assert '"ada"' not in told


def _refuse(_record: object) -> None:
    raise Unavailable
