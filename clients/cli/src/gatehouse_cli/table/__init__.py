"""The table of commands: each row is a route of the management API, asked for by name."""

from typing import Final

from gatehouse_cli.commands import Group
from gatehouse_cli.table import apps, calls, offers, people, projects, warrants

GROUPS: Final[tuple[Group, ...]] = (
    *projects.GROUPS,
    *offers.GROUPS,
    *calls.GROUPS,
    *warrants.GROUPS,
    *people.GROUPS,
    *apps.GROUPS,
)
