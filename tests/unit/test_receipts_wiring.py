"""How receipts are built and written beside what goes on: once, and without keeping anybody."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gatehouse.domain.errors import Unavailable
from gatehouse.edge.invoked import MARGIN_SECONDS
from gatehouse.settings import Settings
from gatehouse.wiring import clients, receipts
from tests.receipts import record


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in ("DEPLOYMENT_ID", "RECEIPT_KEY_ARN", "ACTIVITY_TABLE"):
        monkeypatch.setenv(name, name.lower())
    return Settings()


def test_work_beside_goes_on_in_another_thread_and_is_waited_for() -> None:
    seen: list[int] = []
    wait = receipts.aside(lambda: seen.append(threading.get_ident()))
    wait()

    assert seen not in ([], [threading.get_ident()])


def test_what_goes_wrong_is_raised_to_whoever_waits() -> None:
    def fail() -> None:
        raise Unavailable

    with pytest.raises(Unavailable):
        receipts.aside(fail)()


def test_services_that_do_not_answer_are_waited_for_together_and_not_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert receipts.WAIT_SECONDS < MARGIN_SECONDS
    monkeypatch.setattr(receipts, "WAIT_SECONDS", 0.2)
    released = threading.Event()

    def hang() -> None:
        released.wait(30)

    began = time.monotonic()
    waits = [receipts.aside(hang) for _ in range(3)]
    try:
        for wait in waits:
            with pytest.raises(TimeoutError):
                wait()
        assert time.monotonic() - began < 0.5
    finally:
        released.set()


def test_threads_that_ask_at_once_get_the_same_chains(settings: Settings) -> None:
    """Two keys in one instance would make receipts under a certificate of another."""
    write = receipts.write_receipts(settings, clients, function="mcp", lost=lambda *_: None)
    with ThreadPoolExecutor(8) as threads:
        made: list[Any] = list(threads.map(lambda _: write.chains(), range(32)))

    assert len({id(each) for each in made}) == 1


def test_nothing_is_built_for_a_call_without_evidence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DEPLOYMENT_ID", "RECEIPT_KEY_ARN", "ACTIVITY_TABLE"):
        monkeypatch.delenv(name, raising=False)
    write = receipts.write_receipts(Settings(), clients, function="mcp", lost=lambda *_: None)

    with write.beside(record(0, warrant=None)) as kept:
        assert kept == record(0, warrant=None)
