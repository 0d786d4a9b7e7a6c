"""The body and the answers of the token exchange."""

import json

import pytest

from gatehouse.domain.errors import InvalidFields, InvalidRequest
from gatehouse.edge.session_token import granted_response, read_session_request
from gatehouse.usecases.exchange_session import Granted, SessionRequest


def granted(assertion_lifetime: int | None) -> Granted:
    return Granted(token="tng_mst_x", lifetime=900, assertion_lifetime=assertion_lifetime)


def test_the_answer_is_tengine_ai_s() -> None:
    response = granted_response(granted(60))
    assert response.status == 200
    assert json.loads(response.body) == {
        "token": "tng_mst_x",
        "expires_in_minutes": 15,
        "token_type": "Bearer",
    }


@pytest.mark.parametrize(
    ("lifetime", "warned"), [(None, False), (1, False), (60, False), (61, True), (120, True)]
)
def test_only_a_long_assertion_is_warned_of(lifetime: int | None, warned: bool) -> None:  # noqa: FBT001
    headers = granted_response(granted(lifetime)).headers
    assert ("warning" in headers) is warned
    if warned:
        assert headers["warning"].startswith('299 gatehouse "')


@pytest.mark.parametrize(
    ("body", "request_"),
    [
        (b'{"member_assertion":"a.b.c"}', SessionRequest(member_assertion="a.b.c")),
        (b'{"member_external_id":"ada"}', SessionRequest(member_external_id="ada")),
        (b'{"member_assertion":"","member_external_id":null}', SessionRequest(member_assertion="")),
        (b"{}", SessionRequest()),
    ],
)
def test_a_body_says_for_whom(body: bytes, request_: SessionRequest) -> None:
    assert read_session_request(body) == request_


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"a.b.c"',
        b"null",
        b"{",
        b"\xff",
        b"member_assertion=a.b.c",
        b'{"member_assertion":"a","member_assertion":"b"}',
        b'{"member_external_id":7}',
        b'{"member_external_id":["ada"]}',
    ],
)
def test_a_body_of_another_form_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        read_session_request(body)
    assert not isinstance(refusal.value, InvalidFields)


def test_each_unknown_field_is_named() -> None:
    with pytest.raises(InvalidFields) as refusal:
        read_session_request(b'{"member_assertion":7,"lifetime":1,"Member_external_id":"ada"}')
    assert [error.field for error in refusal.value.errors] == [
        "Member_external_id",
        "lifetime",
        "member_assertion",
    ]
