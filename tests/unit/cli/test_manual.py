"""The manual says what the commands are."""

from pathlib import Path

from gatehouse_cli.manual import document
from tests.unit.cli.loopback import APP, gatehouse

PUBLISHED = Path(__file__).parents[3] / "docs" / "cli.md"


def test_the_manual_is_of_these_commands() -> None:
    assert PUBLISHED.read_text() == document(), "make cli-docs"


def test_every_command_has_json_and_says_what_it_does() -> None:
    for group in ("", *(each.name or "" for each in APP.registered_groups)):
        done = gatehouse(*group.split(), "--help")
        assert done.exit_code == 0
    groups = [each.typer_instance for each in APP.registered_groups]
    for made in (APP, *(each for each in groups if each)):
        for command in made.registered_commands:
            assert command.callback is not None
            assert (command.callback.__doc__ or "").strip(), command.name
