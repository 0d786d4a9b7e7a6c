"""The one line of a request, to the letter: names of OpenTelemetry, and metrics for CloudWatch."""

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import replays
from gatehouse.domain.errors import (
    GatehouseError,
    InvalidAssertion,
    MissingScope,
    OAuthRefused,
    TooManyRequests,
    Unavailable,
)
from gatehouse.edge import log, metrics
from gatehouse.edge.metrics import Metric

KEPT = {"level", "message", "timestamp", "service"}
"""What the logger adds to every line."""


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> Any:
    stream = io.StringIO()
    for handler in log.logger.handlers:
        monkeypatch.setattr(handler, "stream", stream)
    monkeypatch.setattr("time.time_ns", lambda: 1_700_000_000_123_000_000)
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "gatehouse-DispatchFunction-1")
    monkeypatch.setenv("STAGE", "prod")
    log.dimensions.cache_clear()

    def finished(*, status: int = 200) -> dict[str, Any]:
        log.finish(status=status, duration_ms=12)
        written = json.loads(stream.getvalue().splitlines()[-1])
        return {k: v for k, v in written.items() if k not in KEPT}

    log.begin(request_id="r1", route="POST /mcp")
    return finished


def counted(written: dict[str, Any]) -> set[str]:
    (directive,) = written["_aws"]["CloudWatchMetrics"]
    return {metric["Name"] for metric in directive["Metrics"]} - {"LatencyMs", "Requests"}


def test_the_line_of_a_call_is_this_and_nothing_else(line: Any) -> None:
    log.note(method="tools/call", tool="who_am_i", host="crm.example.com", upstream_status=502)
    log.note(outcome="upstream_error", project_id="Samp1ePr", integration_id="Samp1eIn")

    assert line() == {
        "request_id": "r1",
        "http.route": "POST /mcp",
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "who_am_i",
        "server.address": "crm.example.com",
        "upstream_status": 502,
        "outcome": "upstream_error",
        "project_id": "Samp1ePr",
        "integration_id": "Samp1eIn",
        "http.response.status_code": 200,
        "FunctionName": "gatehouse-DispatchFunction-1",
        "Stage": "prod",
        "Requests": 1,
        "DispatchFailures": 1,
        "LatencyMs": 12,
        "_aws": {
            "Timestamp": 1_700_000_000_123,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Gatehouse",
                    "Dimensions": [["FunctionName", "Stage"]],
                    "Metrics": [
                        {"Name": "DispatchFailures", "Unit": "Count"},
                        {"Name": "Requests", "Unit": "Count"},
                        {"Name": "LatencyMs", "Unit": "Milliseconds"},
                    ],
                }
            ],
        },
    }


@pytest.mark.parametrize(
    ("error", "counts"),
    [
        (InvalidAssertion("unknown kid"), {"Denied"}),
        (InvalidAssertion(replays.ASSERTION), {"Denied", "ReplayAttempts"}),
        (OAuthRefused("invalid_grant", "No", reason=replays.REFRESH_TOKEN), {"ReplayAttempts"}),
        (OAuthRefused("invalid_grant", "No", reason=replays.CODE), {"ReplayAttempts"}),
        (MissingScope("mcp"), {"Denied"}),
        (TooManyRequests("Slow down", retry_after=1), {"Throttled"}),
        (Unavailable(service="kms"), {"KmsErrors"}),
        (Unavailable(service="dynamodb"), {"DynamoDbErrors"}),
        (Unavailable(service="lambda"), set()),
        (Unavailable(), set()),
        (GatehouseError("No"), set()),
    ],
)
def test_a_refusal_counts_as_what_it_is(line: Any, error: Exception, counts: set[str]) -> None:
    log.note_refusal(error)

    assert counted(line()) == counts


@pytest.mark.parametrize(
    ("status", "counts"), [(200, set()), (404, set()), (499, set()), (500, {"Errors5xx"})]
)
def test_an_answer_of_5xx_is_an_error(line: Any, status: int, counts: set[str]) -> None:
    assert counted(line(status=status)) == counts


def test_a_surprise_is_an_error_whatever_its_status(line: Any) -> None:
    log.note_surprise(KeyError("in one message of a batch"))

    assert counted(line(status=200)) == {"Errors5xx"}


@pytest.mark.parametrize(
    ("outcome", "reason", "counts"),
    [
        ("succeeded", None, set()),
        ("repeated", "repeated", set()),
        ("denied", None, {"Denied"}),
        ("failed", "breaker_open", {"DispatchFailures", "BreakerOpen"}),
        ("failed", "unreachable", {"DispatchFailures"}),
        ("unknown", "uncertain", {"DispatchFailures"}),
        ("upstream_error", None, {"DispatchFailures"}),
    ],
)
def test_the_end_of_a_call_counts_as_what_it_was(
    line: Any, outcome: str, reason: str | None, counts: set[str]
) -> None:
    log.note(outcome=outcome, reason=reason)

    assert counted(line()) == counts


def test_a_proof_that_came_again_is_a_replay(line: Any) -> None:
    log.note(outcome="denied", warrant=f"denied:{replays.PROOF}")

    assert counted(line()) == {"Denied", "ReplayAttempts"}


def test_one_request_s_counts_do_not_reach_the_next_one_s_line(line: Any) -> None:
    log.note_refusal(Unavailable(service="kms"))
    line(status=503)
    log.begin(request_id="r2", route="GET /")

    assert counted(line()) == set()


@given(st.sets(st.sampled_from(list(Metric))))
def test_whatever_is_counted_has_these_two_dimensions_and_a_value(counts: set[Metric]) -> None:
    members = metrics.embedded(counts, duration_ms=1, function='f"%d', stage="dev", now_ms=2)
    said: Any = json.loads(f"{{{members}}}")
    (directive,) = said["_aws"]["CloudWatchMetrics"]

    assert directive["Dimensions"] == [["FunctionName", "Stage"]]
    assert {m["Name"] for m in directive["Metrics"]} == {*map(str, counts), "LatencyMs"}
    assert all(isinstance(said[m["Name"]], int) for m in directive["Metrics"])
    assert (said["FunctionName"], said["Stage"]) == ('f"%d', "dev")
    assert (said["LatencyMs"], said["_aws"]["Timestamp"]) == (1, 2)
