"""Which clients may register themselves, and what becomes of them."""

from dataclasses import replace
from typing import Any

import pytest

from gatehouse.domain.client_registrations import UNUSED_SECONDS, USED_SECONDS
from gatehouse.domain.errors import InvalidClient, OAuthRefused
from gatehouse.domain.families import FamilyKind
from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.oauth_clients import OAuthClient
from gatehouse.usecases.authenticate_client import PresentedClient, ProvenClient
from gatehouse.usecases.register_client import RegisterClient
from tests.fakes.clients import MemoryRegistrations
from tests.samples import NOW
from tests.signed_in import FOR_MCP
from tests.unit.oauth.programs import authenticated
from tests.unit.oauth.server import REDIRECT, Server

ASKED: dict[str, JsonValue] = {"redirect_uris": [REDIRECT], "client_name": "Editor"}


def register(document: JsonValue, kept: MemoryRegistrations | None = None) -> OAuthClient:
    digits = iter(range(100))
    use = RegisterClient(
        registrations=kept or MemoryRegistrations(),
        clock=lambda: NOW,
        choose=lambda _: next(digits),
    )
    registered = use(document)
    assert registered.issued_at == NOW
    return registered.client


def test_a_client_gets_an_id_and_is_known_for_a_day() -> None:
    kept = MemoryRegistrations()
    client = register(ASKED, kept)
    assert client == OAuthClient(
        id="gdc_0123456789ABCDEFGHIJKLMN", name="Editor", redirect_uris=(REDIRECT,)
    )
    assert kept.clients == {client.id: (client, NOW + UNUSED_SECONDS)}
    assert client.is_public


@pytest.mark.parametrize(
    "changes",
    [
        {"token_endpoint_auth_method": "none"},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"]},
        {"scope": "mcp", "jwks_uri": "https://client.example/jwks", "software_id": "x"},
        {
            "redirect_uris": [
                "https://[2001:db8::1]:65535/cb",
                "http://127.0.0.1:33418/cb",
                "http://[::1]/",
                "http://localhost/cb",
            ]
        },
        {"redirect_uris": [f"https://client.example/{n}" for n in range(20)]},
    ],
    ids=str,
)
def test_what_can_be_granted_is_registered(changes: dict[str, JsonValue]) -> None:
    assert register({**ASKED, **changes}).is_public


def test_a_client_without_a_name_is_called_by_its_id() -> None:
    client = register({"redirect_uris": [REDIRECT]})
    assert client.name == client.id


@pytest.mark.parametrize(
    "uris",
    [
        None,
        REDIRECT,
        [],
        [1],
        [None],
        [REDIRECT, "http://client.example/cb"],
        ["http://192.168.0.1/cb"],
        ["https://client.example/cb#part"],
        ["https://user@client.example/cb"],
        ["javascript:alert(1)"],
        ["com.example.app:/cb"],
        ["cursor://callback"],
        ["https:client.example"],
        ["https://[:::]/cb"],
        ["https://[1:2:3]/cb"],
        ["https://client.example:65536/cb"],
        ["https://client.example/" + "x" * 500],
        [f"https://client.example/{n}" for n in range(21)],
    ],
    ids=str,
)
def test_nobody_is_sent_to_where_a_stranger_has_no_business(uris: JsonValue) -> None:
    kept = MemoryRegistrations()
    with pytest.raises(OAuthRefused) as refusal:
        register({**ASKED, "redirect_uris": uris}, kept)
    assert refusal.value.code == "invalid_redirect_uri"
    assert kept.clients == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"token_endpoint_auth_method": "private_key_jwt"},
        {"token_endpoint_auth_method": ["none"]},
        {"grant_types": ["client_credentials"]},
        {"grant_types": "authorization_code"},
        {"response_types": ["token"]},
        {"client_name": ""},
        {"client_name": "x" * 101},
        {"client_name": "Ed\u202eitor"},
        {"client_name": None},
    ],
    ids=str,
)
def test_what_cannot_be_granted_is_not_registered(changes: dict[str, JsonValue]) -> None:
    with pytest.raises(OAuthRefused) as refusal:
        register({**ASKED, **changes})
    assert refusal.value.code == "invalid_client_metadata"


@pytest.mark.parametrize("document", [None, [], "x", [ASKED]])
def test_what_is_no_object_registers_nothing(document: JsonValue) -> None:
    with pytest.raises(OAuthRefused):
        register(document)


def signed_in_through(client_id: str) -> Server:
    server = Server()
    server.registrations.register(
        OAuthClient(id=client_id, name="c", redirect_uris=(REDIRECT,)), now=NOW, expires_at=NOW + 9
    )
    server.issue(replace(FOR_MCP, client_id=client_id))
    server.redeem(ProvenClient(id=client_id))
    return server


def test_a_sign_in_keeps_the_client_for_longer_than_any_session_lasts() -> None:
    client_id = "gdc_" + "c" * 24
    ((_, ends_at),) = signed_in_through(client_id).registrations.clients.values()
    assert ends_at == NOW + USED_SECONDS > NOW + FamilyKind.OAUTH.lifetime


def test_a_code_that_does_not_hold_keeps_no_client() -> None:
    client_id = "gdc_" + "c" * 24
    server = Server()
    server.registrations.register(
        OAuthClient(id=client_id, name="c", redirect_uris=(REDIRECT,)), now=NOW, expires_at=NOW + 9
    )
    server.issue()
    with pytest.raises(OAuthRefused):
        server.redeem(ProvenClient(id=client_id))
    assert server.registrations.find(client_id, now=NOW + 9) is None


@pytest.mark.parametrize("secret", ["gos_x", ""])
def test_a_client_that_registered_itself_has_no_secret_to_show(secret: str) -> None:
    client = OAuthClient(id="gdc_" + "c" * 24, name="c", redirect_uris=())
    known: dict[str, Any] = {"others": (client,)}
    assert authenticated(PresentedClient(client_id=client.id), **known).principal is None
    with pytest.raises(InvalidClient):
        authenticated(PresentedClient(client_id=client.id, secret=secret), **known)
