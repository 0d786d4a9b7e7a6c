"""The table of pages: what the console shows, what its menu lists, what tests try."""

from collections.abc import Mapping, Sequence
from typing import Final

from gatehouse.edge.console.pages import Heading, Page, Where
from gatehouse.edge.console.sections.access import ACCESS
from gatehouse.edge.console.sections.apps import APPS
from gatehouse.edge.console.sections.calls import CALLS
from gatehouse.edge.console.sections.content import CONTENT
from gatehouse.edge.console.sections.deployment import DEPLOYMENT
from gatehouse.edge.console.sections.oversight import OVERSIGHT
from gatehouse.edge.console.sections.overview import OVERVIEW
from gatehouse.edge.console.sections.people import PEOPLE
from gatehouse.edge.console.sections.sharing import SHARING
from gatehouse.edge.console.sections.standing import STANDING
from gatehouse.edge.console.sections.tools import TOOLS
from gatehouse.edge.console.sections.warrants import WARRANTS

PAGES: Final[tuple[Page, ...]] = (
    *OVERVIEW, *TOOLS, *CONTENT, *CALLS, *ACCESS, *WARRANTS, *PEOPLE, *SHARING, *OVERSIGHT,
    *STANDING, *DEPLOYMENT, *APPS,
)  # fmt: skip
"""The first whose path fits is meant, so a fixed path stands before one with a parameter."""


def _menu(where: Where) -> Mapping[Heading, Sequence[Page]]:
    listed = [page for page in PAGES if page.menu and page.where is where]
    grouped = {heading: [page for page in listed if page.under is heading] for heading in Heading}
    return {heading: entries for heading, entries in grouped.items() if entries}


MENU: Final[Mapping[Where, Mapping[Heading, Sequence[Page]]]] = {
    where: _menu(where) for where in Where
}
"""The entries of the menu under their headings, each in the order of `PAGES`."""
SAID: Final[Mapping[str, str]] = {do.name: do.says for page in PAGES for do in page.actions}
"""What is said once a form did what it says; the names of forms differ over all pages."""
