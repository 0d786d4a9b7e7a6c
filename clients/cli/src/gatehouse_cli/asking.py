"""What commands share: the options that each has, and the gateway they ask."""

import sys
from typing import Annotated

import typer

from gatehouse_cli import profiles
from gatehouse_cli.failures import Misused
from gatehouse_cli.gateway import Gateway

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, and nothing else.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask whether it is meant.")]
ProfileName = Annotated[
    str | None, typer.Option("--profile", help="Ask as this profile, whatever the environment.")
]


def gateway(profile: str | None) -> Gateway:
    """Return the gateway of the profile that is meant."""
    return Gateway.of(profiles.chosen(profile))


def confirm(question: str, *, yes: bool) -> None:
    """Ask whether something that cannot be undone is meant.

    Raises:
        Misused: It is not, or nobody is there to be asked.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Misused(f"{question} Nobody is there to be asked: say --yes.")
    if not typer.confirm(question, err=True):
        raise Misused("Nothing was done.")
