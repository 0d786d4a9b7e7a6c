"""Upstreams that are hostile, broken or slow: the caller hears in time, and nothing spreads."""

import time

import pytest

from gatehouse.domain.breaker import FAILURES
from tests.attack.attempts import Attack, Expected, assert_withstood, harmless, names, refused
from tests.attack.ground import Ground
from tests.attack.wire import Answer

pytestmark = pytest.mark.stack

SLOWEST = 12
"""Seconds that a call may take when its tool has 3 and may be tried again in between."""


def told(path: str, expected: Expected, **fields: object) -> Attack:
    """Call a tool that misbehaves so; it may reach its own upstream, and nothing else."""
    given = {"timeout_seconds": 3, "deduplicate_seconds": 0, **fields}
    return Attack(path, lambda ground: ground.told_by(path, **given), expected)


def small(*words: str) -> Expected:
    """Expect an answer that was cut to what a call may hold."""

    def check(answer: Answer) -> None:
        harmless(*words)(answer)
        assert len(answer.text) < 6_000_000, len(answer.text)

    return check


BEARER = {"auth_strategy": "static_bearer"}
COUNT = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}

ATTACKS = (
    told("drip", refused()),
    told("headers-drip", refused()),
    told("endless-headers", refused()),
    told("late", refused()),
    told("huge", small("gatehouse/truncated"), timeout_seconds=10),
    told("bomb", small("gatehouse/truncated"), timeout_seconds=10),
    told("huge", refused("larger"), timeout_seconds=10, on_oversize="error"),
    told("reset", refused()),
    told("no-http", refused()),
    told("broken", harmless()),
    told("not-json", harmless()),
    told("html", harmless()),
    told("nothing", harmless()),
    told("moved", refused("302")),
    told("metadata", refused("301")),
    told("refresh", harmless()),
    told("busy", refused("429")),
    told("down", refused("503")),
    told("failing", refused("500")),
    told("told", harmless("***"), **BEARER),
    told("told-encoded", refused("***"), **BEARER),
    told(
        "hidden", harmless("gatehouse/sanitized", "ok", without=("\u200b", "\u202e", "\U000e0073"))
    ),
    told(
        "hidden-json", harmless("gatehouse/sanitized", without=("\u200b", "\u202e", "\U000e0073"))
    ),
    told("ansi", harmless("gatehouse/sanitized", without=("\x1b", "\\u001b"))),
    told("fake", harmless()),
    told("wrong-shape", refused("output"), output_schema=COUNT),
)


@pytest.mark.parametrize("attack", ATTACKS, ids=names)
def test_attack_does_no_harm(attack: Attack, ground: Ground) -> None:
    began = time.monotonic()
    assert_withstood(attack, ground)
    assert time.monotonic() - began < SLOWEST


def test_a_post_that_timed_out_is_not_sent_again(ground: Ground) -> None:
    asked = ground.hostile.asked.get("late", 0)
    answer = ground.told_by("late", http_method="POST", timeout_seconds=2, deduplicate_seconds=0)
    refused()(answer)
    assert ground.hostile.asked["late"] == asked + 1


def status_of(ground: Ground, tool_id: str) -> str:
    answer = ground.api("GET", f"/api/v1/custom-tools/{tool_id}")
    return str(answer.json["status"]["breaker"])


def test_a_failing_origin_is_left_alone(ground: Ground) -> None:
    tool = ground.with_tool(
        base_url=ground.hostile.url,
        endpoint_path="/failing",
        http_method="POST",
        deduplicate_seconds=0,
        name="breaks",
    )
    answers = [ground.call("breaks") for _ in range(4 * FAILURES)]
    asked = ground.hostile.asked["failing"]
    last = answers[-1]
    refused("left alone")(last)
    assert status_of(ground, tool["id"]) == "open"
    assert ground.hostile.asked["failing"] == asked
    request_id = last.json["result"]["_meta"]["gatehouse/requestId"]
    record = ground.api("GET", f"/api/v1/tool-calls/{request_id}").json
    assert (record["outcome"], record["reason"]) == ("failed", "breaker_open")
