"""The manual says what the commands are."""

import inspect
import re
import shlex
from pathlib import Path

import pytest
import typer

from gatehouse_cli.manual import document
from tests.unit.cli.loopback import APP, gatehouse

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "cli.md"


def test_the_manual_is_of_these_commands() -> None:
    assert PUBLISHED.read_text() == document(), "make cli-docs"


def test_every_command_takes_json_and_says_what_it_does() -> None:
    assert gatehouse("--help").exit_code == 0
    groups = [each.typer_instance for each in APP.registered_groups]
    for made in (APP, *(each for each in groups if each)):
        for command in made.registered_commands:
            assert command.callback is not None
            assert (command.callback.__doc__ or "").strip(), command.name
            assert "as_json" in inspect.signature(command.callback).parameters, command.name


@pytest.mark.parametrize("page", ["README.md", "docs/cli.md"])
def test_what_pages_say_to_type_can_be_typed(page: str) -> None:
    lines = re.findall(r"^gatehouse (.+?)(?:  +#.*)?$", (ROOT / page).read_text(), re.MULTILINE)
    assert lines
    for line in lines:
        command = typer.main.get_command(APP)
        words = shlex.split(line)
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
        known = {text for parameter in command.params for text in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= known, line
