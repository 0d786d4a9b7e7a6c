"""What a page of the console is: a line of a table, and nothing else (see `table`)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from gatehouse.domain.json_values import JsonObject
from gatehouse.edge.console.fields import Form, Input

Answers = Mapping[str, Any]
"""What the reads of a page were answered, by their names."""

CONSOLE: Final = "/console"
GREEDY: Final = frozenset({"external_id"})
"""Path parameters that may hold slashes."""


class Where(StrEnum):
    """What a page is about; its value is where such pages begin."""

    PROJECT = f"{CONSOLE}/p/{{project_id}}"
    DEPLOYMENT = f"{CONSOLE}/deployment"
    """For administrators of the deployment."""


class Heading(StrEnum):
    """Under what the menu lists a page, in this order."""

    NONE = ""
    TOOLS = "Catalogue"
    ACCESS = "Access"
    PEOPLE = "People"
    OVERSIGHT = "Oversight"
    PROJECT = "Project"


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One GET of the management API; the template has its answer under `name`.

    `route` takes its parameters from the page's path. `query` names the fields of the page's query
    that are handed on, and `fixed` is asked always, as is
    what `about` makes of the path's parameters. Where `optional`, whoever may not read it, or
    asks for something that cannot be, sees the page without it: the template has None.
    """

    name: str
    route: str
    query: tuple[str, ...] = ()
    fixed: Mapping[str, str] | None = None
    about: Callable[[Mapping[str, str]], Mapping[str, str]] | None = None
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Do:
    """One form: what it asks of the management API, and what is shown then.

    `route` takes its parameters from the page's path, then from the form. `body` are the fields
    of the request's JSON, `query` those of its query. `confirm` names the parameter that has to be
    typed, letter by letter, before anything is asked.

    What is done is said on page `then` (by default on this one), by `says`. With `shows` the page
    is answered at once and has the API's answer as `result`: for what is shown only once, and for
    what was only looked at. A button called `instead` names another action of the page for the
    same fields: to look at what a form would do.

    With `alone` nobody is asked: it is given the form and the time, in Unix seconds, and returns
    the result, or raises `InvalidFields`.
    """

    name: str
    method: str
    route: str
    body: tuple[Input, ...] = ()
    query: tuple[str, ...] = ()
    confirm: str | None = None
    then: str | None = None
    says: str = "Saved."
    shows: bool = False
    alone: Callable[[Form, int], JsonObject] | None = None


def _as_they_are(answers: Answers) -> Answers:
    return answers


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page: where it is, what it reads, which template shows it, and its forms by name.

    `section` is the entry of the menu that it belongs to; a page that has a `menu` is one, listed
    `under` a heading. `view` may add to the answers what a template cannot work out, such as plots.
    """

    path: str
    title: str
    section: str
    template: str
    reads: tuple[Read, ...] = ()
    actions: tuple[Do, ...] = ()
    where: Where = Where.PROJECT
    menu: str | None = None
    under: Heading = Heading.NONE
    view: Callable[[Answers], Answers] = _as_they_are

    @property
    def address(self) -> str:
        """The whole path, with its parameters in braces."""
        return f"{self.where}/{self.path}".rstrip("/")

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the decoded path of a request."""
        expression = re.sub(
            r"\\\{(\w+)\\\}",
            lambda m: f"(?P<{m[1]}>{'.+' if m[1] in GREEDY else '[^/]+'})",
            re.escape(self.address),
        )
        return re.compile(expression, re.DOTALL)

    def action(self, name: str | None) -> Do | None:
        """Return the form of that name."""
        return next((each for each in self.actions if each.name == name), None)
