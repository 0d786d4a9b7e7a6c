"""Which tools a caller is shown."""

import json
from dataclasses import replace

import pytest

from gatehouse.domain.cursors import InvalidCursor
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.ports.pages import Page
from gatehouse.usecases.list_offered import MAX_PAGE_BYTES, PAGE_SIZE, ListOffered
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryEnabledTools
from tests.samples import LOOKUP, NOW, PROJECT, PROJECT_ID, stored

OTHER = replace(PROJECT, id="Proj0002", pepper=b"o" * 32)


def table_of(count: int, description: str = "x") -> MemoryAuthority:
    definitions = [
        replace(LOOKUP, name=f"tool-{i:03}", description=description) for i in range(count)
    ]
    tools = {(PROJECT_ID, item.name): stored(item) for item in reversed(definitions)}
    return MemoryAuthority(tools=tools)


def lister(table: MemoryAuthority, now: int = NOW) -> ListOffered:
    return ListOffered(
        descriptors=MemoryEnabledTools(table),
        kind="tools/list",
        clock=lambda: now,
        approved=MemoryEnabledTools(table, only_approved=True),
    )


def names(items: str) -> list[str]:
    return [item["name"] for item in json.loads(items)]


def test_all_tools_are_listed_once_in_the_order_of_names() -> None:
    run = lister(table_of(250))
    listed, cursor, pages = [], None, 0
    while True:
        page = run(PROJECT, cursor=cursor)
        listed += names(page.items)
        pages += 1
        cursor = page.next_cursor
        if cursor is None:
            break
    assert listed == [f"tool-{i:03}" for i in range(250)]
    assert pages == 3
    assert PAGE_SIZE == 100


def test_a_full_last_page_is_the_last() -> None:
    assert lister(table_of(PAGE_SIZE))(PROJECT, cursor=None).next_cursor is None


def test_where_approval_is_asked_for_only_approved_definitions_are_listed() -> None:
    table = table_of(3)
    name = "tool-001"
    approved = table.tools[PROJECT_ID, name]
    table.tools[PROJECT_ID, name] = replace(approved, approved_digest=approved.digest)
    changed = table.tools[PROJECT_ID, "tool-002"]
    table.tools[PROJECT_ID, "tool-002"] = replace(changed, approved_digest="of another definition")
    strict = replace(PROJECT, settings=ProjectSettings(require_approval=True))
    assert names(lister(table)(strict, cursor=None).items) == [name]
    assert len(names(lister(table)(PROJECT, cursor=None).items)) == 3


def test_what_is_not_subject_to_approval_is_listed_all_the_same() -> None:
    run = replace(lister(table_of(2)), approved=None)
    strict = replace(PROJECT, settings=ProjectSettings(require_approval=True))
    assert len(names(run(strict, cursor=None).items)) == 2


def test_a_descriptor_tells_the_digest_of_its_definition() -> None:
    table = table_of(1)
    [descriptor] = json.loads(lister(table)(PROJECT, cursor=None).items)
    [tool] = table.tools.values()
    assert descriptor["_meta"] == {"gatehouse/digest": tool.digest}


def test_disabled_and_foreign_tools_are_not_listed() -> None:
    table = table_of(1)
    table.tools[PROJECT_ID, "off"] = stored(replace(LOOKUP, name="off"), is_enabled=False)
    table.tools["Proj0002", "theirs"] = stored(replace(LOOKUP, name="theirs"))
    assert names(lister(table)(PROJECT, cursor=None).items) == ["tool-000"]


def test_a_cursor_of_another_project_is_refused() -> None:
    run = lister(table_of(101))
    cursor = run(PROJECT, cursor=None).next_cursor
    with pytest.raises(InvalidCursor):
        run(OTHER, cursor=cursor)


def test_a_cursor_ends_after_an_hour() -> None:
    cursor = lister(table_of(101))(PROJECT, cursor=None).next_cursor
    with pytest.raises(InvalidCursor):
        lister(table_of(101), NOW + 3600)(PROJECT, cursor=cursor)


def test_a_page_ends_before_it_grows_too_large_and_nothing_is_left_out() -> None:
    table = table_of(6, "ä" * (MAX_PAGE_BYTES // 5))

    class AllAtOnce:
        def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
            return MemoryEnabledTools(table).page(project_id, after=after, limit=limit)

    run = ListOffered(descriptors=AllAtOnce(), kind="tools/list", clock=lambda: NOW)
    first = run(PROJECT, cursor=None)
    assert sum(len(item.encode()) for item in first.items) <= MAX_PAGE_BYTES
    second = run(PROJECT, cursor=first.next_cursor)
    third = run(PROJECT, cursor=second.next_cursor)
    listed = [*names(first.items), *names(second.items), *names(third.items)]
    assert listed == [f"tool-{i:03}" for i in range(6)]
    assert third.next_cursor is None
