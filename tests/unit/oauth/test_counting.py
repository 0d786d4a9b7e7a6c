"""What counts at the OAuth endpoints, against whom, and what comes of too much."""

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from gatehouse.domain.tiers import Tier
from tests.samples import mistyped
from tests.signed_in import FOR_MCP
from tests.unit.oauth.api import (
    AS_APP,
    AS_CLIENT,
    AS_PUBLIC,
    CONFIDENTIAL,
    OAuthApi,
    redeeming,
    refreshing,
    said,
)

CREDENTIALS = {"grant_type": "client_credentials"}
WRONG_ASSERTION = {
    "client_assertion": "e30.e30.AA",
    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
}
FAILURES = {
    "a body's secret": (CREDENTIALS | AS_APP | {"client_secret": "gsa_wrong"}, 401),
    "a client's secret": (redeeming() | AS_CLIENT | {"client_secret": "gos_wrong"}, 401),
    "an assertion": (CREDENTIALS | WRONG_ASSERTION, 401),
    "a code": (redeeming("gac_wrong") | AS_PUBLIC, 400),
    "a refresh token": (refreshing("grt_wrong") | AS_PUBLIC, 400),
    "an unknown client": (refreshing("grt_wrong") | {"client_id": "goc_unknown"}, 401),
}


@pytest.mark.parametrize("name", FAILURES)
def test_whatever_carries_it_what_does_not_hold_counts_by_address(name: str) -> None:
    form, status = FAILURES[name]
    api = OAuthApi()
    answers = [api.token(form) for _ in range(4)]
    assert [answer.status for answer in answers] == [status] * 3 + [429]
    assert said(answers[3]) == (429, "slow_down")
    assert int(answers[3].headers["retry-after"]) >= 1
    assert api.token(form, source_ip="192.0.2.8").status == status
    assert set(api.counted) == {"192.0.2.7", "192.0.2.8"}


@pytest.mark.parametrize("name", FAILURES)
def test_closed_while_failures_cannot_be_counted(name: str) -> None:
    api = OAuthApi()
    api.limits.fails = True
    assert said(api.token(FAILURES[name][0])) == (503, "temporarily_unavailable")


def test_whoever_shares_an_address_with_somebody_who_guesses_is_served() -> None:
    api = OAuthApi(failures=1)
    token = api.refresh_token()
    for _ in range(3):
        api.token(FAILURES["a refresh token"][0])
    assert api.token(refreshing(token), AS_PUBLIC).status == 200
    assert api.token(CREDENTIALS, AS_APP).status == 200


def test_what_is_no_credential_does_not_count() -> None:
    api = OAuthApi()
    token = api.refresh_token()
    for form in (
        {"grant_type": "password"},
        refreshing(token) | AS_PUBLIC | {"scope": "manage"},
        redeeming() | AS_PUBLIC | {"code_verifier": ""},
    ):
        assert api.token(form).status == 400
    assert api.counted == {}


def test_a_revocation_of_nothing_counts_for_whoever_proves_nothing() -> None:
    api = OAuthApi()
    forms = [{"token": "grt_wrong"}, AS_PUBLIC]
    answers = [said(api.form("/oauth/revoke", *forms)) for _ in range(4)]
    assert answers == [(200, None)] * 3 + [(429, "slow_down")]
    assert api.form("/oauth/revoke", {"token": "grt_wrong"}, AS_CLIENT).status == 200
    token = api.refresh_token()
    assert api.form("/oauth/revoke", {"token": token}, AS_PUBLIC).status == 200
    assert api.counted == {
        "192.0.2.7": 3,
        f"token#client:{CONFIDENTIAL}": 1,
        f"token#{FOR_MCP.subject}": 1,
    }


