"""`POST /oauth/register`: what it takes and tells, and how often."""

import json

import pytest

from gatehouse.domain.oauth_clients import OAuthClient
from gatehouse.domain.tiers import Tier
from tests.samples import NOW
from tests.unit.oauth.api import OAuthApi, said

DESCRIPTION = {"redirect_uris": ["https://client.example/cb"], "client_name": "Editor"}


def test_each_registration_counts_by_its_address_good_or_not() -> None:
    api = OAuthApi()
    for n in range(Tier.REGISTER.per_minute):
        answer = api.register(DESCRIPTION if n % 2 else {})
        assert answer.status == (201 if n % 2 else 400)
        assert answer.headers["ratelimit-policy"] == '"source-minute";q=60;w=60'
    refused = api.register(DESCRIPTION)
    assert said(refused) == (429, "slow_down")
    assert int(refused.headers["retry-after"]) >= 1
    assert api.register(DESCRIPTION, source_ip="192.0.2.8").status == 201
    api.limits.fails = True
    assert said(api.register(DESCRIPTION)) == (503, "temporarily_unavailable")


def test_where_it_is_off_nobody_registers_and_nothing_is_counted() -> None:
    api = OAuthApi(is_open=False)
    assert said(api.register(DESCRIPTION)) == (403, "access_denied")
    assert api.counted == {}
    assert api.server.registrations.clients == {}


def test_a_registration_is_answered_by_what_was_registered() -> None:
    api = OAuthApi()
    answer = api.register({**DESCRIPTION, "token_endpoint_auth_method": "client_secret_basic"})
    told = json.loads(answer.body)
    ((client_id, (client, _)),) = api.server.registrations.clients.items()
    assert isinstance(client, OAuthClient)
    assert told == {
        **DESCRIPTION,
        "client_id": client_id,
        "client_id_issued_at": NOW,
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
    }


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ('{"redirect_uris":["https://client.example/cb"]}', "text/plain"),
        ('{"redirect_uris":["https://client.example/cb"]}', ""),
        (
            '{"redirect_uris":["https://a.example/"],"redirect_uris":["https://b.example/"]}',
            "application/json",
        ),
        ("{", "application/json"),
        ("[]", "application/json"),
    ],
)
def test_what_is_no_json_of_one_reading_registers_nothing(body: str, content_type: str) -> None:
    api = OAuthApi()
    answer = api.send("/oauth/register", body, content_type)
    assert said(answer) == (400, "invalid_client_metadata")
    assert api.server.registrations.clients == {}
