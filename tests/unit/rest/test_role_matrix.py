"""Who may what: the published table is the one that the code makes, and it says what it should."""

from itertools import pairwise
from pathlib import Path

import pytest

from gatehouse.domain.roles import KEY_ACTIONS, ROLE_ACTIONS, Action, Role
from gatehouse.edge.rest.role_matrix import ADMINISTRATOR, HOLD, KEY, allows, document
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import Access, Route

PUBLISHED = Path(__file__).parents[3] / "docs" / "roles.md"


def test_the_published_table_is_fresh() -> None:
    assert PUBLISHED.read_text() == document(), "run `make roles`"


def test_each_role_holds_more_than_the_one_before() -> None:
    held = [ROLE_ACTIONS[role] for role in Role]
    assert all(less < more for less, more in pairwise(held))
    assert Role.GUEST.actions == frozenset()
    assert Role.OWNER.actions == frozenset(Action)


def test_what_only_people_may_do_no_key_may() -> None:
    only = {Action.PEOPLE_WRITE, Action.APPS_WRITE, Action.PROJECT_WRITE, Action.PROJECT_DELETE}
    assert frozenset(Action) - only == KEY_ACTIONS


def test_a_viewer_changes_nothing_and_sees_no_audit() -> None:
    for action in Role.VIEWER.actions:
        assert action.endswith(":read")
    assert Action.AUDIT_READ not in Role.EDITOR.actions


def test_who_makes_people_more_is_admin_at_least() -> None:
    for action in (Action.PEOPLE_WRITE, Action.INTEGRATIONS_WRITE, Action.TOOLS_APPROVE):
        assert action not in Role.EDITOR.actions
        assert action in Role.ADMIN.actions


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_every_route_says_what_it_takes(route: Route) -> None:
    under_admin = route.path.startswith("/admin/v1")
    assert under_admin == (route.access is Access.ADMIN)
    if isinstance(route.access, Action):
        verb = route.access.value.partition(":")[2]
        assert (route.method == "GET") == (verb == "read")
    elif route.access is Access.ANY_KEY:
        assert (route.method, route.path) == ("GET", "/api/v1/project")
    if route.access is not Access.PUBLIC:
        assert allows(ADMINISTRATOR, route)
    if under_admin:
        assert not any(allows(principal, route) for principal in HOLD if principal != ADMINISTRATOR)
    assert route.shared is None or route.access in HOLD[KEY]
