"""What a command of the table is: one route of the management API, and how it is asked for.

A row says everything; `running` makes the command of it. Path parameters become arguments. A route
that takes a body takes it from `--from FILE`, `--set field=value` and the row's own options,
the later ones over the earlier.
"""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

Kind = type[str] | type[int] | type[bool] | type[list[str]] | type[Path]
"""Of an option's value; of a `Path`, the file's text is what is sent."""

WITH_BODY: Final = frozenset({"POST", "PATCH", "PUT"})
_NONE: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option of a command; `field` is what it is called in the query or body."""

    flag: str
    field: str
    help: str
    kind: Kind = str


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command of a group.

    Attributes:
        name: What it is called within its group.
        route: Method and path, such as "GET /api/v1/prompts/{id}".
        help: What it does, in one sentence.
        columns: Of the table; a list of items has some, an object none.
        options: Its own, beside `--json`, `--profile` and what its kind brings along.
        named: The prefix of ids that are made of names, where a name may be given too.
        fixed: What is always sent in the body.
        once: Fields of the answer that are secrets and never shown again.
        confirms: What is asked before it is done; `{}` is the arguments.
        keeps: Fields that a replacement keeps unless it says otherwise.
        is_paged: Whether the list comes in pages.
        is_versioned: Whether a change names the version it is based on.
        takes_body: Whether there is more to send than `fixed`.
    """

    name: str
    route: str
    help: str
    columns: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    named: str | None = None
    fixed: Mapping[str, object] = field(default_factory=lambda: _NONE)
    once: tuple[str, ...] = ()
    confirms: str | None = None
    keeps: tuple[str, ...] = ()
    is_paged: bool = True
    is_versioned: bool = False
    takes_body: bool = True

    @property
    def method(self) -> str:
        """The HTTP method."""
        return self.route.split()[0]

    @property
    def path(self) -> str:
        """The path, with its parameters in braces."""
        return self.route.split()[1]

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the path's parameters, in order."""
        return tuple(re.findall(r"\{(\w+)\}", self.path))

    @property
    def has_body(self) -> bool:
        """Whether the user may say what is sent."""
        return self.method in WITH_BODY and self.takes_body


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Commands about one kind of thing."""

    name: str
    help: str
    commands: tuple[Command, ...]


def named_id(prefix: str, name: str) -> str:
    """Return the id of something whose id is made of its name."""
    return prefix + urlsafe_b64encode(name.encode()).rstrip(b"=").decode()
