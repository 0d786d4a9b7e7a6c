"""Clients that are who they say, and those that are not."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain import app_keys, client_assertions
from gatehouse.domain.assertions import Presented
from gatehouse.domain.errors import InvalidClient
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.usecases.authenticate_client import (
    PresentedClient,
    ProvenClient,
)
from gatehouse.usecases.grant_app_token import AppTokenRequest, GrantAppToken
from gatehouse.usecases.mint_access_tokens import Issued
from tests.samples import NOW, PROJECT_ID
from tests.signed_in import ORIGIN
from tests.unit.oauth.programs import KEY, app, authenticated
from tests.unit.oauth.server import Server, refused


def test_an_apps_token_is_for_one_of_its_projects() -> None:
    server = Server()
    grant = GrantAppToken(mint=server.mint, clock=server.clock)

    def ask(made: ServiceApp | None, **asked: Any) -> Issued:
        client = ProvenClient(id="App000000001", app=made)
        return grant(client, AppTokenRequest(**asked), origin=ORIGIN)

    issued = ask(app(PROJECT_ID))
    said = server.read(issued.access_token, origin=ORIGIN, scope="manage")
    assert (said.grant.subject, said.grant.project_id) == ("app:App000000001", PROJECT_ID)
    assert (issued.refresh_token, said.family_id) == (None, None)
    refused("unauthorized_client", lambda: ask(None))
    refused("unauthorized_client", lambda: ask(app()))
    refused("unauthorized_client", lambda: ask(app(PROJECT_ID), project_id="Proj0002"))
    refused("invalid_request", lambda: ask(app(PROJECT_ID, "Proj0002")))
    refused("invalid_scope", lambda: ask(app(PROJECT_ID), scope=frozenset({"mcp"})))
    refused("invalid_target", lambda: ask(app(PROJECT_ID), resource=f"{ORIGIN}/mcp"))


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        (None, None),
        (None, "right"),
        ("goc_secret", None),
        ("goc_secret", "wrong"),
        ("goc_secret", ""),
        ("goc_public", "right"),
        ("goc_unknown", None),
        ("http://client.example/id.json", None),
        ("https://client.example/" + "x" * 600, None),
        ("App000000002", KEY),
        ("goc_secret", KEY),
        ("App000000001", KEY[:-1] + "0"),
        ("App000000001", app_keys.new_key("App000000001", "key1", lambda _: 2)),
        ("App000000001", app_keys.new_key("App000000001", "key2", lambda _: 1)),
    ],
)
def test_a_client_that_does_not_prove_itself_is_nobody(
    client_id: str | None, secret: str | None
) -> None:
    with pytest.raises(InvalidClient):
        authenticated(PresentedClient(client_id=client_id, secret=secret), app(PROJECT_ID))


def test_a_client_proves_itself_by_its_secret_or_has_none() -> None:
    for presented in (
        PresentedClient(client_id="goc_secret", secret="right"),
        PresentedClient(client_id="goc_public"),
        PresentedClient(client_id="https://client.example/id.json"),
    ):
        assert authenticated(presented).id == presented.client_id


def test_an_app_proves_itself_by_a_key_that_is_good_and_only_while_it_is_active() -> None:
    shown = PresentedClient(client_id="App000000001", secret=KEY)
    made = app(PROJECT_ID)
    ends = replace(made, keys=(replace(made.keys[0], expires_at=NOW + 10),))
    assert authenticated(shown, ends, now=NOW + 9).app == ends
    for none, now in (
        (ends, NOW + 10),
        (replace(made, is_active=False), NOW),
        (replace(made, keys=()), NOW),
        (None, NOW),
    ):
        with pytest.raises(InvalidClient):
            authenticated(shown, none, now=now)


ASSERTED: JsonObject = {"iss": "a", "sub": "a", "aud": ORIGIN, "exp": NOW + 60, "jti": "1"}


@pytest.mark.parametrize(
    ("changes", "good"),
    [
        ({}, True),
        ({"aud": f"{ORIGIN}/oauth/token"}, True),
        ({"aud": [ORIGIN]}, True),
        ({"exp": NOW - 29}, True),
        ({"exp": NOW + 300}, True),
        ({"iss": "b"}, False),
        ({"sub": "b"}, False),
        ({"aud": [ORIGIN, "https://other"]}, False),
        ({"aud": []}, False),
        ({"aud": {}}, False),
        ({"aud": "https://other"}, False),
        ({"exp": NOW - 30}, False),
        ({"exp": NOW + 301}, False),
        ({"exp": True}, False),
        ({"exp": None}, False),
        ({"iat": NOW + 31}, False),
        ({"nbf": NOW + 31}, False),
        ({"jti": ""}, False),
        ({"jti": 1}, False),
        ({"jti": "x" * 257}, False),
    ],
    ids=str,
)
def test_a_client_assertion_is_for_this_server_once_and_not_for_long(
    changes: dict[str, Any], *, good: bool
) -> None:
    presented = Presented(kid="k", algorithm="ES256", claims={**ASSERTED, **changes}, signed="")
    if good:
        used = client_assertions.require_genuine(presented, "a", origin=ORIGIN, now=NOW)
        assert used.dead_at > NOW
    else:
        with pytest.raises(InvalidClient):
            client_assertions.require_genuine(presented, "a", origin=ORIGIN, now=NOW)
