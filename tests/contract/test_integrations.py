"""What `Integrations` promises, in memory and on DynamoDB."""

from dataclasses import dataclass, replace

import pytest

from gatehouse.aws.integrations import DynamoIntegrations
from gatehouse.aws.projects import DynamoProjects
from gatehouse.domain.errors import NotFound
from gatehouse.domain.projects import Integration, Scope
from gatehouse.ports.projects import Integrations, Projects
from tests.audited import audited
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryIntegrations, MemoryProjects
from tests.samples import INTEGRATION, INTEGRATION_ID, NOW, PROJECT, PROJECT_ID

CHILD = replace(
    INTEGRATION,
    id="Child001",
    name="child",
    environment="staging",
    scopes=frozenset({Scope.MCP}),
    created_by=INTEGRATION_ID,
)


@dataclass
class Stores:
    projects: Projects
    integrations: Integrations

    def all(self) -> list[Integration]:
        return list(self.integrations.page(PROJECT_ID, after=None, limit=100).items)


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = MemoryAuthority()
        stores = Stores(MemoryProjects(table), MemoryIntegrations(table))
    else:
        dynamodb = request.getfixturevalue("dynamodb")
        stores = Stores(DynamoProjects(*audited(dynamodb)), DynamoIntegrations(*audited(dynamodb)))
    stores.projects.create(PROJECT)
    return stores


def test_integrations_are_kept_as_they_were_given(stores: Stores) -> None:
    stores.integrations.create(INTEGRATION)
    stores.integrations.create(CHILD)
    assert stores.all() == [CHILD, INTEGRATION]


def test_a_page_ends_where_it_says(stores: Stores) -> None:
    stores.integrations.create(INTEGRATION)
    stores.integrations.create(CHILD)
    page = stores.integrations.page(PROJECT_ID, after=None, limit=1)
    assert (page.items[0], page.next_after) == (CHILD, CHILD.id)
    rest = stores.integrations.page(PROJECT_ID, after=page.next_after, limit=1)
    assert (rest.items[0], rest.next_after) == (INTEGRATION, None)


def test_nothing_is_created_in_a_project_that_is_deleted_or_never_was(stores: Stores) -> None:
    stores.projects.mark_deleted(PROJECT_ID, now=NOW)
    with pytest.raises(NotFound):
        stores.integrations.create(INTEGRATION)
    with pytest.raises(NotFound):
        stores.integrations.create(replace(INTEGRATION, project_id="Nobody00"))
    assert stores.all() == []


def test_a_deleted_integration_creates_nothing(stores: Stores) -> None:
    stores.integrations.create(INTEGRATION)
    stores.integrations.delete(PROJECT_ID, INTEGRATION_ID)
    with pytest.raises(NotFound):
        stores.integrations.create(CHILD)
    assert stores.all() == []


@pytest.mark.parametrize("creator", ["admin", "user:abcdefgh", "app:App000000001"])
def test_what_no_key_creates_needs_no_integration_before_it(stores: Stores, creator: str) -> None:
    made = replace(CHILD, created_by=creator)
    stores.integrations.create(made)
    found = stores.integrations.page(PROJECT_ID, after=None, limit=9).items
    assert made in tuple(found)


def test_a_deletion_is_told_when_there_is_nothing_to_delete(stores: Stores) -> None:
    stores.integrations.create(INTEGRATION)
    with pytest.raises(NotFound):
        stores.integrations.delete("Nobody00", INTEGRATION_ID)
    stores.integrations.delete(PROJECT_ID, INTEGRATION_ID)
    with pytest.raises(NotFound):
        stores.integrations.delete(PROJECT_ID, INTEGRATION_ID)
