"""What `AppRegistry` and `AppOrigins` promise, and hold to."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from gatehouse.aws.app_origins import DynamoAppOrigins
from gatehouse.aws.app_registry import DynamoAppRegistry
from gatehouse.aws.apps import DynamoApps
from gatehouse.aws.project_items import project_item
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.roles import Action
from gatehouse.domain.service_apps import AppGrant, ServiceApp
from gatehouse.ports.apps import AppRegistry
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.contract.test_apps import APP
from tests.contract.test_memberships import OTHER
from tests.fakes.registry import MemoryAppRegistry
from tests.samples import NOW, PROJECT, PROJECT_ID, authority

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SECOND = replace(APP, id="App000000002", name="second", allowed_origins=("https://b.example.com",))


def grant(project_id: str) -> AppGrant:
    return AppGrant(project_id=project_id, actions=frozenset({Action.CALLS_READ}))


@pytest.fixture(params=["memory", "dynamo"])
def registry(request: pytest.FixtureRequest) -> AppRegistry:
    if request.param == "memory":
        table = authority()
        table.projects[OTHER] = replace(PROJECT, id=OTHER)
        return MemoryAppRegistry(table)
    client: DynamoDBClient = request.getfixturevalue("dynamodb")
    for project in (PROJECT, replace(PROJECT, id=OTHER)):
        client.put_item(TableName=TABLE, Item=project_item(project))
    return DynamoAppRegistry(*audited(client))


def test_an_app_is_kept_and_listed_for_all_and_in_its_projects(registry: AppRegistry) -> None:
    for app in (APP, SECOND):
        registry.create(app)
    assert registry.get(APP.id) == APP
    first = registry.page(after=None, limit=1)
    rest = registry.page(after=first.next_after, limit=1)
    assert (*first.items, *rest.items) == (APP, SECOND)
    assert tuple(registry.of_project(PROJECT_ID, after=None, limit=9).items) == (APP, SECOND)
    assert not registry.of_project(OTHER, after=None, limit=9).items


def test_a_name_is_taken_once_and_free_again_after_its_app(registry: AppRegistry) -> None:
    registry.create(APP)
    same_name = replace(SECOND, name=APP.name)
    with pytest.raises(Conflict, match="name"):
        registry.create(same_name)
    with pytest.raises(NotFound):
        registry.get(SECOND.id)
    registry.delete(APP)
    registry.create(same_name)
    assert tuple(registry.page(after=None, limit=9).items) == (same_name,)


def test_nothing_is_granted_in_a_project_that_is_not_there(registry: AppRegistry) -> None:
    with pytest.raises(NotFound):
        registry.create(replace(APP, grants=(grant("Nobody00"),)))
    registry.create(APP)
    with pytest.raises(NotFound):
        registry.change(APP, replace(APP, grants=(*APP.grants, grant("Nobody00"))))
    assert registry.get(APP.id) == APP


def test_a_change_moves_an_app_between_projects_under_the_next_version(
    registry: AppRegistry,
) -> None:
    registry.create(APP)
    changed = registry.change(APP, replace(APP, grants=(grant(OTHER),), is_active=False))
    assert (registry.get(APP.id), changed.version) == (changed, 2)
    assert not registry.of_project(PROJECT_ID, after=None, limit=9).items
    assert tuple(registry.of_project(OTHER, after=None, limit=9).items) == (changed,)


def test_of_two_changes_of_one_version_one_loses(registry: AppRegistry) -> None:
    registry.create(APP)
    registry.change(APP, replace(APP, keys=APP.keys[:1]))
    with pytest.raises(Conflict) as refusal:
        registry.change(APP, replace(APP, keys=()))
    assert refusal.value.current_version == 2
    with pytest.raises(NotFound):
        registry.delete(APP)


def test_what_is_gone_stays_gone(registry: AppRegistry) -> None:
    registry.create(APP)
    registry.delete(APP)
    with pytest.raises(NotFound):
        registry.get(APP.id)
    with pytest.raises(NotFound):
        registry.change(APP, APP)
    assert not registry.page(after=None, limit=9).items
    assert not registry.of_project(PROJECT_ID, after=None, limit=9).items


@dataclass
class Origins:
    """The registry and two instances' view of the origins."""

    registry: DynamoAppRegistry
    apps: DynamoApps
    client: "DynamoDBClient"
    now: int = NOW

    def seen(self) -> DynamoAppOrigins:
        return DynamoAppOrigins(lambda: self.client, TABLE, lambda: self.now)


@pytest.fixture
def origins(dynamodb: "DynamoDBClient") -> Origins:
    dynamodb.put_item(TableName=TABLE, Item=project_item(PROJECT))
    registry = DynamoAppRegistry(*audited(dynamodb))
    return Origins(registry, DynamoApps(dynamodb, TABLE), dynamodb)


def test_every_instance_learns_all_active_apps_origins_from_one_item(origins: Origins) -> None:
    assert origins.seen().current() == frozenset()
    for app in (APP, SECOND):
        origins.registry.create(app)
    both = {*APP.allowed_origins, *SECOND.allowed_origins}
    assert origins.seen().current() == both
    kept = origins.registry.change(SECOND, replace(SECOND, is_active=False))
    assert origins.seen().current() == set(APP.allowed_origins)
    kept = origins.registry.change(kept, replace(kept, is_active=True))
    assert origins.seen().current() == both
    origins.registry.change(kept, replace(kept, allowed_origins=()))
    origins.registry.delete(APP)
    assert origins.seen().current() == frozenset()


def test_an_instance_reads_origins_once_a_minute(origins: Origins) -> None:
    instance = origins.seen()
    assert instance.current() == frozenset()
    origins.registry.create(APP)
    origins.now += 59
    assert instance.current() == frozenset()
    origins.now += 1
    assert instance.current() == set(APP.allowed_origins)


def test_origins_that_cannot_be_read_are_none(
    origins: Origins, monkeypatch: pytest.MonkeyPatch
) -> None:
    instance = origins.seen()
    origins.registry.create(APP)
    assert instance.current()
    monkeypatch.setenv("AWS_ENDPOINT_URL_DYNAMODB", "http://127.0.0.1:9")
    import boto3  # noqa: PLC0415
    from botocore.config import Config  # noqa: PLC0415

    once = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
    origins.client = boto3.client("dynamodb", region_name="eu-central-1", config=once)
    origins.now += 61
    assert instance.current() == frozenset()


def test_the_use_of_a_key_is_not_lost_in_the_audit_nor_the_app_in_its_use(
    origins: Origins,
) -> None:
    app = ServiceApp(id=APP.id, name="app", created_at=NOW, keys=APP.keys)
    origins.registry.create(app)
    origins.apps.note_use(app, "key2", now=NOW + 5)
    found = origins.apps.find(APP.id)
    assert found
    assert found.keys[1].last_used_at == NOW + 5
