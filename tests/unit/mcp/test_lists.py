"""What lists have read along, so that pages of before may serve again."""

from dataclasses import replace

import pytest

from gatehouse.ports.authority import LatestChange
from gatehouse.usecases.kept_pages import SETTLED_SECONDS
from tests.offers import GUIDE, NOTE, PROMPT, stored_prompt, stored_resource
from tests.samples import LOOKUP, NOW, PROJECT_ID, stored
from tests.unit.mcp.world import World

CHANGE = LatestChange(digest="a" * 64, at=NOW - SETTLED_SECONDS)


def named(world: World, list_of: str, member: str) -> list[str]:
    return [item["name"] for item in world.legacy(list_of).result[member]]


def test_a_list_of_before_serves_until_something_changes() -> None:
    world = World()
    world.table.changes[PROJECT_ID] = CHANGE
    before = named(world, "tools/list", "tools")
    world.table.tools[PROJECT_ID, "new"] = stored(replace(LOOKUP, name="new"))
    assert named(world, "tools/list", "tools") == before
    world.table.changes[PROJECT_ID] = replace(CHANGE, digest="b" * 64)
    assert named(world, "tools/list", "tools") == sorted([*before, "new"])


@pytest.mark.parametrize(
    ("list_of", "member"),
    [
        ("tools/list", "tools"),
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
        ("resources/templates/list", "resourceTemplates"),
    ],
)
def test_every_kind_of_list_is_kept_and_read_again_after_a_change(
    list_of: str, member: str
) -> None:
    world = World()
    world.offer(stored_prompt(PROMPT), *map(stored_resource, (GUIDE, NOTE)))
    world.table.changes[PROJECT_ID] = CHANGE
    before = named(world, list_of, member)
    assert before
    for kind in (world.table.tools, world.table.prompts, world.table.resources):
        kind.clear()
    assert named(world, list_of, member) == before
    world.table.changes[PROJECT_ID] = replace(CHANGE, digest="b" * 64)
    assert named(world, list_of, member) == []


def test_a_page_of_before_is_shown_to_nobody_who_is_not_let_in() -> None:
    world = World()
    world.table.changes[PROJECT_ID] = CHANGE
    named(world, "tools/list", "tools")
    world.table.integrations.clear()
    assert world.legacy("tools/list").status == 401


def many() -> World:
    """A project with a page of tools that is long enough to be compressed, and another page."""
    world = World()
    world.table.changes[PROJECT_ID] = CHANGE
    for number in range(110):
        world.add(replace(LOOKUP, name=f"tool-{number:03}", description="schläft nie ☃" * 20))
    return world


@pytest.mark.parametrize("era", ["legacy", "modern"])
def test_a_kept_page_is_compressed_for_those_who_take_it(era: str) -> None:
    world = many()
    send = getattr(world, era)
    plain, _compressed, packed = (send("tools/list", accept_encoding="gzip") for _ in range(3))
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == "application/json"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert packed.json == plain.json
    assert len(packed.json["result"]["tools"]) == 100
    assert send("tools/list").json == plain.json


@pytest.mark.parametrize("said", ["identity", "br", "gzip;q=0", "gzip; q=0.000", "gzipped", "*"])
def test_who_does_not_ask_for_gzip_is_sent_none(said: str) -> None:
    world = many()
    *_, answer = (world.legacy("tools/list", accept_encoding=said) for _ in range(3))
    assert "content-encoding" not in answer.headers
    assert len(answer.json["result"]["tools"]) == 100


def test_a_page_of_few_tools_and_a_list_in_a_batch_are_sent_as_they_are() -> None:
    few = World()
    few.table.changes[PROJECT_ID] = CHANGE
    for _ in range(3):
        assert "content-encoding" not in few.legacy("tools/list", accept_encoding="gzip").headers
    world = many()
    message = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}'
    *_, batch = (world.send(f"[{message}]", accept_encoding="gzip") for _ in range(3))
    assert "content-encoding" not in batch.headers
    assert len(batch.json[0]["result"]["tools"]) == 100
