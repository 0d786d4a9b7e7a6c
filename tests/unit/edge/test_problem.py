"""Every refusal as a problem."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from gatehouse.domain import errors
from gatehouse.domain.errors import (
    Conflict,
    FieldError,
    Forbidden,
    GatehouseError,
    InvalidAssertion,
    InvalidClient,
    InvalidFields,
    InvalidRequest,
    MissingAction,
    MissingScope,
    NotFound,
    OAuthRefused,
    PayloadTooLarge,
    PreconditionFailed,
    SessionExpired,
    ToolRefused,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedContent,
    UpstreamFailed,
)
from gatehouse.domain.sealing import SealBroken
from gatehouse.edge.problem import problem, unexpected

FIELDS = (FieldError("name", "is too long"), FieldError("base_url", "must be https"))

RENDERED: list[tuple[GatehouseError, int, str]] = [
    (InvalidRequest("Could not resolve member_external_id"), 400, "Bad Request"),
    (InvalidFields(FIELDS), 422, "Unprocessable Content"),
    (PayloadTooLarge("The body is larger than 9 bytes"), 413, "Content Too Large"),
    (UnsupportedContent("The body is not JSON"), 415, "Unsupported Media Type"),
    (Unauthenticated(), 401, "Unauthorized"),
    (InvalidAssertion("aud"), 401, "Unauthorized"),
    (SessionExpired(), 401, "Unauthorized"),
    (InvalidClient("unknown"), 401, "Unauthorized"),
    (OAuthRefused("invalid_grant", "The grant is invalid"), 400, "Bad Request"),
    (Forbidden("member_external_id mode disabled in production"), 403, "Forbidden"),
    (MissingScope("exchange"), 403, "Forbidden"),
    (MissingAction("people:write"), 403, "Forbidden"),
    (NotFound(), 404, "Not Found"),
    (Conflict("It was changed meanwhile", current_version=3), 409, "Conflict"),
    (PreconditionFailed("It was changed meanwhile"), 412, "Precondition Failed"),
    (TooManyRequests("Too many calls", retry_after=7), 429, "Too Many Requests"),
    (Unavailable(), 503, "Service Unavailable"),
    (UpstreamFailed("The upstream answered with HTTP status 500"), 502, "Bad Gateway"),
    (ToolRefused("Member context required", code="member_required"), 422, "Unprocessable Content"),
]


def document(error: GatehouseError) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(problem(error, "r1").body)
    return body


@pytest.mark.parametrize(("error", "status", "title"), RENDERED)
def test_a_refusal_is_a_problem_in_its_own_words(
    error: GatehouseError, status: int, title: str
) -> None:
    response = problem(error, "r1")
    assert response.status == status
    assert response.headers["content-type"] == "application/problem+json"
    shared = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": str(error),
        "request_id": "r1",
    }
    assert json.loads(response.body).items() >= shared.items()


def test_every_class_of_the_tree_is_rendered() -> None:
    def below(kind: type[GatehouseError]) -> Iterator[type[GatehouseError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    tree = {kind for kind in below(GatehouseError) if kind.__module__ == errors.__name__}
    assert tree == {type(error) for error, _, _ in RENDERED}


@pytest.mark.parametrize("error", [GatehouseError("what happened"), SealBroken()])
def test_what_is_nobody_s_refusal_is_an_error_of_ours(error: GatehouseError) -> None:
    assert problem(error, "r1") == unexpected("r1")


def test_a_surprise_tells_the_request_id_only() -> None:
    response = unexpected("r1")
    assert response.status == 500
    assert json.loads(response.body) == {
        "type": "about:blank",
        "title": "Internal Server Error",
        "status": 500,
        "request_id": "r1",
    }


@pytest.mark.parametrize(
    ("error", "detail"),
    [
        (Unauthenticated(), "Invalid or inactive API key"),
        (InvalidAssertion("expired"), "Invalid member assertion"),
        (SessionExpired(), "Member JWT has expired"),
    ],
)
def test_what_tengine_ai_s_users_look_for_is_kept(error: GatehouseError, detail: str) -> None:
    assert document(error)["detail"] == detail


def test_the_reason_of_an_invalid_assertion_stays_in_the_log() -> None:
    secret = problem(InvalidAssertion("unknown kid"), "r1")
    assert secret == problem(InvalidAssertion("replayed"), "r1")


def test_each_field_is_named() -> None:
    assert document(InvalidFields(FIELDS))["errors"] == [
        {"field": "name", "message": "is too long"},
        {"field": "base_url", "message": "must be https"},
    ]


@pytest.mark.parametrize("kind", [Conflict, PreconditionFailed])
def test_a_conflict_tells_the_current_version_where_there_is_one(kind: type[Conflict]) -> None:
    assert document(kind("Changed", current_version=3))["current_version"] == 3
    assert "current_version" not in document(kind("Taken"))


@pytest.mark.parametrize(
    "error", [TooManyRequests("Slow down", retry_after=7), Unavailable(retry_after=7)]
)
def test_who_may_retry_is_told_when(error: GatehouseError) -> None:
    assert problem(error, "r1").headers["retry-after"] == "7"


def test_a_missing_scope_is_named() -> None:
    assert document(MissingScope("exchange"))["detail"] == "This API key lacks the scope 'exchange'"


def test_a_401_says_which_scheme_is_wanted() -> None:
    assert problem(Unauthenticated(), "r1").headers["www-authenticate"] == "Bearer"
