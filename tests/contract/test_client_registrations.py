"""What `ClientRegistrations` promises, and `OAuthClients` of those who registered themselves."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gatehouse.aws.client_registrations import DynamoClientRegistrations
from gatehouse.aws.oauth_clients import DynamoOAuthClients
from gatehouse.domain.oauth_clients import OAuthClient
from tests.contract.conftest import TABLE
from tests.fakes.clients import MemoryRegistrations
from tests.samples import NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Registrations = MemoryRegistrations | DynamoClientRegistrations
CLIENT = OAuthClient(
    id="gdc_" + "c" * 24,
    name="Editor",
    redirect_uris=("https://client.example/cb", "http://127.0.0.1/cb"),
)


@pytest.fixture(params=["memory", "dynamo"])
def registrations(request: pytest.FixtureRequest) -> Registrations:
    """One keeper of the port."""
    if request.param == "memory":
        return MemoryRegistrations()
    return DynamoClientRegistrations(request.getfixturevalue("dynamodb"), TABLE)


def test_a_client_is_known_until_its_end_to_the_second(registrations: Registrations) -> None:
    registrations.register(CLIENT, now=NOW, expires_at=NOW + 60)
    assert registrations.find(CLIENT.id, now=NOW + 59) == CLIENT
    assert registrations.find(CLIENT.id, now=NOW + 60) is None


def test_a_client_that_is_kept_is_known_for_longer(registrations: Registrations) -> None:
    registrations.register(CLIENT, now=NOW, expires_at=NOW + 60)
    registrations.keep(CLIENT.id, expires_at=NOW + 600)
    assert registrations.find(CLIENT.id, now=NOW + 599) == CLIENT
    assert registrations.find(CLIENT.id, now=NOW + 600) is None


def test_keeping_one_that_is_gone_does_not_bring_it_back(registrations: Registrations) -> None:
    registrations.keep(CLIENT.id, expires_at=NOW + 600)
    assert registrations.find(CLIENT.id, now=NOW) is None


def test_clients_do_not_know_each_other(registrations: Registrations) -> None:
    other = replace(CLIENT, id="gdc_" + "d" * 24, name="Other")
    registrations.register(CLIENT, now=NOW, expires_at=NOW + 60)
    registrations.register(other, now=NOW, expires_at=NOW + 90)
    assert registrations.find(CLIENT.id, now=NOW) == CLIENT
    assert registrations.find(other.id, now=NOW) == other


@pytest.mark.parametrize("client_id", ["", "gdc_", "gdc_" + "c" * 23, "goc_" + "c" * 24, "x"])
def test_what_can_be_no_such_client_costs_no_read(
    dynamodb: "DynamoDBClient", client_id: str
) -> None:
    nowhere = DynamoClientRegistrations(dynamodb, "no-such-table")
    assert nowhere.find(client_id, now=NOW) is None


def test_only_where_the_deployment_wants_it_such_clients_are_known(
    dynamodb: "DynamoDBClient",
) -> None:
    registrations = DynamoClientRegistrations(dynamodb, TABLE)
    registrations.register(CLIENT, now=NOW, expires_at=NOW + 60)
    on = DynamoOAuthClients(dynamodb, TABLE, registrations)
    assert on.find(CLIENT.id, now=NOW) == CLIENT
    assert on.find(CLIENT.id, now=NOW + 60) is None
    assert DynamoOAuthClients(dynamodb, TABLE).find(CLIENT.id, now=NOW) is None
