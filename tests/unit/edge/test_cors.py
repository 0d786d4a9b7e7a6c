"""Which pages may call, and read the answer."""

import pytest

from gatehouse.edge.cors import allows_origin, preflight, with_cors
from gatehouse.edge.http import HttpRequest, HttpResponse, read_request
from tests.events import http_event

APP = "https://app.example.com"
ALLOWED = frozenset({APP})


def request_from(origin: str | None) -> HttpRequest:
    headers = {} if origin is None else {"origin": origin}
    return read_request(http_event(headers=headers), request_id="r1")


def test_a_named_origin_may_read_the_answer() -> None:
    headers = with_cors(HttpResponse(status=200), request_from(APP), ALLOWED).headers
    assert headers["access-control-allow-origin"] == APP
    assert headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in headers


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "https://evil.example",
        "https://app.example.com.evil.example",
        "https://evil-app.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://APP.example.com",
        "https://app.example.com/",
        "",
    ],
)
def test_only_exactly_that_origin_may(origin: str) -> None:
    request = request_from(origin)
    assert not allows_origin(request, ALLOWED)
    headers = with_cors(preflight("POST, OPTIONS"), request, ALLOWED).headers
    assert not any(name.startswith("access-control-") for name in headers)


def test_by_default_no_page_may() -> None:
    assert not allows_origin(request_from(APP), frozenset())


def test_what_is_no_page_needs_no_origin() -> None:
    assert allows_origin(request_from(None), ALLOWED)
    headers = with_cors(HttpResponse(status=200), request_from(None), ALLOWED).headers
    assert "access-control-allow-origin" not in headers


def test_any_origin_is_named_as_itself() -> None:
    response = with_cors(HttpResponse(status=200), request_from(APP), frozenset({"*"}))
    assert response.headers["access-control-allow-origin"] == APP


def test_a_preflight_says_what_a_page_may_send() -> None:
    response = with_cors(preflight("POST, OPTIONS"), request_from(APP), ALLOWED)
    assert response.status == 204
    assert response.headers["access-control-allow-methods"] == "POST, OPTIONS"
    assert "authorization" in response.headers["access-control-allow-headers"]


def test_an_answer_that_is_for_every_page_stays_so() -> None:
    public = HttpResponse(status=200, headers={"access-control-allow-origin": "*"})
    assert with_cors(public, request_from("https://evil.example"), ALLOWED) == public
