"""The form of a token exchange: who may ask, and that nobody gets more than a session."""

import pytest

from gatehouse.domain import api_keys
from gatehouse.domain.errors import InvalidClient, Unauthenticated
from gatehouse.edge.http import HttpResponse
from gatehouse.edge.oauth.exchange import TOKEN_EXCHANGE, ExchangeToken
from gatehouse.usecases.exchange_session import Granted, SessionRequest
from tests.samples import API_KEY, INTEGRATION_ID
from tests.signed_in import ORIGIN
from tests.unit.oauth.test_forms import invalid, post

GRANTED = Granted(token="tng_mst_x", lifetime=60, assertion_lifetime=None)


class Exchanging:
    """Both exchanges: an external issuer's is only asked about, an assertion's is granted."""

    def __init__(self, external: Granted | Exception | None = None) -> None:
        self.found = external
        self.asked: list[tuple[object, ...]] = []

    def external(self, key: str, token: str, **_: object) -> Granted | None:
        self.asked.append(("external", key, token))
        if isinstance(self.found, Exception):
            raise self.found
        return self.found

    def assertion(self, key: str, asked: SessionRequest, **_: object) -> Granted:
        self.asked.append(("assertion", key, asked.member_assertion, asked.member_external_id))
        return GRANTED

    def __call__(self, **form: str) -> HttpResponse:
        use = ExchangeToken(assertions=self.assertion, external=self.external)  # type: ignore[arg-type]
        asked = {
            "grant_type": TOKEN_EXCHANGE,
            "client_id": INTEGRATION_ID,
            "client_secret": API_KEY,
            "subject_token": "x",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            **form,
        }
        return use(post(""), {n: v for n, v in asked.items() if v}, ORIGIN)


def test_a_token_of_no_issuer_is_taken_for_an_assertion() -> None:
    exchanging = Exchanging()
    assert exchanging().status == 200
    assert exchanging.asked == [("external", API_KEY, "x"), ("assertion", API_KEY, "x", None)]


def test_a_token_of_an_issuer_is_not() -> None:
    exchanging = Exchanging(GRANTED)
    assert exchanging().status == 200
    assert exchanging.asked == [("external", API_KEY, "x")]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"subject_token": ""}, "invalid_request"),
        ({"subject_token_type": ""}, "invalid_request"),
        ({"subject_token_type": "jwt"}, "invalid_request"),
        ({"requested_token_type": "urn:ietf:params:oauth:token-type:jwt"}, "invalid_request"),
        ({"actor_token": "x"}, "invalid_request"),
        ({"actor_token_type": "x"}, "invalid_request"),
        ({"scope": "manage"}, "invalid_scope"),
        ({"scope": "mcp manage"}, "invalid_scope"),
        ({"resource": f"{ORIGIN}/api"}, "invalid_target"),
        ({"audience": ORIGIN}, "invalid_target"),
    ],
    ids=str,
)
def test_more_than_a_session_for_the_subject_is_not_to_be_had(
    form: dict[str, str], code: str
) -> None:
    exchanging = Exchanging(GRANTED)
    with invalid(code):
        exchanging(**form)
    assert exchanging.asked == []


@pytest.mark.parametrize(
    "form",
    [
        {"scope": "mcp", "resource": f"{ORIGIN}/mcp", "audience": f"{ORIGIN}/mcp"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
        {"subject_token_type": "urn:ietf:params:oauth:token-type:access_token"},
        {"requested_token_type": "urn:ietf:params:oauth:token-type:access_token"},
    ],
    ids=str,
)
def test_exactly_that_may_be_asked_for_by_name(form: dict[str, str]) -> None:
    assert Exchanging(GRANTED)(**form).status == 200


@pytest.mark.parametrize(
    "form",
    [
        {"client_id": "Integ002"},
        {"client_id": ""},
        {"client_secret": ""},
        {"client_secret": API_KEY[:-1]},
        {"client_secret": api_keys.compose("Proj0001", "Integ002", "s" * 24)},
    ],
    ids=str,
)
def test_the_client_is_the_keys_own_integration(form: dict[str, str]) -> None:
    exchanging = Exchanging(GRANTED)
    with pytest.raises(InvalidClient):
        exchanging(**form)
    assert exchanging.asked == []


def test_a_key_that_is_unknown_is_a_client_that_is_not_proven() -> None:
    with pytest.raises(InvalidClient):
        Exchanging(Unauthenticated())()
