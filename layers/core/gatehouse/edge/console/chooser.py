"""The first page: which project."""

from collections.abc import Sequence

from gatehouse.domain.people import Person
from gatehouse.edge.console.api import Api
from gatehouse.edge.console.pages import CONSOLE, Where
from gatehouse.edge.console.render import page
from gatehouse.edge.console.table import MENU
from gatehouse.edge.http import HttpResponse
from gatehouse.edge.signin.browser import Browser
from gatehouse.usecases.list_own_projects import OwnedProject


def chooser(
    browser: Browser, person: Person, own: Sequence[OwnedProject], api: Api
) -> HttpResponse:
    """Show the projects in which somebody is something; to administrators, all of them."""
    query = {
        name: browser.request.query[name] for name in ("cursor",) if name in browser.request.query
    }
    listed = api("GET", "/admin/v1/projects", query=query) if person.is_admin else None
    values: dict[str, object] = {
        "title": "Projects",
        "person": person,
        "own": None,
        "owned": own,
        "all": listed.document if listed is not None and listed.is_good else None,
        "deployment": MENU[Where.DEPLOYMENT] if person.is_admin else {},
        "base": Where.DEPLOYMENT.value,
        "console": CONSOLE,
        "csrf_signout": browser.form_token("signout"),
        "said": None,
        "posted": None,
        "menu": {},
    }
    return page("projects.html", values)
