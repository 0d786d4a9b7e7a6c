"""`calls tail --follow` shows each call once, as it comes, until somebody ends it."""

import json
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.unit.cli.loopback import Api, gatehouse, serving


def looked_at(
    monkeypatch: pytest.MonkeyPatch, *looks: Sequence[str]
) -> tuple[Api, list[str], list[float]]:
    """Follow while a look at the calls finds these, the newest first; then press Ctrl-C."""
    left = [[{"request_id": name} for name in names] for names in looks]
    slept: list[float] = []

    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"items": left.pop(0), "next_cursor": None})

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if not left:
            raise KeyboardInterrupt

    api = serving(monkeypatch, answer)
    monkeypatch.setattr(time, "sleep", sleep)
    done = gatehouse("calls", "tail", "--follow", "--seconds", "0.5", "--tool", "get", "--json")
    assert "Traceback" not in done.output
    return api, [json.loads(line)["request_id"] for line in done.stdout.splitlines()], slept


def test_each_call_is_shown_once_and_the_newest_last(monkeypatch: pytest.MonkeyPatch) -> None:
    _, shown, slept = looked_at(monkeypatch, ["b", "a"], ["b", "a"], ["d", "c", "b", "a"])

    assert shown == ["a", "b", "c", "d"]
    assert slept == [0.5] * 3


def test_a_call_that_began_before_others_and_ended_after_them_is_not_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, shown, _ = looked_at(monkeypatch, ["b", "a"], ["c", "b", "late", "a"])

    assert shown == ["a", "b", "late", "c"]


def test_later_looks_ask_for_what_may_still_come_and_for_the_same_tool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api, _, _ = looked_at(monkeypatch, ["a"], ["a"])
    first, second = (request.url.params for request in api.requests)

    assert first["tool"] == second["tool"] == "get"
    assert "from" not in first
    ago = datetime.now(UTC) - datetime.fromisoformat(second["from"])
    assert timedelta(minutes=9) < ago < timedelta(minutes=11)


def test_nothing_is_waited_for_without_follow(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch)
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)

    assert gatehouse("calls", "tail").exit_code == 0
    assert slept == []
