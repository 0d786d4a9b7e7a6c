"""What the authorizing read knows of before: never more than what is read now says itself."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gatehouse.aws.authority import MAX_KNOWN, DynamoAuthority
from gatehouse.aws.integrations import DynamoIntegrations
from gatehouse.aws.members import DynamoMembers
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.tools import DynamoTools
from gatehouse.ports.authority import Authority, Wanted
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.samples import ADA, INTEGRATION, INTEGRATION_ID, LOOKUP, NOW, PROJECT, PROJECT_ID, stored

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb

WANTED = Wanted(
    project_id=PROJECT_ID,
    integration_id=INTEGRATION_ID,
    member_external_id=ADA.external_id,
    tool_name=LOOKUP.name,
)


@pytest.fixture(params=["dynamodb", "wire_dynamodb"])
def reader(request: pytest.FixtureRequest) -> "DynamoAuthority":
    writes = audited(request.getfixturevalue("dynamodb"))
    DynamoProjects(*writes).create(PROJECT)
    DynamoIntegrations(*writes).create(INTEGRATION)
    DynamoTools(*writes).create(stored(LOOKUP))
    client: DynamoDb = request.getfixturevalue(request.param)
    return DynamoAuthority(client, TABLE)


def test_whatever_is_taken_away_is_gone_for_the_very_next_read(
    reader: DynamoAuthority, request: pytest.FixtureRequest
) -> None:
    writes = audited(request.getfixturevalue("dynamodb"))
    projects, integrations = DynamoProjects(*writes), DynamoIntegrations(*writes)
    tools, members = DynamoTools(*writes), DynamoMembers(*writes)
    tool = stored(LOOKUP)
    off = replace(tool, is_enabled=False, version=2)
    steps: list[tuple[Callable[[], object], Callable[[Authority], bool]]] = [
        (lambda: None, lambda found: found.tool == tool and found.member is None),
        (lambda: tools.replace(off, expected_version=1), lambda found: found.tool == off),
        (
            lambda: tools.replace(replace(tool, version=3), expected_version=2),
            lambda found: found.tool == replace(tool, version=3),
        ),
        (lambda: tools.delete(PROJECT_ID, LOOKUP.name), lambda found: found.tool is None),
        (lambda: tools.create(tool), lambda found: found.tool == tool),
        (
            lambda: members.upsert(PROJECT_ID, ADA, now=NOW),
            lambda found: bool(found.member and not found.member.blocked_at),
        ),
        (
            lambda: members.block(PROJECT_ID, ADA.external_id, now=NOW),
            lambda found: bool(found.member and found.member.blocked_at),
        ),
        (
            lambda: integrations.delete(PROJECT_ID, INTEGRATION_ID),
            lambda found: found.integration is None,
        ),
        (
            lambda: projects.mark_deleted(PROJECT_ID, now=NOW),
            lambda found: bool(found.project and not found.project.is_active),
        ),
    ]
    for step, holds in steps:
        step()
        assert holds(reader.read(WANTED))
        assert holds(reader.read(WANTED))


def test_what_was_wanted_by_one_is_not_what_another_is_given(reader: DynamoAuthority) -> None:
    for _ in range(2):
        assert reader.read(WANTED).tool == stored(LOOKUP)
        assert reader.read(WANTED._replace(tool_name=None)).tool is None
        assert reader.read(WANTED._replace(tool_name="unknown")).tool is None
        assert reader.read(WANTED._replace(integration_id=None)).integration is None
        assert reader.read(WANTED._replace(project_id="Proj0002")) == Authority()


def test_no_more_is_known_than_there_is_room_for(reader: DynamoAuthority) -> None:
    for number in range(MAX_KNOWN + 10):
        reader.read(WANTED._replace(tool_name=f"unknown-{number}"))
    assert len(reader.known) == MAX_KNOWN
    assert reader.read(WANTED).tool == stored(LOOKUP)


def test_the_lean_client_says_the_same_in_the_same_objects_until_it_changes(
    request: pytest.FixtureRequest,
) -> None:
    writes = audited(request.getfixturevalue("dynamodb"))
    DynamoProjects(*writes).create(PROJECT)
    DynamoTools(*writes).create(stored(LOOKUP))
    reader = DynamoAuthority(request.getfixturevalue("wire_dynamodb"), TABLE)
    before = reader.read(WANTED)
    assert reader.read(WANTED) is before
    DynamoTools(*writes).delete(PROJECT_ID, LOOKUP.name)
    assert reader.read(WANTED) is not before
