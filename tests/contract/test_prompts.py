"""What `Prompts` and their `Descriptors` promise, in memory and on DynamoDB."""

import json
from dataclasses import dataclass, replace

import pytest

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.descriptors import DynamoDescriptors
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.prompts import DynamoPrompts
from gatehouse.aws.tables import PROMPT as PREFIX
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.prompts import Prompt
from gatehouse.ports.authority import AuthorityReader, Wanted
from gatehouse.ports.offers import Descriptors, Prompts
from gatehouse.ports.projects import Projects
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.fakes.authority import MemoryAuthority
from tests.fakes.offers import MemoryEnabledPrompts, MemoryPrompts
from tests.fakes.stores import MemoryProjects
from tests.offers import PROMPT, stored_prompt
from tests.samples import NOW, PROJECT, PROJECT_ID


@dataclass
class Stores:
    projects: Projects
    prompts: Prompts
    enabled: Descriptors
    authority: AuthorityReader


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = MemoryAuthority()
        stores = Stores(
            MemoryProjects(table), MemoryPrompts(table), MemoryEnabledPrompts(table), table
        )
    else:
        client = request.getfixturevalue("dynamodb")
        reader = request.getfixturevalue(request.param)
        stores = Stores(
            DynamoProjects(*audited(client)),
            DynamoPrompts(*audited(client)),
            DynamoDescriptors(reader, TABLE, PREFIX),
            DynamoAuthority(reader, TABLE),
        )
    stores.projects.create(PROJECT)
    return stores


def named(name: str, **changes: object) -> Prompt:
    return stored_prompt(replace(PROMPT, name=name), **changes)


def test_a_prompt_is_kept_as_it_was_given(stores: Stores) -> None:
    stores.prompts.create(named("greet"))
    assert stores.prompts.get(PROJECT_ID, "greet") == named("greet")


def test_a_prompt_is_read_together_with_who_asks_for_it(stores: Stores) -> None:
    stores.prompts.create(named("greet", is_enabled=False))
    found = stores.authority.read(Wanted(project_id=PROJECT_ID, prompt_name="greet"))
    assert (found.project, found.prompt) == (PROJECT, named("greet", is_enabled=False))
    absent = stores.authority.read(Wanted(project_id=PROJECT_ID, prompt_name="other"))
    assert absent.prompt is None
    foreign = stores.authority.read(Wanted(project_id="Proj0002", prompt_name="greet"))
    assert foreign.prompt is None


def test_a_name_is_given_once(stores: Stores) -> None:
    stores.prompts.create(named("greet"))
    with pytest.raises(Conflict):
        stores.prompts.create(named("greet", is_enabled=False))
    assert stores.prompts.get(PROJECT_ID, "greet").is_enabled


def test_a_deleted_project_takes_no_prompts(stores: Stores) -> None:
    stores.projects.mark_deleted(PROJECT_ID, now=NOW)
    with pytest.raises(NotFound):
        stores.prompts.create(named("greet"))
    with pytest.raises(NotFound):
        stores.prompts.get(PROJECT_ID, "greet")


def test_a_change_replaces_the_version_it_is_based_on(stores: Stores) -> None:
    stores.prompts.create(named("greet"))
    stores.prompts.replace(named("greet", version=2, is_enabled=False), expected_version=1)
    with pytest.raises(Conflict) as refusal:
        stores.prompts.replace(named("greet", version=2), expected_version=1)
    assert refusal.value.current_version == 2
    assert not stores.prompts.get(PROJECT_ID, "greet").is_enabled


def test_what_is_not_there_is_neither_changed_nor_deleted(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.prompts.replace(named("greet", version=2), expected_version=1)
    with pytest.raises(NotFound):
        stores.prompts.delete(PROJECT_ID, "greet")
    with pytest.raises(NotFound):
        stores.prompts.get(PROJECT_ID, "greet")


def test_a_deleted_prompt_is_gone_for_owner_and_clients(stores: Stores) -> None:
    stores.prompts.create(named("greet"))
    stores.prompts.delete(PROJECT_ID, "greet")
    assert not stores.prompts.page(PROJECT_ID, after=None, limit=5).items
    assert not stores.enabled.page(PROJECT_ID, after=None, limit=5).items
    stores.prompts.create(named("greet"))


def test_prompts_are_listed_by_name_and_clients_see_enabled_ones(stores: Stores) -> None:
    for name in ("c", "b", "a"):
        stores.prompts.create(named(name, is_enabled=name != "b"))
    first = stores.prompts.page(PROJECT_ID, after=None, limit=2)
    assert ([each.definition.name for each in first.items], first.next_after) == (["a", "b"], "b")
    shown = stores.enabled.page(PROJECT_ID, after=None, limit=5).items
    assert [json.loads(text)["name"] for text in shown] == ["a", "c"]
