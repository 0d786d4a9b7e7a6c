"""What `AssertionKeys` promises, in memory and on DynamoDB."""

from dataclasses import dataclass, replace

import pytest

from gatehouse.aws.assertion_keys import DynamoAssertionKeys
from gatehouse.aws.projects import DynamoProjects
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.ports.credentials import AssertionKeys
from gatehouse.ports.projects import Projects
from tests.audited import audited
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryAssertionKeys, MemoryProjects
from tests.samples import ASSERTION_KEY, KID, NOW, PROJECT, PROJECT_ID


@dataclass
class Stores:
    projects: Projects
    keys: AssertionKeys


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = MemoryAuthority()
        stores = Stores(MemoryProjects(table), MemoryAssertionKeys(table))
    else:
        dynamodb = request.getfixturevalue("dynamodb")
        stores = Stores(DynamoProjects(*audited(dynamodb)), DynamoAssertionKeys(*audited(dynamodb)))
    stores.projects.create(PROJECT)
    return stores


def test_keys_are_kept_and_listed_by_kid(stores: Stores) -> None:
    other = replace(ASSERTION_KEY, kid="a-kid", description="of the tests")
    stores.keys.register(PROJECT_ID, ASSERTION_KEY)
    stores.keys.register(PROJECT_ID, other)
    page = stores.keys.page(PROJECT_ID, after=None, limit=2)
    assert (list(page.items), page.next_after) == ([other, ASSERTION_KEY], None)
    assert list(stores.keys.page(PROJECT_ID, after="a-kid", limit=2).items) == [ASSERTION_KEY]


def test_a_kid_is_used_once_even_when_its_key_has_ended(stores: Stores) -> None:
    stores.keys.register(PROJECT_ID, ASSERTION_KEY)
    stores.keys.deactivate(PROJECT_ID, KID, now=NOW + 5)
    with pytest.raises(Conflict):
        stores.keys.register(PROJECT_ID, ASSERTION_KEY)
    ended = stores.keys.page(PROJECT_ID, after=None, limit=1).items[0]
    assert ended == replace(ASSERTION_KEY, deactivated_at=NOW + 5)


def test_only_an_active_key_can_be_deactivated(stores: Stores) -> None:
    stores.keys.register(PROJECT_ID, ASSERTION_KEY)
    stores.keys.deactivate(PROJECT_ID, KID, now=NOW)
    for project_id, kid in ((PROJECT_ID, KID), (PROJECT_ID, "other"), ("Nobody00", KID)):
        with pytest.raises(NotFound):
            stores.keys.deactivate(project_id, kid, now=NOW)


def test_a_deleted_project_takes_no_keys(stores: Stores) -> None:
    stores.projects.mark_deleted(PROJECT_ID, now=NOW)
    with pytest.raises(NotFound):
        stores.keys.register(PROJECT_ID, ASSERTION_KEY)
