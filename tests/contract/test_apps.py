"""What `Apps` and `OAuthClients` promise on DynamoDB; the fakes are dictionaries."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gatehouse.aws.app_items import app_item
from gatehouse.aws.apps import DynamoApps
from gatehouse.aws.attributes import text_value, texts_value
from gatehouse.aws.oauth_clients import DynamoOAuthClients
from gatehouse.aws.project_items import integration_item, project_item
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.oauth_clients import OAuthClient
from gatehouse.domain.roles import Action
from gatehouse.domain.service_apps import AppGrant, AppKey, ServiceApp
from tests.contract.conftest import TABLE
from tests.samples import INTEGRATION, INTEGRATION_ID, NOW, PROJECT, PROJECT_ID
from tests.signed_in import CLIENT_ID

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

APP = ServiceApp(
    id="App000000001",
    name="billing",
    created_at=NOW,
    grants=(AppGrant(project_id=PROJECT_ID, actions=frozenset({Action.TOOLS_READ})),),
    keys=(
        AppKey(id="key1", digest="d1", created_at=NOW, last_used_at=NOW),
        AppKey(id="key2", digest="d2", created_at=NOW, expires_at=NOW + 9),
    ),
    public_keys=(
        AssertionKey(
            kid="k1", algorithm=AssertionAlgorithm.ES256, public_key_pem="pem", created_at=NOW
        ),
    ),
    allowed_origins=("https://billing.example.com",),
)


@pytest.mark.parametrize(
    "app", [APP, ServiceApp(id=APP.id, name="bare", created_at=NOW, is_active=False)]
)
def test_an_app_is_found_as_it_was_written(dynamodb: "DynamoDBClient", app: ServiceApp) -> None:
    apps = DynamoApps(dynamodb, TABLE)
    assert apps.find(app.id) is None
    dynamodb.put_item(TableName=TABLE, Item=app_item(app))
    assert apps.find(app.id) == app


@pytest.mark.parametrize(
    ("key_id", "now", "noted"),
    [
        ("key1", NOW + 299, NOW),
        ("key1", NOW + 300, NOW + 300),
        ("key2", NOW + 5, NOW + 5),
    ],
)
def test_a_keys_use_is_noted_every_five_minutes(
    dynamodb: "DynamoDBClient", key_id: str, now: int, noted: int
) -> None:
    apps = DynamoApps(dynamodb, TABLE)
    dynamodb.put_item(TableName=TABLE, Item=app_item(APP))
    apps.note_use(APP, key_id, now=now)
    found = apps.find(APP.id)
    assert found
    assert {key.id: key.last_used_at for key in found.keys}[key_id] == noted


def test_noting_the_use_of_a_key_that_is_gone_brings_nothing_back(
    dynamodb: "DynamoDBClient",
) -> None:
    apps = DynamoApps(dynamodb, TABLE)
    apps.note_use(APP, "key1", now=NOW + 999)
    assert apps.find(APP.id) is None
    without = replace(APP, keys=())
    dynamodb.put_item(TableName=TABLE, Item=app_item(without))
    apps.note_use(APP, "key2", now=NOW + 999)
    assert apps.find(APP.id) == without


def register(dynamodb: "DynamoDBClient", **changes: str) -> DynamoOAuthClients:
    """A pre-registered client, as its integration's item says."""
    item = integration_item(INTEGRATION) | {
        "kind": text_value("oauth"),
        "redirect_uris": texts_value(["https://client.example/cb"]),
        **{name: text_value(value) for name, value in changes.items()},
    }
    for each in (project_item(PROJECT), item):
        dynamodb.put_item(TableName=TABLE, Item=each)
    return DynamoOAuthClients(dynamodb, TABLE)


@pytest.mark.parametrize("secret", [None, "digest"])
def test_a_pre_registered_client_is_found_public_or_with_its_secret(
    dynamodb: "DynamoDBClient", secret: str | None
) -> None:
    clients = register(dynamodb, **({"client_secret_digest": secret} if secret else {}))
    assert clients.find(CLIENT_ID, now=NOW) == OAuthClient(
        id=CLIENT_ID,
        name="backend",
        redirect_uris=("https://client.example/cb",),
        secret_digest=secret,
        project_id=PROJECT_ID,
        integration_id=INTEGRATION_ID,
    )


def test_an_integration_of_another_kind_is_no_client(dynamodb: "DynamoDBClient") -> None:
    assert register(dynamodb, kind="key").find(CLIENT_ID, now=NOW) is None


@pytest.mark.parametrize(
    "client_id", ["goc_", CLIENT_ID[:-1], CLIENT_ID + "0", CLIENT_ID[:-8] + "Integ002", "x"]
)
def test_nobody_else_is_a_client(dynamodb: "DynamoDBClient", client_id: str) -> None:
    assert register(dynamodb).find(client_id, now=NOW) is None


def test_a_deleted_project_has_no_clients(dynamodb: "DynamoDBClient") -> None:
    clients = register(dynamodb)
    dynamodb.put_item(TableName=TABLE, Item=project_item(replace(PROJECT, deleted_at=NOW)))
    assert clients.find(CLIENT_ID, now=NOW) is None
