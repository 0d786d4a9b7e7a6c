"""Forms that clients send: one reading each, and one way to say who they are."""

from base64 import b64encode
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.client_assertions import TYPE
from gatehouse.domain.errors import InvalidClient, OAuthRefused
from gatehouse.edge.http import HttpRequest
from gatehouse.edge.oauth.forms import MAX_FIELDS, presented_client, read_form, required, scope_of
from gatehouse.usecases.authenticate_client import PresentedClient

FORM = "application/x-www-form-urlencoded"


def post(body: str | bytes, content_type: str | None = FORM, **headers: str) -> HttpRequest:
    kind = {} if content_type is None else {"content-type": content_type}
    return HttpRequest(
        method="POST",
        path="/oauth/token",
        headers={**kind, **headers},
        query={},
        body=body if isinstance(body, bytes) else body.encode(),
        source_ip="192.0.2.7",
        domain="gate.example.com",
        request_id="r1",
    )


def invalid(code: str = "invalid_request") -> Any:
    return pytest.raises(OAuthRefused, check=lambda error: error.code == code)


@given(st.dictionaries(st.text(min_size=1), st.text(min_size=1), max_size=MAX_FIELDS))
def test_a_form_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    assert read_form(post(urlencode(fields))) == fields


@pytest.mark.parametrize(
    "content_type",
    [
        FORM,
        FORM.upper(),
        FORM + ";charset=UTF-8",
        FORM + '; charset="utf-8"',
        FORM + " ; charset=utf-8",
    ],
)
def test_a_forms_type_has_few_spellings(content_type: str) -> None:
    assert read_form(post("a=1", content_type)) == {"a": "1"}


@pytest.mark.parametrize(
    "content_type",
    [None, "", "application/json", FORM + ";charset=latin-1", "x" + FORM, FORM + ", " + FORM],
)
def test_what_says_it_is_something_else_is_not_read(content_type: str | None) -> None:
    with invalid():
        read_form(post("a=1", content_type))


@pytest.mark.parametrize("body", ["a", "a=1&b", "a=%ff", b"a=\xc3\xa9", "a=1&a=1", "a=1&a=", "&"])
def test_what_could_be_read_in_two_ways_is_not_read(body: str | bytes) -> None:
    with invalid():
        read_form(post(body))


def test_a_form_has_so_many_fields_at_most() -> None:
    fields = [f"f{n}=1" for n in range(MAX_FIELDS + 1)]
    assert len(read_form(post("&".join(fields[:-1])))) == MAX_FIELDS
    with invalid():
        read_form(post("&".join(fields)))


def test_a_field_without_a_value_was_left_out() -> None:
    form = read_form(post("a=&b=1"))
    assert form == {"b": "1"}
    assert required(form, "b") == "1"
    with invalid():
        required(form, "a")
    assert read_form(post("")) == {}


def test_words_of_a_scope_are_separated_by_single_spaces() -> None:
    assert scope_of({}) is None
    assert scope_of({"scope": "mcp manage"}) == frozenset({"mcp", "manage"})
    assert scope_of({"scope": "mcp  manage"}) == frozenset({"mcp", "", "manage"})


def basic(text: str, scheme: str = "Basic") -> dict[str, str]:
    return {"authorization": f"{scheme} {b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    ("headers", "form", "client"),
    [
        ({}, {}, PresentedClient()),
        ({}, {"client_id": "a"}, PresentedClient(client_id="a")),
        (
            {},
            {"client_id": "a", "client_secret": "b"},
            PresentedClient(client_id="a", secret="b"),
        ),
        (basic("a:b"), {}, PresentedClient(client_id="a", secret="b")),
        (basic("a:b", "bAsIc"), {"client_id": "a"}, PresentedClient(client_id="a", secret="b")),
        (basic("a%3Ab:c%25+d"), {}, PresentedClient(client_id="a:b", secret="c% d")),
        (basic("a:b:c"), {}, PresentedClient(client_id="a", secret="b:c")),
        (
            {},
            {"client_assertion": "x", "client_assertion_type": TYPE},
            PresentedClient(assertion="x"),
        ),
    ],
)
def test_a_client_says_who_it_is_in_one_way(
    headers: dict[str, str], form: dict[str, str], client: PresentedClient
) -> None:
    assert presented_client(post("", **headers), form) == client


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        (basic("a:b"), {"client_secret": "b"}),
        (basic("a:b"), {"client_assertion": "x", "client_assertion_type": TYPE}),
        (basic("a:b"), {"client_assertion_type": TYPE}),
        ({}, {"client_secret": "b", "client_assertion": "x", "client_assertion_type": TYPE}),
        ({}, {"client_assertion": "x"}),
        ({}, {"client_assertion_type": TYPE}),
        ({}, {"client_assertion": "x", "client_assertion_type": TYPE + "x"}),
        (basic("a:b"), {"client_id": "c"}),
    ],
    ids=str,
)
def test_two_ways_or_half_of_one_are_none(headers: dict[str, str], form: dict[str, str]) -> None:
    with invalid():
        presented_client(post("", **headers), form)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic !!!!",
        "Basic YTpi=",
        "Basic YTpi YTpi",
        "Bearer YTpi",
        basic("ab")["authorization"],
        basic(":b")["authorization"],
        basic("a:")["authorization"],
        basic("%ff:b")["authorization"],
        "Basic " + b64encode(b"\xff:b").decode(),
    ],
)
def test_a_header_that_is_not_basic_proves_nothing(header: str) -> None:
    with pytest.raises(InvalidClient):
        presented_client(post("", authorization=header), {})
