"""What `Tools` and `Descriptors` promise, in memory and on DynamoDB."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.descriptors import DynamoDescriptors
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.tables import TOOL_DEFINITION, tool_definition_key, tool_key
from gatehouse.aws.tools import DynamoTools
from gatehouse.domain.errors import Conflict, NotFound, Unavailable
from gatehouse.domain.imports import ImportedFrom
from gatehouse.domain.sealing import RetiringSecret, SealedSecret
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_policies import WarrantMode
from gatehouse.ports.authority import Wanted
from gatehouse.ports.offers import Descriptors, Tools
from gatehouse.ports.projects import Projects
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryEnabledTools, MemoryProjects, MemoryTools
from tests.samples import LOOKUP, NOW, PROJECT, PROJECT_ID, stored

SEALED = SealedSecret(wrapped_key=b"w" * 184, nonce=b"n" * 12, ciphertext=b"c" * 40)


@dataclass
class Stores:
    projects: Projects
    tools: Tools
    enabled: Descriptors
    approved: Descriptors


def dynamo(request: pytest.FixtureRequest) -> Stores:
    client = request.getfixturevalue("dynamodb")
    reader = request.getfixturevalue(getattr(request, "param", "dynamodb"))
    return Stores(
        DynamoProjects(*audited(client)),
        DynamoTools(*audited(client)),
        DynamoDescriptors(reader, TABLE, TOOL_DEFINITION),
        DynamoDescriptors(reader, TABLE, TOOL_DEFINITION, only_approved=True),
    )


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = MemoryAuthority()
        stores = Stores(
            MemoryProjects(table),
            MemoryTools(table),
            MemoryEnabledTools(table),
            MemoryEnabledTools(table, only_approved=True),
        )
    else:
        stores = dynamo(request)
    stores.projects.create(PROJECT)
    return stores


def named(name: str, **changes: object) -> Tool:
    return stored(replace(LOOKUP, name=name), **changes)


def test_a_tool_is_kept_as_it_was_given(stores: Stores) -> None:
    tool = named("lookup", sealed_secret=SEALED)
    stores.tools.create(tool)
    assert stores.tools.get(PROJECT_ID, "lookup") == tool


def test_approval_and_the_secret_before_are_kept_too(stores: Stores) -> None:
    before = replace(SEALED, ciphertext=b"d" * 40)
    tool = named(
        "lookup",
        sealed_secret=SEALED,
        retiring_secret=RetiringSecret(sealed=before, until=NOW + 60),
        approved_digest="d" * 64,
    )
    stores.tools.create(tool)
    assert stores.tools.get(PROJECT_ID, "lookup") == tool
    plain = replace(tool, retiring_secret=None, approved_digest=None, version=2)
    stores.tools.replace(plain, expected_version=1)
    assert stores.tools.get(PROJECT_ID, "lookup") == plain


def test_what_a_tool_asks_of_warrants_is_kept(stores: Stores) -> None:
    tool = stored(LOOKUP, warrant_mode=WarrantMode.ENFORCE, allow_equal_calls=True)
    stores.tools.create(tool)
    assert stores.tools.get(PROJECT_ID, LOOKUP.name) == tool


def test_where_a_tool_was_imported_from_is_kept(stores: Stores) -> None:
    source = ImportedFrom(
        document="Pets", url="https://e.example/a", operation="GET /a", digests={"base_url": "0a"}
    )
    stores.tools.create(stored(LOOKUP, imported_from=source))
    assert stores.tools.get(PROJECT_ID, LOOKUP.name).imported_from == source


def test_of_approved_tools_those_are_listed_that_are_as_they_were_approved(stores: Stores) -> None:
    approved = named("approved", approved_digest=named("approved").digest)
    stores.tools.create(approved)
    stores.tools.create(named("changed", approved_digest="d" * 64))
    stores.tools.create(named("new"))
    off = named("off", approved_digest=named("off").digest, is_enabled=False)
    stores.tools.create(off)
    [shown] = stores.approved.page(PROJECT_ID, after=None, limit=10).items
    assert json.loads(shown)["name"] == "approved"
    assert len(stores.enabled.page(PROJECT_ID, after=None, limit=10).items) == 3


def test_a_name_is_given_once(stores: Stores) -> None:
    stores.tools.create(named("lookup"))
    with pytest.raises(Conflict):
        stores.tools.create(named("lookup", is_enabled=False))
    assert stores.tools.get(PROJECT_ID, "lookup").is_enabled


def test_a_deleted_project_takes_no_tools(stores: Stores) -> None:
    stores.projects.mark_deleted(PROJECT_ID, now=NOW)
    with pytest.raises(NotFound):
        stores.tools.create(named("lookup"))
    with pytest.raises(NotFound):
        stores.tools.get(PROJECT_ID, "lookup")


def test_a_change_replaces_the_version_it_is_based_on(stores: Stores) -> None:
    stores.tools.create(named("lookup", sealed_secret=SEALED))
    changed = named("lookup", version=2, is_enabled=False)
    stores.tools.replace(changed, expected_version=1)
    assert stores.tools.get(PROJECT_ID, "lookup") == changed


def test_a_change_of_an_old_version_tells_the_current_one(stores: Stores) -> None:
    stores.tools.create(named("lookup", version=7))
    with pytest.raises(Conflict) as refusal:
        stores.tools.replace(named("lookup", version=6), expected_version=5)
    assert refusal.value.current_version == 7
    assert stores.tools.get(PROJECT_ID, "lookup").version == 7


def test_what_is_not_there_is_neither_changed_nor_deleted(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.tools.replace(named("lookup", version=2), expected_version=1)
    with pytest.raises(NotFound):
        stores.tools.delete(PROJECT_ID, "lookup")
    with pytest.raises(NotFound):
        stores.tools.get(PROJECT_ID, "lookup")


def test_a_deleted_tool_is_gone_for_owner_and_models(stores: Stores) -> None:
    stores.tools.create(named("lookup"))
    stores.tools.delete(PROJECT_ID, "lookup")
    assert not stores.tools.page(PROJECT_ID, after=None, limit=5).items
    assert not stores.enabled.page(PROJECT_ID, after=None, limit=5).items
    stores.tools.create(named("lookup"))


def test_tools_are_listed_by_name_page_by_page(stores: Stores) -> None:
    names = ["A", "B-1", "a", "b_2"]
    for name in reversed(names):
        stores.tools.create(named(name))
    first = stores.tools.page(PROJECT_ID, after=None, limit=3)
    assert ([tool.definition.name for tool in first.items], first.next_after) == (names[:3], "a")
    rest = stores.tools.page(PROJECT_ID, after="a", limit=3)
    assert ([tool.definition.name for tool in rest.items], rest.next_after) == (names[3:], None)


def test_models_see_enabled_tools_only_in_full_pages(stores: Stores) -> None:
    for number in range(9):
        stores.tools.create(named(f"tool-{number}", is_enabled=number % 2 == 0))
    names, after = [], None
    while True:
        page = stores.enabled.page(PROJECT_ID, after=after, limit=2)
        names.append([json.loads(text)["name"] for text in page.items])
        after = page.next_after
        if after is None:
            break
    assert names == [["tool-0", "tool-2"], ["tool-4", "tool-6"], ["tool-8"]]


def test_of_two_writers_exactly_one_wins(request: pytest.FixtureRequest) -> None:
    stores = dynamo(request)
    stores.projects.create(PROJECT)
    stores.tools.create(named("lookup"))

    def write(number: int) -> int | None:
        changed = stored(replace(LOOKUP, name="lookup", description=f"by {number}"), version=2)
        try:
            stores.tools.replace(changed, expected_version=1)
        except Conflict as conflict:
            return conflict.current_version
        return None

    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(write, range(8)))
    winners = [number for number, current in enumerate(told) if current is None]
    assert len(winners) == 1
    assert told.count(2) == 7
    kept = stores.tools.get(PROJECT_ID, "lookup")
    assert (kept.version, kept.definition.description) == (2, f"by {winners[0]}")


def test_of_two_creators_exactly_one_wins(request: pytest.FixtureRequest) -> None:
    stores = dynamo(request)
    stores.projects.create(PROJECT)

    def create(_number: int) -> bool:
        try:
            stores.tools.create(named("lookup"))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(create, range(8))) == 1


def test_halves_of_two_writes_are_never_put_together(request: pytest.FixtureRequest) -> None:
    stores = dynamo(request)
    stores.projects.create(PROJECT)
    stores.tools.create(named("lookup"))
    client = request.getfixturevalue("dynamodb")
    client.update_item(
        TableName=TABLE,
        Key=tool_definition_key(PROJECT_ID, "lookup"),
        UpdateExpression="SET digest = :other",
        ExpressionAttributeValues={":other": {"S": "0" * 64}},
    )
    with pytest.raises(Unavailable):
        stores.tools.get(PROJECT_ID, "lookup")
    with pytest.raises(Unavailable):
        stores.tools.page(PROJECT_ID, after=None, limit=5)
    with pytest.raises(Unavailable):
        DynamoAuthority(client, TABLE).read(Wanted(project_id=PROJECT_ID, tool_name="lookup"))


def test_what_decides_about_a_tool_stays_below_4_kb(request: pytest.FixtureRequest) -> None:
    stores = dynamo(request)
    stores.projects.create(PROJECT)
    largest = replace(SEALED, ciphertext=b"c" * (1024 + 16))
    stores.tools.create(named("n" * 64, sealed_secret=largest))
    item = request.getfixturevalue("dynamodb").get_item(
        TableName=TABLE, Key=tool_key(PROJECT_ID, "n" * 64)
    )["Item"]
    size = sum(len(name) + len(str(*value.values())) for name, value in item.items())
    assert size <= 4096
