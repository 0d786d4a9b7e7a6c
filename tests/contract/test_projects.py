"""What `Projects` promises, in memory and on DynamoDB."""

from dataclasses import replace

import pytest

from gatehouse.aws.attributes import CorruptItem
from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.tables import project_key
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.projects import Project
from gatehouse.domain.warrant_policies import WarrantMode, WarrantPolicy
from gatehouse.ports.authority import Wanted
from gatehouse.ports.projects import Projects
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryProjects
from tests.samples import NOW, PROJECT, PROJECT_ID


@pytest.fixture(params=["memory", "dynamo"])
def port(request: pytest.FixtureRequest) -> Projects:
    if request.param == "memory":
        return MemoryProjects(MemoryAuthority())
    return DynamoProjects(*audited(request.getfixturevalue("dynamodb")))


def named(project_id: str) -> Project:
    return replace(PROJECT, id=project_id)


def test_a_project_is_kept_as_it_was_given(port: Projects) -> None:
    port.create(PROJECT)
    assert port.get(PROJECT_ID) == PROJECT


def test_what_a_project_asks_of_warrants_is_kept(port: Projects) -> None:
    policy = WarrantPolicy(
        mode=WarrantMode.AUDIT, require_warrant=False, clearances={"admin_*": 40}, receipts=True
    )
    port.create(replace(PROJECT, warrant_policy=policy))
    assert port.get(PROJECT_ID).warrant_policy == policy


def test_an_id_is_given_once(port: Projects) -> None:
    port.create(PROJECT)
    with pytest.raises(Conflict):
        port.create(replace(PROJECT, name="Other"))
    assert port.get(PROJECT_ID).name == "Acme"


def test_projects_are_listed_by_id_page_by_page(port: Projects) -> None:
    ids = [f"Proj000{n}" for n in range(7)]
    for project_id in reversed(ids):
        port.create(named(project_id))
    seen: list[str] = []
    after = None
    while True:
        page = port.page(after=after, limit=3)
        assert len(page.items) <= 3
        seen += [project.id for project in page.items]
        after = page.next_after
        if after is None:
            break
    assert seen == ids


def test_a_page_that_holds_the_last_project_says_so(port: Projects) -> None:
    port.create(PROJECT)
    assert port.page(after=None, limit=1).next_after is None


def test_a_change_raises_the_version(port: Projects) -> None:
    port.create(PROJECT)
    settings = ProjectSettings(upstream_origins=("https://api.example.com",))
    changed = replace(PROJECT, name="Better", settings=settings, version=2)
    assert port.change(PROJECT_ID, name="Better", settings=settings, version=1) == changed
    assert port.get(PROJECT_ID) == changed


def test_a_change_of_an_old_version_tells_the_current_one(port: Projects) -> None:
    port.create(PROJECT)
    port.change(PROJECT_ID, name="Better", settings=ProjectSettings(), version=1)
    with pytest.raises(Conflict) as refusal:
        port.change(PROJECT_ID, name="Lost", settings=ProjectSettings(), version=1)
    assert refusal.value.current_version == 2
    assert port.get(PROJECT_ID).name == "Better"


def test_a_deleted_project_is_gone_from_everywhere(port: Projects) -> None:
    port.create(PROJECT)
    port.mark_deleted(PROJECT_ID, now=NOW)
    assert not port.page(after=None, limit=10).items
    with pytest.raises(NotFound):
        port.get(PROJECT_ID)
    with pytest.raises(NotFound):
        port.change(PROJECT_ID, name="Back", settings=ProjectSettings(), version=1)
    with pytest.raises(NotFound):
        port.change(PROJECT_ID, name="Back", settings=ProjectSettings(), version=2)
    with pytest.raises(NotFound):
        port.mark_deleted(PROJECT_ID, now=NOW)


def test_the_id_of_a_deleted_project_is_not_given_again(port: Projects) -> None:
    port.create(PROJECT)
    port.mark_deleted(PROJECT_ID, now=NOW)
    with pytest.raises(Conflict):
        port.create(PROJECT)


def test_an_unknown_project_is_not_found(port: Projects) -> None:
    for act in (
        lambda: port.get("Nobody00"),
        lambda: port.change("Nobody00", name="x", settings=ProjectSettings(), version=1),
        lambda: port.mark_deleted("Nobody00", now=NOW),
    ):
        with pytest.raises(NotFound):
            act()


def test_the_authenticating_read_sees_the_deletion(request: pytest.FixtureRequest) -> None:
    dynamodb = request.getfixturevalue("dynamodb")
    projects = DynamoProjects(*audited(dynamodb))
    projects.create(PROJECT)
    projects.mark_deleted(PROJECT_ID, now=NOW)
    found = DynamoAuthority(dynamodb, TABLE).read(Wanted(project_id=PROJECT_ID)).project
    assert found is not None
    assert not found.is_active


def test_a_policy_that_cannot_be_read_is_not_taken_for_none(request: pytest.FixtureRequest) -> None:
    dynamodb = request.getfixturevalue("dynamodb")
    projects = DynamoProjects(*audited(dynamodb))
    projects.create(PROJECT)
    dynamodb.update_item(
        TableName=TABLE,
        Key=project_key(PROJECT_ID),
        UpdateExpression="SET warrant_policy = :policy",
        ExpressionAttributeValues={":policy": {"S": '{"mode": "strict"}'}},
    )
    with pytest.raises(CorruptItem):
        projects.get(PROJECT_ID)
    with pytest.raises(CorruptItem):
        DynamoAuthority(dynamodb, TABLE).read(Wanted(project_id=PROJECT_ID))
