"""What the authorizing read says of the last change: pages of lists are kept by it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.prompts import DynamoPrompts
from gatehouse.aws.resources import DynamoResources
from gatehouse.aws.tools import DynamoTools
from gatehouse.domain.errors import NotFound
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.ports.authority import LatestChange, Wanted
from tests.audited import AUTHOR, audited
from tests.contract.conftest import TABLE
from tests.offers import GUIDE, PROMPT, stored_prompt, stored_resource
from tests.samples import LOOKUP, PROJECT, PROJECT_ID, stored

WANTED = Wanted(project_id=PROJECT_ID, latest_change=True)
Read = Callable[[], LatestChange | None]


@pytest.fixture(params=["dynamodb", "wire_dynamodb"])
def read(request: pytest.FixtureRequest) -> Read:
    reader = DynamoAuthority(request.getfixturevalue(request.param), TABLE)
    return lambda: reader.read(WANTED).latest_change


def test_of_a_project_that_was_never_changed_there_is_none(read: Read) -> None:
    assert read() is None


def test_it_is_read_for_those_alone_who_want_it(request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue("dynamodb")
    DynamoProjects(*audited(client)).create(PROJECT)
    found = DynamoAuthority(client, TABLE).read(Wanted(project_id=PROJECT_ID))
    assert found.project == PROJECT
    assert found.latest_change is None


def test_whatever_changes_a_list_is_another_change(
    read: Read, request: pytest.FixtureRequest
) -> None:
    writes = audited(request.getfixturevalue("dynamodb"))
    projects, tools = DynamoProjects(*writes), DynamoTools(*writes)
    prompts, resources = DynamoPrompts(*writes), DynamoResources(*writes)
    tool, prompt, guide = stored(LOOKUP), stored_prompt(PROMPT), stored_resource(GUIDE)
    strict = ProjectSettings(require_approval=True)
    steps: list[Callable[[], object]] = [
        lambda: projects.create(PROJECT),
        lambda: tools.create(tool),
        lambda: tools.replace(replace(tool, is_enabled=False, version=2), expected_version=1),
        lambda: tools.replace(replace(tool, version=3), expected_version=2),
        lambda: tools.delete(PROJECT_ID, LOOKUP.name),
        lambda: tools.create(tool),  # the same again, and yet another change
        lambda: prompts.create(prompt),
        lambda: prompts.replace(replace(prompt, is_enabled=False, version=2), expected_version=1),
        lambda: prompts.delete(PROJECT_ID, PROMPT.name),
        lambda: resources.create(guide),
        lambda: resources.replace(replace(guide, is_enabled=False, version=2), expected_version=1),
        lambda: resources.delete(PROJECT_ID, GUIDE.name),
        lambda: projects.change(PROJECT_ID, name="other", settings=strict, version=1),
    ]
    seen: list[LatestChange] = []
    for step in steps:
        step()
        found = read()
        assert found is not None
        assert found.at == AUTHOR.at
        seen.append(found)
    assert len({change.digest for change in seen}) == len(steps)


def test_a_change_that_is_refused_is_none(read: Read, request: pytest.FixtureRequest) -> None:
    writes = audited(request.getfixturevalue("dynamodb"))
    DynamoProjects(*writes).create(PROJECT)
    before = read()
    with pytest.raises(NotFound):
        DynamoTools(*writes).delete(PROJECT_ID, "unknown")
    assert read() == before
