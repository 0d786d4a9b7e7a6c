"""Copies of what every call reads: none is read that is not whole and current."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest

from gatehouse.aws import replication
from gatehouse.aws.assertion_keys import DynamoAssertionKeys
from gatehouse.aws.authority import MAX_REMEMBERED, DynamoAuthority
from gatehouse.aws.copied_writes import copied
from gatehouse.aws.integrations import DynamoIntegrations
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.replication import DynamoReplication
from gatehouse.aws.tables import project_key, tool_key
from gatehouse.aws.tool_items import tool_items
from gatehouse.aws.tools import DynamoTools
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.project_settings import MAX_REPLICAS, ProjectSettings
from gatehouse.domain.projects import Project
from gatehouse.domain.tools import Tool, ToolDefinition
from gatehouse.ports.authority import Authority, Wanted
from gatehouse.ports.projects import Projects, Replication
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.contract.copies import read_wrongly
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryProjects, MemoryReplication
from tests.samples import (
    ASSERTION_KEY,
    INTEGRATION,
    INTEGRATION_ID,
    KID,
    LOOKUP,
    NOW,
    PROJECT,
    PROJECT_ID,
    stored,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ALL = Wanted(
    project_id=PROJECT_ID,
    integration_id=INTEGRATION_ID,
    assertion_kid=KID,
    tool_name=LOOKUP.name,
)
READ = "before-call.dynamodb.BatchGetItem"
WRITE = "before-call.dynamodb.TransactWriteItems"


@dataclass
class Ground:
    """A project with one of each, and everything that reads or writes it."""

    client: "DynamoDBClient"
    partitions: list[set[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.projects = DynamoProjects(*audited(self.client))
        self.replication = DynamoReplication(self.client, TABLE)
        self.integrations = DynamoIntegrations(*audited(self.client))
        self.keys = DynamoAssertionKeys(*audited(self.client))
        self.tools = DynamoTools(*audited(self.client))
        self.client.meta.events.register(READ, self._note)
        self.projects.create(PROJECT)
        self.integrations.create(INTEGRATION)
        self.keys.register(PROJECT_ID, ASSERTION_KEY)
        self.tools.create(stored(LOOKUP))

    def add(self, *definitions: ToolDefinition) -> None:
        """Store tools, before there are copies."""
        for definition in definitions:
            for item in tool_items(stored(definition)):
                self.client.put_item(TableName=TABLE, Item=item)

    def reader(self, copy: int = 0) -> DynamoAuthority:
        """One that reads the n-th copy of those that it knows."""
        return DynamoAuthority(self.client, TABLE, lambda known: copy % known)

    def knowing_reader(self, copy: int = 0) -> DynamoAuthority:
        """One that has read before."""
        reader = self.reader(copy)
        reader.read(ALL)
        self.partitions.clear()
        return reader

    def aim(self, replicas: int) -> Project:
        version = self.projects.get(PROJECT_ID).version
        settings = ProjectSettings(replicas=replicas)
        return self.projects.change(PROJECT_ID, name="Acme", settings=settings, version=version)

    def replicate(self, replicas: int) -> None:
        self.aim(replicas)
        for _step in self.replication.settle(PROJECT_ID):
            pass

    def settings(self) -> dict[str, Any]:
        item = self.client.get_item(TableName=TABLE, Key=project_key(PROJECT_ID))["Item"]
        found: dict[str, Any] = json.loads(item.get("copies", {"S": "{}"})["S"])
        return found

    def once(self, event: str, act: Callable[[], object]) -> None:
        """Do `act` just before the next call of this kind reaches DynamoDB."""

        def first(**_: Any) -> None:
            self.client.meta.events.unregister(event, first)
            act()

        self.client.meta.events.register(event, first)

    def truth(self) -> Authority:
        """What the items themselves say."""
        return self.reader().read(ALL)

    def _note(self, params: dict[str, Any], **_: Any) -> None:
        body = json.loads(params["body"])["RequestItems"][TABLE]
        self.partitions.append({key["PK"]["S"] for key in body["Keys"]})


@pytest.fixture
def ground(dynamodb: "DynamoDBClient") -> Iterator[Ground]:
    ground = Ground(dynamodb)
    yield ground
    assert read_wrongly(dynamodb, TABLE) == []


@dataclass
class Stores:
    projects: Projects
    replication: Replication


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = MemoryAuthority()
        stores = Stores(MemoryProjects(table), MemoryReplication(table))
    else:
        client = request.getfixturevalue("dynamodb")
        stores = Stores(DynamoProjects(*audited(client)), DynamoReplication(client, TABLE))
    stores.projects.create(PROJECT)
    return stores


def test_replicas_are_used_once_they_are_filled_and_no_longer_at_once(stores: Stores) -> None:
    def aimed(replicas: int, version: int) -> int:
        settings = ProjectSettings(replicas=replicas)
        changed = stores.projects.change(PROJECT_ID, name="A", settings=settings, version=version)
        assert changed.settings.replicas == replicas
        return changed.replicas_in_use

    def settled() -> int:
        for _step in stores.replication.settle(PROJECT_ID):
            pass
        return stores.projects.get(PROJECT_ID).replicas_in_use

    assert (aimed(4, 1), settled()) == (1, 4)
    assert (aimed(8, 2), settled()) == (4, 8)
    assert (aimed(2, 3), settled()) == (2, 2)
    assert (aimed(1, 4), settled()) == (1, 1)
    assert list(stores.replication.settle(PROJECT_ID)) == []


# --- the hot path ---------------------------------------------------------------------------------


@pytest.mark.parametrize("copy", range(MAX_REPLICAS))
def test_a_call_reads_one_copy_in_one_round_trip_and_every_item_elsewhere(
    ground: Ground, copy: int
) -> None:
    ground.replicate(MAX_REPLICAS)
    reader = ground.knowing_reader(copy)
    assert reader.read(ALL) == ground.truth()
    (partitions, _truth) = ground.partitions
    kinds = {"META", "INT", "KEY", "TOOL", "TOOLDEF"}
    assert partitions == {f"P#{PROJECT_ID}#{copy + 1}#{kind}" for kind in kinds}


def test_what_is_absent_from_a_whole_copy_is_absent_without_asking_again(ground: Ground) -> None:
    ground.replicate(2)
    reader = ground.knowing_reader()
    found = reader.read(ALL._replace(integration_id="Nobody00", tool_name="never-was"))
    assert (found.integration, found.tool) == (None, None)
    assert len(ground.partitions) == 1


def test_members_have_no_copies_and_spread_by_themselves(ground: Ground) -> None:
    ground.replicate(2)
    reader = ground.knowing_reader()
    for number in range(100):
        reader.read(Wanted(project_id=PROJECT_ID, member_external_id=f"user-{number}"))
    shards = {f"P#{PROJECT_ID}#MEMBER#{shard}" for shard in range(8)}
    assert set().union(*ground.partitions) == {f"P#{PROJECT_ID}#1#META"} | shards


def test_an_instance_forgets_the_project_that_it_has_not_seen_for_longest(ground: Ground) -> None:
    ground.replicate(2)
    reader = ground.reader()
    reader.copies.update({f"{number:08}": (1,) for number in range(MAX_REMEMBERED)})
    reader.read(ALL)
    assert len(reader.copies) == MAX_REMEMBERED
    assert PROJECT_ID in reader.copies
    assert "00000000" not in reader.copies


# --- taking away ----------------------------------------------------------------------------------


def change_tool(ground: Ground) -> Tool:
    tool = stored(LOOKUP, version=2, is_enabled=False)
    ground.tools.replace(tool, expected_version=1)
    return tool


@pytest.mark.parametrize("copy", range(4))
def test_what_is_taken_away_is_gone_from_every_copy_for_the_next_request(
    ground: Ground, copy: int
) -> None:
    ground.replicate(4)
    reader = ground.knowing_reader(copy)
    tool = change_tool(ground)
    assert reader.read(ALL).tool == tool
    ground.tools.delete(PROJECT_ID, LOOKUP.name)
    assert reader.read(ALL).tool is None
    ground.keys.deactivate(PROJECT_ID, KID, now=NOW)
    key = reader.read(ALL).assertion_key
    assert key is not None
    assert not key.is_active
    ground.integrations.delete(PROJECT_ID, INTEGRATION_ID)
    assert reader.read(ALL).integration is None
    ground.projects.mark_deleted(PROJECT_ID, now=NOW)
    project = reader.read(ALL).project
    assert project is not None
    assert not project.is_active
    assert {f"P#{PROJECT_ID}"} not in ground.partitions


def test_a_reader_that_remembers_a_withdrawn_copy_reads_the_items_themselves(
    ground: Ground,
) -> None:
    ground.replicate(4)
    reader = ground.knowing_reader(copy=3)
    ground.aim(2)  # and nothing is swept yet: the items of the withdrawn copies still stand there
    change_tool(ground)
    ground.integrations.delete(PROJECT_ID, INTEGRATION_ID)
    found = reader.read(ALL)
    assert found.integration is None
    assert found.tool is not None
    assert not found.tool.is_enabled
    assert len(ground.partitions) == 2
    reader.read(ALL)
    assert len(ground.partitions) == 3, "it has learned which copies there are"


def test_a_reader_forgets_copies_that_there_are_none_of_any_more(ground: Ground) -> None:
    ground.replicate(2)
    reader = ground.knowing_reader()
    ground.replicate(1)
    reader.read(ALL)
    ground.partitions.clear()
    reader.read(ALL)
    assert len(ground.partitions) == 1


def test_a_copy_is_not_given_the_number_of_one_that_was_withdrawn(ground: Ground) -> None:
    """Else whoever remembers the old one could meet the new one half filled."""
    ground.replicate(2)
    ground.replicate(1)
    ground.replicate(2)
    assert ground.settings()["read"] == [3, 4]


def test_what_was_withdrawn_is_swept_away(ground: Ground) -> None:
    ground.replicate(4)
    ground.replicate(1)
    left = {item["PK"]["S"] for item in ground.client.scan(TableName=TABLE)["Items"]}
    assert [pk for pk in left if pk.startswith(f"P#{PROJECT_ID}#")] == []


# --- filling --------------------------------------------------------------------------------------


def test_filling_may_stop_and_begin_again_at_every_step(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replication, "PAGE", 2)
    ground.add(*(replace(LOOKUP, name=f"tool-{number}") for number in range(7)))
    readers = [ground.knowing_reader(copy) for copy in range(3)]
    ground.aim(3)
    steps = 0
    while ground.projects.get(PROJECT_ID).replicas_in_use == 1:
        steps += 1
        settling = ground.replication.settle(PROJECT_ID)
        for _step in range(steps):
            next(settling, None)
        del settling
        assert read_wrongly(ground.client, TABLE) == []
        assert [reader.read(ALL) for reader in readers] == [ground.truth()] * 3
    assert steps > 5


def test_what_is_copied_together_fits_into_a_transaction(ground: Ground) -> None:
    """DynamoDB takes 100 parts; moto counts them too."""
    ground.add(*(replace(LOOKUP, name=f"tool-{number}") for number in range(14)))
    ground.replicate(MAX_REPLICAS)
    assert ground.projects.get(PROJECT_ID).replicas_in_use == MAX_REPLICAS


def test_large_definitions_are_copied_a_few_at_a_time(ground: Ground) -> None:
    sizes: list[int] = []
    large = replace(LOOKUP, description="x" * 100_000)
    ground.add(*(replace(large, name=f"tool-{number}") for number in range(12)))
    ground.client.meta.events.register(WRITE, lambda params, **_: sizes.append(len(params["body"])))
    ground.replicate(MAX_REPLICAS)
    assert max(sizes) < 4_000_000


@pytest.mark.parametrize("alone", [True, False])
def test_a_change_between_reading_and_copying_wins(ground: Ground, *, alone: bool) -> None:
    if not alone:
        ground.tools.create(stored(replace(LOOKUP, name="another")))
    ground.aim(2)
    changed: list[bool] = []

    def change(params: dict[str, Any], **_: Any) -> None:
        if f"TOOL#{LOOKUP.name}".encode() in params["body"] and not changed:
            changed.append(True)
            change_tool(ground)

    ground.client.meta.events.register(WRITE, change)
    for _step in ground.replication.settle(PROJECT_ID):
        pass
    tool = ground.knowing_reader().read(ALL).tool
    assert tool is not None
    assert (tool.version, tool.is_enabled) == (2, False)


def test_what_is_deleted_between_reading_and_copying_does_not_come_back(ground: Ground) -> None:
    ground.aim(2)
    ground.once(WRITE, lambda: ground.integrations.delete(PROJECT_ID, INTEGRATION_ID))
    for _step in ground.replication.settle(PROJECT_ID):
        pass
    assert ground.knowing_reader().read(ALL).integration is None


def test_a_write_that_knew_of_no_copies_reaches_those_that_came_meanwhile(ground: Ground) -> None:
    ground.once(WRITE, lambda: ground.replicate(2))
    ground.integrations.delete(PROJECT_ID, INTEGRATION_ID)
    assert ground.knowing_reader().read(ALL).integration is None
    ground.once(WRITE, lambda: ground.replicate(4))
    change_tool(ground)
    tool = ground.knowing_reader(copy=3).read(ALL).tool
    assert tool is not None
    assert not tool.is_enabled


def test_a_write_says_why_it_failed_whatever_copies_there_are(ground: Ground) -> None:
    ground.replicate(3)
    with pytest.raises(Conflict):
        ground.tools.create(stored(LOOKUP))
    with pytest.raises(Conflict) as refusal:
        ground.tools.replace(stored(LOOKUP, version=9), expected_version=8)
    assert refusal.value.current_version == 1
    with pytest.raises(NotFound):
        ground.integrations.delete(PROJECT_ID, "Nobody00")
    ground.projects.mark_deleted(PROJECT_ID, now=NOW)
    with pytest.raises(NotFound):
        ground.integrations.create(replace(INTEGRATION, id="Integ002"))


def test_an_aim_that_changes_while_copies_are_filled_is_not_overrun(ground: Ground) -> None:
    ground.aim(4)
    settling = ground.replication.settle(PROJECT_ID)
    next(settling)
    ground.aim(2)
    for _step in settling:
        pass
    assert ground.projects.get(PROJECT_ID).replicas_in_use == 1
    ground.replicate(2)
    assert len(ground.settings()["read"]) == 2


def test_an_aim_that_changes_just_before_copies_count_is_not_overrun(ground: Ground) -> None:
    ground.aim(4)

    def change(params: dict[str, Any], **_: Any) -> None:
        if f"P#{PROJECT_ID}#1#META".encode() in params["body"]:
            ground.client.meta.events.unregister(WRITE, change)
            ground.aim(1)

    ground.client.meta.events.register(WRITE, change)
    for _step in ground.replication.settle(PROJECT_ID):
        pass
    assert ground.projects.get(PROJECT_ID).replicas_in_use == 1
    assert ground.settings()["read"] == []


def test_settings_that_change_just_when_copies_begin_to_count_leave_them_counting(
    ground: Ground,
) -> None:
    """To fill copies raises no version: whoever changes settings meanwhile is not refused."""
    ground.aim(2)

    def fill() -> None:
        for _step in ground.replication.settle(PROJECT_ID):
            pass

    ground.once(WRITE, fill)
    assert ground.aim(2).replicas_in_use == 2


def test_of_two_changes_that_are_based_on_one_version_the_later_loses(ground: Ground) -> None:
    """Also where the copies are the same before and after."""
    ground.once(WRITE, lambda: ground.aim(1))
    with pytest.raises(Conflict) as refusal:
        ground.aim(1)
    assert refusal.value.current_version == 2


def test_a_project_that_is_deleted_while_it_is_copied_stays_deleted(ground: Ground) -> None:
    ground.aim(2)
    settling = ground.replication.settle(PROJECT_ID)
    next(settling)
    ground.projects.mark_deleted(PROJECT_ID, now=NOW)
    for _step in settling:
        pass
    for copy in range(2):
        project = ground.knowing_reader(copy).read(ALL).project
        assert project is not None
        assert not project.is_active


def test_an_update_of_what_is_copied_is_refused() -> None:
    """It would leave a fragment in a copy that is still being filled."""
    update: Any = {"Update": {"TableName": TABLE, "Key": tool_key(PROJECT_ID, "x")}}
    with pytest.raises(ValueError, match="put whole"):
        list(copied(TABLE, [update], [1]))
