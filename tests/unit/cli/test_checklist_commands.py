"""What the checklist says to type can be typed: each command of ours is there, with its options."""

import re
import shlex

import pytest
import typer

from gatehouse.domain.checklist.catalogue import ITEMS
from gatehouse.domain.checklist.items import Item
from gatehouse_cli.app import build

OURS = [item for item in ITEMS if item.command.startswith("gatehouse ")]


def test_most_fixes_are_commands_of_ours() -> None:
    assert len(OURS) > 25


@pytest.mark.parametrize("item", OURS, ids=lambda item: item.id)
def test_a_command_that_is_to_be_typed_is_there(item: Item) -> None:
    _, group, name, *rest = shlex.split(item.command)
    command = typer.main.get_command(build())
    for part in (group, name):
        command = command.commands[part]  # type: ignore[attr-defined]
    known = {text for parameter in command.params for text in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", " ".join(rest))) <= known