def test_nobody_but_an_app_asks_about_tokens_and_asking_is_a_failure() -> None:
    api = OAuthApi(failures=1)
    ask = {"token": "grt_wrong"}
    assert [said(api.form("/oauth/introspect", ask, AS_PUBLIC)) for _ in range(2)] == [
        (401, "invalid_client"),
        (429, "slow_down"),
    ]
    assert said(api.form("/oauth/introspect", ask, AS_APP)) == (200, None)


def test_a_client_that_proves_itself_counts_for_all_who_use_it() -> None:
    api = OAuthApi()
    api.server.issue(replace(FOR_MCP, client_id=CONFIDENTIAL))
    assert api.token(redeeming(), AS_CLIENT).status == 200
    assert api.token(CREDENTIALS, AS_APP).status == 200
    assert api.counted == {f"token#client:{CONFIDENTIAL}": 1, "token#app:App000000001": 1}


def test_a_public_clients_id_is_anybodys_word_so_its_people_count() -> None:
    api = OAuthApi()
    api.server.issue()
    answer = api.token(redeeming(), AS_PUBLIC)
    assert answer.status == 200
    assert answer.headers["ratelimit-policy"] == '"principal-minute";q=600;w=60'
    assert answer.headers["ratelimit"].startswith('"principal-minute";r=599;t=')
    assert api.counted == {"token#user:u1": 1}


def use_up(api: OAuthApi, form: Mapping[str, str]) -> None:
    for _ in range(Tier.TOKEN.per_minute):
        assert api.token(form).status == 200


def test_more_than_its_share_is_429_for_a_client_and_nobody_else() -> None:
    api = OAuthApi()
    use_up(api, CREDENTIALS | AS_APP)
    refused = api.token(CREDENTIALS, AS_APP)
    assert said(refused) == (429, "slow_down")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"principal-minute";r=0;t=')
    assert said(api.form("/oauth/introspect", {"token": "x"}, AS_APP)) == (429, "slow_down")
    token = api.refresh_token()
    assert api.token(refreshing(token), AS_PUBLIC).status == 200


def test_what_is_refused_for_its_number_uses_nothing_up() -> None:
    api = OAuthApi()
    token = api.refresh_token()
    for _ in range(Tier.TOKEN.per_minute):
        token = said_token(api, token)
    signed = api.server.signer.signed
    assert said(api.token(refreshing(token), AS_PUBLIC)) == (429, "slow_down")
    assert api.server.signer.signed == signed
    api.server.now += 60
    assert api.token(refreshing(token), AS_PUBLIC).status == 200


def said_token(api: OAuthApi, token: str) -> str:
    answer = api.token(refreshing(token), AS_PUBLIC)
    assert answer.status == 200
    fresh: str = json.loads(answer.body)["refresh_token"]
    return fresh


def test_whoever_names_somebody_elses_session_does_not_use_up_their_share() -> None:
    api = OAuthApi(failures=9)
    token = api.refresh_token()
    guessed = mistyped(token)
    used = token
    for _ in range(2):
        api.token(refreshing(guessed), AS_PUBLIC)
    token = said_token(api, token)
    api.token(refreshing(used), AS_PUBLIC)
    assert api.counted == {"192.0.2.7": 3, "token#user:u1": 1}


def test_a_refusal_tells_where_a_proven_client_stands() -> None:
    answer = OAuthApi().token(CREDENTIALS, AS_APP, {"scope": "mcp"})
    assert said(answer) == (400, "invalid_scope")
    assert answer.headers["ratelimit"].startswith('"principal-minute";r=599;t=')


def test_closed_while_good_requests_cannot_be_counted() -> None:
    api = OAuthApi()
    token = api.refresh_token()
    api.limits.fails = True
    assert said(api.token(CREDENTIALS, AS_APP)) == (503, "temporarily_unavailable")
    assert said(api.token(refreshing(token), AS_PUBLIC)) == (503, "temporarily_unavailable")
    api.limits.fails = False
    assert api.token(refreshing(token), AS_PUBLIC).status == 200
