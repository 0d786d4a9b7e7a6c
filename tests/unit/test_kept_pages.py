"""Pages that an instance keeps, and when it does not."""

import json
from dataclasses import replace

import pytest

from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.projects import Project
from gatehouse.ports.authority import LatestChange
from gatehouse.ports.pages import Page
from gatehouse.usecases.kept_pages import KEPT_SECONDS, SETTLED_SECONDS, KeptPages, ListPage, Which
from gatehouse.usecases.list_offered import ListOffered
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryEnabledTools
from tests.samples import LOOKUP, NOW, PROJECT, PROJECT_ID, stored

LONG_AGO = LatestChange(digest="a" * 64, at=NOW - SETTLED_SECONDS)
STRICT = replace(PROJECT, settings=ProjectSettings(require_approval=True))


class Table(MemoryAuthority):
    """Tools that are listed, and how often they were."""

    def __init__(self, *names: str) -> None:
        super().__init__(
            tools={(PROJECT_ID, name): stored(replace(LOOKUP, name=name)) for name in names}
        )
        self.now = NOW
        self.pages = 0
        self.run = ListOffered(
            descriptors=Counted(self),
            kind="tools/list",
            clock=lambda: self.now,
            approved=Counted(self, only_approved=True),
        )

    def listed(
        self,
        change: LatestChange | None = LONG_AGO,
        *,
        project: Project = PROJECT,
        cursor: str | None = None,
    ) -> list[str]:
        page = self.run(project, cursor=cursor, change=change)
        return [item["name"] for item in json.loads(page.items)]


class Counted:
    """Descriptors of a table that notes when it is read."""

    def __init__(self, table: Table, *, only_approved: bool = False) -> None:
        self.table = table
        self.tools = MemoryEnabledTools(table, only_approved=only_approved)

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        self.table.pages += 1
        return self.tools.page(project_id, after=after, limit=limit)


def test_a_page_is_read_once_while_nothing_changes() -> None:
    table = Table("a", "b")
    assert [table.listed() for _ in range(3)] == [["a", "b"]] * 3
    assert table.pages == 1


def test_a_change_shows_in_the_very_next_list() -> None:
    table = Table("a", "b")
    table.listed()
    del table.tools[PROJECT_ID, "a"]
    assert table.listed(replace(LONG_AGO, digest="b" * 64)) == ["b"]


def test_of_the_minute_after_a_change_no_page_is_kept() -> None:
    table = Table("a", "b")
    just_now = replace(LONG_AGO, at=NOW - SETTLED_SECONDS + 1)
    assert table.listed(just_now) == ["a", "b"]  # as if the rest of the change came into sight now
    del table.tools[PROJECT_ID, "a"]
    assert table.listed(just_now) == ["b"]
    table.now += SETTLED_SECONDS
    assert table.listed(just_now) == ["b"]
    assert table.pages == 3


def test_where_nothing_is_known_of_changes_every_list_is_read() -> None:
    table = Table("a")
    table.listed(None)
    table.listed()
    table.listed(None)
    assert table.pages == 3


def test_no_page_is_kept_for_long_whatever_is_said_of_changes() -> None:
    table = Table("a")
    table.listed()
    table.now += KEPT_SECONDS - 1
    table.listed()
    assert table.pages == 1
    table.now += 1
    table.listed()
    assert table.pages == 2


def test_a_clock_that_was_set_back_keeps_nothing_alive() -> None:
    table = Table("a")
    table.listed()
    table.now -= 1
    table.listed(replace(LONG_AGO, at=0))
    assert table.pages == 2


def test_nobody_is_shown_a_page_of_another_project() -> None:
    table = Table("a")
    other = replace(PROJECT, id="Proj0002")
    assert table.listed() == ["a"]
    assert table.listed(project=other) == []


def test_what_needs_no_approval_is_not_shown_where_approval_is_asked_for() -> None:
    table = Table("a")
    assert table.listed() == ["a"]
    assert table.listed(project=STRICT) == []
    assert table.listed() == ["a"]
    assert table.pages == 2


def test_each_page_of_a_list_is_kept_by_itself() -> None:
    table = Table(*(f"tool-{number:03}" for number in range(150)))
    for _ in range(2):
        first = table.run(PROJECT, cursor=None, change=LONG_AGO)
        assert len(json.loads(first.items)) == 100
        assert table.listed(cursor=first.next_cursor) == [f"tool-{n:03}" for n in range(100, 150)]
    assert table.pages == 2


@pytest.mark.parametrize(("length", "left"), [(50, ["a", "b"]), (51, ["b"]), (101, [])])
def test_pages_take_no_more_room_than_there_is(length: int, left: list[str]) -> None:
    kept = KeptPages(max_characters=100)
    page = ListPage(items="x" * length, next_after=None)
    asked = {name: Which(name, "tools/list", is_strict=False, after=None) for name in "ab"}
    for _ in range(2):
        for which in asked.values():
            kept.keep(which, LONG_AGO, NOW, page)
    assert [name for name, which in asked.items() if kept.page(which, LONG_AGO, NOW, "")] == left
