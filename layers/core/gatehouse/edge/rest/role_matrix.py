"""Who may ask for what: the table of roles and routes, from the code that decides."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from gatehouse.domain.roles import KEY_ACTIONS, Action, Role
from gatehouse.edge.rest.openapi import DESCRIBED
from gatehouse.edge.rest.routing import Access, Route

KEY: Final = "API key"
ADMINISTRATOR: Final = "administrator"
HOLD: Final[Mapping[str, frozenset[Action]]] = MappingProxyType(
    {
        **{role.value: role.actions for role in Role},
        KEY: KEY_ACTIONS,
        ADMINISTRATOR: frozenset(Action),
    }
)
"""What each kind of principal holds; service apps and custom roles hold what they are granted."""

_HEAD: Final = """# Roles

Who may ask the management API for what. This page is made from the code (`make roles`), and a test
tries every line of it on the deployed template.

- A person has one role in a project, and may hold roles that the project made up of single actions
  (`PUT /api/v1/roles/{name}`), which add to it. A guest holds nothing but what is shared with them.
- An API key means one with the scope `manage`. A service app holds, in each of its projects, the
  actions that it was granted, and nothing else.
- An administrator of the deployment is one by the bootstrap admin token (`/admin/v1` alone) or by
  signing in; then `X-Gatehouse-Project` names the project for `/api/v1`.
- Nobody grants, changes or takes away more than they hold. Only owners decide who is an owner, and
  a project keeps at least one.

A refusal is 403 and names the action; where no action would do (`/admin/v1`), 403 for people and
401 for keys.

## Actions
"""


def allows(principal: str, route: Route) -> bool:
    """Say whether a kind of principal may use a route."""
    match route.access:
        case Action():
            return route.access in HOLD[principal]
        case Access.ADMIN:
            return principal == ADMINISTRATOR
        case Access.EXCHANGE:
            return principal == KEY
        case _:
            return True


def document() -> str:
    """Return the page, in Markdown."""
    return "\n".join([_HEAD, *_actions(), "", "## Routes", "", *_routes(), ""])


def _actions() -> Iterator[str]:
    yield from _heading("action")
    for action in Action:
        yield _line(f"`{action}`", [_mark(yes=action in held) for held in HOLD.values()])


def _routes() -> Iterator[str]:
    yield from _heading("call | action")
    for route in DESCRIBED:
        if route.access is not Access.PUBLIC:
            needed = f"`{route.access}`" if isinstance(route.access, Action) else route.access
            cells = [_cell(principal, route) for principal in HOLD]
            yield _line(f"{route.method} {route.path} | {needed}", cells)


def _cell(principal: str, route: Route) -> str:
    is_person = principal in set(Role)
    if route.shared is not None and is_person and not allows(principal, route):
        return f"shared ({route.shared.permission})"
    return _mark(yes=allows(principal, route))


def _heading(first: str) -> Iterator[str]:
    yield _line(first, list(HOLD))
    yield "|".join(["", *["---"] * (first.count("|") + 1), *[":-:"] * len(HOLD), ""])


def _line(first: str, cells: list[str]) -> str:
    return f"| {first} | {' | '.join(cells)} |"


def _mark(*, yes: bool) -> str:
    return "yes" if yes else ""
