"""How events become requests, and answers what Lambda returns."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.errors import InvalidRequest, PayloadTooLarge, Unauthenticated
from gatehouse.edge.http import (
    SECURITY_HEADERS,
    HttpRequest,
    HttpResponse,
    bearer,
    json_response,
    lambda_answer,
    read_request,
)
from tests.events import http_event


def request_with(**parts: object) -> HttpRequest:
    return read_request(http_event(**parts), request_id="r1")  # type: ignore[arg-type]


def test_an_event_is_read_whole() -> None:
    request = request_with(
        method="POST",
        path="/mcp",
        headers={"Content-Type": "application/json"},
        query="a=1&b=%20x&c=",
        body='{"é":1}',
    )
    assert (request.method, request.path) == ("POST", "/mcp")
    assert request.headers["content-type"] == "application/json"
    assert request.query == {"a": "1", "b": " x", "c": ""}
    assert request.body == '{"é":1}'.encode()
    assert (request.source_ip, request.domain) == ("192.0.2.7", "api.example.com")
    assert request.request_id == "r1"


def test_a_body_in_base64_is_decoded() -> None:
    assert request_with(method="POST", body=b"\x00\xff").body == b"\x00\xff"


def test_a_body_that_is_not_base64_although_said_to_be_is_refused() -> None:
    event = http_event("POST", body=b"x") | {"body": "no base64!"}
    with pytest.raises(InvalidRequest):
        read_request(event, request_id="r1")


def test_no_body_is_an_empty_body() -> None:
    assert request_with().body == b""


@pytest.mark.parametrize("body", ["é" * 50, b"x" * 100])
def test_a_body_is_measured_in_decoded_bytes(body: str | bytes) -> None:
    event = http_event("POST", body=body)
    assert len(read_request(event, request_id="r1", max_body=100).body) == 100
    with pytest.raises(PayloadTooLarge):
        read_request(event, request_id="r1", max_body=99)


@pytest.mark.parametrize("query", ["a=1&a=2", "a=%ff", "&".join(f"a{n}=1" for n in range(65))])
def test_a_query_that_could_be_read_in_two_ways_is_refused(query: str) -> None:
    with pytest.raises(InvalidRequest):
        request_with(query=query)


@pytest.mark.parametrize(
    "header", ["Bearer abc.d-_~+/=", "bearer abc.d-_~+/=", "BEARER  abc.d-_~+/="]
)
def test_the_scheme_may_be_written_in_any_case(header: str) -> None:
    assert bearer(request_with(headers={"Authorization": header})) == "abc.d-_~+/="


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic abc",
        "abc",
        "Bearer abc,Bearer def",  # two headers, as API Gateway joins them
        "Bearer abc, Bearer def",
        "Bearer abc def",
        "Bearer abc ",
        " Bearer abc",
        "Bearer abc\n",
        "Bearer äbc",
        "Bearerabc",
    ],
)
def test_anything_but_one_bearer_credential_is_refused(header: str) -> None:
    with pytest.raises(Unauthenticated):
        bearer(request_with(headers={"authorization": header}))


B64TOKEN = re.compile(r"bearer +([A-Za-z0-9._~+/-]+=*)", re.ASCII | re.IGNORECASE)
"""RFC 6750 section 2.1, as it stands there."""


PIECES = ["bearer", "Bearer", "K", " ", "=", "a", "-_", "~+/.9", ",", "\n", "é"]


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_a_credential_is_one_of_rfc_6750_and_nothing_else(header: str) -> None:
    expected = B64TOKEN.fullmatch(header)
    request = request_with(headers={"authorization": header})
    if expected is None:
        with pytest.raises(Unauthenticated):
            bearer(request)
    else:
        assert bearer(request) == expected[1]


def test_a_credential_elsewhere_does_not_count() -> None:
    with pytest.raises(Unauthenticated):
        bearer(request_with(query="access_token=abc", headers={"x-api-key": "abc"}))


def test_every_answer_has_the_security_headers() -> None:
    answer = lambda_answer(HttpResponse(status=204))
    assert answer["headers"] == dict(SECURITY_HEADERS)
    assert SECURITY_HEADERS["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in SECURITY_HEADERS["content-security-policy"]


def test_an_answer_may_bring_its_own_policy() -> None:
    answer = lambda_answer(HttpResponse(status=200, headers={"cache-control": "max-age=60"}))
    assert isinstance(answer["headers"], dict)
    assert answer["headers"]["cache-control"] == "max-age=60"


def test_json_is_written_compactly() -> None:
    response = json_response(201, {"a": "é"}, headers={"etag": '"1"'})
    assert response.body == '{"a":"é"}'
    assert response.headers == {"content-type": "application/json", "etag": '"1"'}


def test_neither_body_nor_headers_are_in_a_request_s_repr() -> None:
    request = request_with(method="POST", headers={"authorization": "Bearer abc"}, body="secret")
    assert "abc" not in repr(request)
    assert "secret" not in repr(request)


def test_a_cookie_that_comes_twice_does_not_count() -> None:
    event = {**http_event(), "cookies": ["a=1", "b=2", "a=3", "c"]}
    assert read_request(event, request_id="r").cookies == {"b": "2", "c": ""}


def test_cookies_of_an_answer_stay_apart_from_each_other() -> None:
    answer = lambda_answer(HttpResponse(status=200, cookies=("a=1", "b=2")))
    assert answer["cookies"] == ["a=1", "b=2"]


def test_an_answer_without_cookies_sets_none() -> None:
    assert "cookies" not in lambda_answer(HttpResponse(status=200))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("content-security-policy", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
        ("referrer-policy", "no-referrer"),
        ("strict-transport-security", "max-age=63072000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("x-permitted-cross-domain-policies", "none"),
    ],
)
def test_a_browser_is_told_to_keep_out(header: str, value: str) -> None:
    assert SECURITY_HEADERS[header] == value
