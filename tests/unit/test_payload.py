"""Events and answers of the local front, as API Gateway writes and reads them (payload 2.0)."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local import payload

ROUTES = tuple(
    payload.Route(key=key, function=function)
    for key, function in [
        ("$default", "mcp"),
        ("ANY /mcp", "mcp"),
        ("ANY /api/v1/{proxy+}", "keys"),
        ("POST /api/v1/mcp/session-token", "token"),
        ("GET /health", "keys"),
    ]
)


def event_of(target: str = "/mcp", *headers: tuple[str, str], body: bytes = b"") -> payload.Json:
    request = payload.Request(
        method="POST", target=target, headers=headers, body=body, source_ip="127.0.0.9"
    )
    return payload.event(request, ROUTES[1], {}, api_id="api", domain="gate.example.com", port=443)


@pytest.mark.parametrize(
    ("method", "path", "key"),
    [
        ("POST", "/api/v1/mcp/session-token", "POST /api/v1/mcp/session-token"),
        ("GET", "/api/v1/mcp/session-token", "ANY /api/v1/{proxy+}"),
        ("GET", "/api/v1/custom-tools/x/test", "ANY /api/v1/{proxy+}"),
        ("DELETE", "/mcp", "ANY /mcp"),
        ("POST", "/health", "$default"),
        ("GET", "/api/v1/", "$default"),
        ("GET", "/anything", "$default"),
    ],
)
def test_the_most_specific_route_is_chosen(method: str, path: str, key: str) -> None:
    chosen = payload.choose(ROUTES, method, path)

    assert chosen
    assert chosen[0].key == key


def test_without_a_default_route_nothing_is_chosen() -> None:
    assert payload.choose(ROUTES[1:], "GET", "/anything") is None


def test_the_rest_of_the_path_is_a_parameter() -> None:
    chosen = payload.choose(ROUTES, "GET", "/api/v1/custom-tools/tool_YQ/test")

    assert chosen
    assert chosen[1] == {"proxy": "custom-tools/tool_YQ/test"}


def test_header_names_are_lower_case_and_repeated_headers_joined() -> None:
    headers = event_of("/mcp", ("X-One", "a"), ("x-one", "b"))["headers"]

    assert headers["x-one"] == "a,b"


def test_cookies_are_a_list_and_no_header() -> None:
    event = event_of("/mcp", ("Cookie", "a=1; b=2"))

    assert event["cookies"] == ["a=1", "b=2"]
    assert "cookie" not in event["headers"]


def test_the_source_address_is_the_sockets_and_is_appended_to_what_the_client_claims() -> None:
    event = event_of("/mcp", ("X-Forwarded-For", "203.0.113.7"))

    assert event["requestContext"]["http"]["sourceIp"] == "127.0.0.9"
    assert event["headers"]["x-forwarded-for"] == "203.0.113.7, 127.0.0.9"


def test_the_domain_is_the_one_that_was_called() -> None:
    assert event_of()["requestContext"]["domainName"] == "gate.example.com"


def test_the_path_is_decoded_but_for_the_percent_sign_and_the_query_is_as_sent() -> None:
    event = event_of("/a%20b%2Fc%252Fd?x=%20&x=2&y")

    assert event["rawPath"] == "/a b/c%252Fd"
    assert event["rawQueryString"] == "x=%20&x=2&y"
    assert event["queryStringParameters"] == {"x": " ,2", "y": ""}


def test_what_is_absent_has_no_key() -> None:
    event = event_of()

    assert not {"body", "cookies", "queryStringParameters", "pathParameters"} & event.keys()
    assert event["isBase64Encoded"] is False


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; charset=utf-8", "text/csv"]
)
def test_text_arrives_as_text(kind: str) -> None:
    event = event_of("/mcp", ("content-type", kind), body=b'{"a":1}')

    assert (event["body"], event["isBase64Encoded"]) == ('{"a":1}', False)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "application/problem+json"])
def test_other_bodies_arrive_in_base64(kind: str) -> None:
    event = event_of("/mcp", ("content-type", kind), body=b"a=b")

    assert (event["body"], event["isBase64Encoded"]) == ("YT1i", True)


@given(st.binary(min_size=1))
def test_no_byte_of_a_body_is_lost(body: bytes) -> None:
    event = event_of("/mcp", ("content-type", "application/octet-stream"), body=body)

    assert base64.b64decode(event["body"]) == body


def test_an_answer_has_its_status_headers_cookies_and_body() -> None:
    answer = payload.answer(
        {"statusCode": 201, "headers": {"X-A": 1}, "cookies": ["a=1", "b=2"], "body": "{}"}
    )

    assert answer.status == 201
    assert answer.headers == (
        ("x-a", "1"),
        ("content-type", "application/json"),
        ("set-cookie", "a=1"),
        ("set-cookie", "b=2"),
    )
    assert answer.body == b"{}"


def test_a_base64_answer_is_decoded() -> None:
    answer = payload.answer({"statusCode": 200, "body": "AAE=", "isBase64Encoded": True})

    assert answer.body == b"\x00\x01"


def test_an_answer_without_a_status_is_itself_the_body() -> None:
    answer = payload.answer({"hello": "there"})

    assert (answer.status, json.loads(answer.body)) == (200, {"hello": "there"})
