"""The command `gatehouse`: how its commands are registered, and where it starts.

Commands that ask the management API for one thing are rows of `gatehouse_cli.table`: a new route
is a new row. Others are functions; `OWN` lists them by group and name, and each is wrapped so that
its failures are told (`failures.told`).
"""

import sys
from collections.abc import Callable
from typing import Any, Final

import typer

from gatehouse_cli import (
    accounts,
    granting,
    importing,
    minting,
    proving,
    rotating,
    tailing,
    warranting,
)
from gatehouse_cli.commands import Group
from gatehouse_cli.failures import told
from gatehouse_cli.preflight.command import preflight
from gatehouse_cli.running import runnable
from gatehouse_cli.table import GROUPS

OWN: Final[tuple[tuple[str, str, Callable[..., Any]], ...]] = (
    ("", "login", accounts.login),
    ("", "logout", accounts.logout),
    ("", "preflight", preflight),
    ("profiles", "list", accounts.list_profiles),
    ("profiles", "use", accounts.use_profile),
    ("tools", "import", importing.import_document),
    ("calls", "tail", tailing.tail),
    ("keys", "rotate", rotating.rotate),
    ("keys", "rotate-assertion", rotating.rotate_assertion),
    ("audit", "export", proving.export_audit),
    ("audit", "verify", proving.verify),
    ("receipts", "export", proving.export_receipts),
    ("receipts", "verify", proving.verify_receipts),
    ("warrants", "published", proving.published),
    ("warrant", "inspect", warranting.inspect),
    ("warrant", "explain", warranting.explain),
    ("warrant", "mint", granting.mint),
    ("warrant", "grant", granting.grant),
    ("session", "mint", minting.mint),
)
"""Group ("" for none), name, function."""

OWN_GROUPS: Final = {
    "profiles": "The Gatehouses you know, and with what you ask them.",
    "receipts": "What was decided about warrants, taken along and verified on this machine.",
    "session": "A member's session, as your backend gets it.",
    "warrant": "Read, explain, mint and hand on warrants on this machine; nobody is asked.",
}
"""Groups without a row."""


def build() -> typer.Typer:
    """Return the application with all its commands."""
    app = typer.Typer(
        name="gatehouse",
        help="Manage a Gatehouse. Statuses: 0 done, 1 refused, 2 misused, 3 not reached.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode="markdown",
    )
    groups = {"": app, **{group.name: _group(app, group) for group in GROUPS}}
    for name, text in OWN_GROUPS.items():
        groups[name] = typer.Typer(help=text, no_args_is_help=True)
        app.add_typer(groups[name], name=name)
    for group, name, function in OWN:
        groups[group].command(name)(told(function))
    return app


def _group(app: typer.Typer, group: Group) -> typer.Typer:
    made = typer.Typer(help=group.help, no_args_is_help=True)
    for command in group.commands:
        made.command(command.name)(runnable(command))
    app.add_typer(made, name=group.name)
    return made


def main() -> None:
    """Run the command that the process was started with."""
    try:
        build()(prog_name="gatehouse")
    except KeyboardInterrupt:
        sys.exit(130)
