"""Rows to come."""

from typing import Final

from gatehouse_cli.commands import Group

GROUPS: Final[tuple[Group, ...]] = ()
