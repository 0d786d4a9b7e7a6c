"""What every HTTP function has in common, and what its log line may hold."""

import io
import json
from typing import Any

import pytest

from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import InvalidAssertion, Unavailable
from gatehouse.edge import log
from gatehouse.edge.http import SECURITY_HEADERS, HttpRequest, HttpResponse
from gatehouse.edge.serving import Serve
from tests.events import http_event
from tests.samples import INTEGRATION, INTEGRATION_ID, PROJECT, PROJECT_ID

APP = "https://app.example.com"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    stream = io.StringIO()
    for handler in log.logger.handlers:
        monkeypatch.setattr(handler, "stream", stream)
    return stream


def serve(answer: Any, *, max_body: int = 100, hosts: frozenset[str] = frozenset()) -> Serve:
    ticks = iter(range(0, 1000, 5))
    return Serve(
        answer=answer,
        new_request_id=lambda: "r1",
        clock_ms=lambda: next(ticks),
        allowed_origins=lambda: frozenset({APP}),
        allowed_hosts=lambda: hosts,
        max_body=max_body,
    )


def raising(error: Exception) -> Any:
    def answer(_request: HttpRequest) -> HttpResponse:
        raise error

    return answer


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_answer_goes_out_with_security_and_cors_headers(logged: io.StringIO) -> None:
    run = serve(lambda _request: HttpResponse(status=200, body="{}"))
    answer = run(http_event(headers={"origin": APP}))
    assert (answer["statusCode"], answer["body"]) == (200, "{}")
    assert isinstance(answer["headers"], dict)
    assert answer["headers"].items() >= SECURITY_HEADERS.items()
    assert answer["headers"]["access-control-allow-origin"] == APP
    [line] = lines(logged)
    assert (
        line.items()
        >= {
            "request_id": "r1",
            "http.route": "GET /",
            "http.response.status_code": 200,
            "LatencyMs": 5,
        }.items()
    )


def test_a_refusal_is_a_problem_whose_reason_is_in_the_log_alone(logged: io.StringIO) -> None:
    answer = serve(raising(InvalidAssertion("unknown kid")))(http_event())
    assert answer["statusCode"] == 401
    assert "unknown kid" not in str(answer)
    [line] = lines(logged)
    assert (line["error.type"], line["reason"]) == ("InvalidAssertion", "unknown kid")


def test_a_browser_may_read_a_refusal(logged: io.StringIO) -> None:
    answer = serve(raising(Unavailable()))(http_event(headers={"origin": APP}))
    assert isinstance(answer["headers"], dict)
    assert answer["headers"]["access-control-allow-origin"] == APP
    assert logged.getvalue()


def test_a_surprise_is_answered_by_its_id_and_logged_with_its_traceback(
    logged: io.StringIO,
) -> None:
    answer = serve(raising(KeyError("internals")))(http_event())
    assert answer["statusCode"] == 500
    assert isinstance(answer["body"], str)
    assert "internals" not in answer["body"]
    assert json.loads(answer["body"])["request_id"] == "r1"
    surprise, line = lines(logged)
    assert "Traceback" in surprise["exception"]
    assert surprise["request_id"] == line["request_id"] == "r1"


def test_what_cannot_be_read_is_refused_before_it_is_answered(logged: io.StringIO) -> None:
    run = serve(raising(AssertionError("not reached")), max_body=3)
    assert run(http_event("POST", body="1234"))["statusCode"] == 413
    assert run({})["statusCode"] == 500
    assert logged.getvalue()


def test_one_request_s_fields_do_not_reach_the_next_one_s_line(logged: io.StringIO) -> None:
    def answer(request: HttpRequest) -> HttpResponse:
        if request.path == "/first":
            log.note_caller(Caller(project=PROJECT, integration=INTEGRATION))
        return HttpResponse(status=200)

    run = serve(answer)
    run(http_event(path="/first"))
    run(http_event(path="/second"))
    first, second = lines(logged)
    assert (first["project_id"], first["integration_id"]) == (PROJECT_ID, INTEGRATION_ID)
    assert "project_id" not in second


def test_credentials_bodies_and_queries_are_not_logged(logged: io.StringIO) -> None:
    run = serve(raising(RuntimeError("broken")))
    run(
        http_event(
            "POST",
            headers={"authorization": "Bearer credential"},
            query="a=argument",
            body='{"secret":1}',
        )
    )
    for word in ("credential", "argument", "secret"):
        assert word not in logged.getvalue()


@pytest.mark.parametrize(
    ("hosts", "status"),
    [
        (frozenset[str](), 200),
        (frozenset({"api.example.com"}), 200),
        (frozenset({"gate.example.com"}), 421),
        (frozenset({"example.com", "evil-api.example.com"}), 421),
    ],
)
def test_a_request_for_another_domain_is_misdirected(hosts: frozenset[str], status: int) -> None:
    reached: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        reached.append(request)
        return HttpResponse(status=200)

    named = {"host": "gate.example.com", "x-forwarded-host": "gate.example.com"}
    answered = serve(answer, hosts=hosts)(http_event(headers=named))

    assert answered["statusCode"] == status
    assert len(reached) == (status == 200)
    assert isinstance(answered["headers"], dict)
    assert answered["headers"].items() >= SECURITY_HEADERS.items()
