"""Each kind of principal at each route of the management API, as docs/roles.md says.

Who is let in is told that a field is unknown, whatever the route: nothing is read or changed.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import httpx
import pytest

from gatehouse.domain.roles import Action, Role
from gatehouse.edge.rest.role_matrix import ADMINISTRATOR, KEY, allows
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import WITH_BODY, Access, Route
from local.stack import LocalStack
from tests.integration.operators import Operators
from tests.integration.world import Tenant, World, bearer

pytestmark = pytest.mark.stack

GUARDED: Final = [route for route in ROUTES if route.access is not Access.PUBLIC]
GRANTED: Final = frozenset({Action.TOOLS_READ, Action.CALLS_READ, Action.PEOPLE_WRITE})
LET_IN, REFUSED, UNKNOWN = 422, 403, 401


@dataclass(frozen=True)
class Caller:
    """Somebody with a credential, and what each route is to answer them."""

    headers: Mapping[str, str] = field(repr=False)
    expected: Callable[[Route], int]

    def ask(self, http: httpx.Client, route: Route) -> httpx.Response:
        """Ask with a field that no route has."""
        path = re.sub(r"\{\w+\}", "nothing", route.path)
        if route.method in WITH_BODY:
            body = {"surplus": 1}
            return http.request(route.method, path, json=body, headers=self.headers)
        return http.request(route.method, f"{path}?surplus=1", headers=self.headers)


def by_table(principal: str) -> Callable[[Route], int]:
    """People are told that they may not; to keys there is no administration at all."""

    def expected(route: Route) -> int:
        if allows(principal, route):
            return LET_IN
        is_key = principal == KEY
        return UNKNOWN if is_key and route.access is Access.ADMIN else REFUSED

    return expected


def by_grant(actions: frozenset[Action], *, in_admin: int) -> Callable[[Route], int]:
    """Exactly what was granted, and what everybody of a project may."""

    def expected(route: Route) -> int:
        if route.access is Access.ADMIN:
            return in_admin
        is_open = route.access is Access.ANY_KEY or route.access in actions
        return LET_IN if is_open else REFUSED

    return expected


def in_admin_alone(route: Route) -> int:
    return LET_IN if route.access is Access.ADMIN else UNKNOWN


def nowhere(_route: Route) -> int:
    return UNKNOWN


@pytest.fixture(scope="module")
def callers(stack: LocalStack, world: World) -> Mapping[str, Caller]:
    """One of each kind, in one project."""
    tenant = world.tenant("Matrix")
    operators = Operators(stack, tenant)
    people = {role: operators.member(role) for role in Role}
    custom = custom_role(operators, tenant, people[Role.OWNER].token)
    administrator = operators.administrator()
    stranger = operators.member(Role.OWNER)
    gone = tenant.api("DELETE", f"/api/v1/people/{stranger.id}", key=people[Role.OWNER].token)
    assert gone.status_code == 204
    narrow = {"name": "narrow", "scopes": ["mcp", "exchange"]}
    runtime = noted(tenant, tenant.api("POST", "/api/v1/integrations", narrow), "api_key")
    app_key, app_token = app(operators, world, tenant)
    of_app = by_grant(GRANTED, in_admin=UNKNOWN)
    of_app_token = by_grant(GRANTED, in_admin=REFUSED)
    named = {"x-gatehouse-project": tenant.project_id}
    return {
        **{role: Caller(bearer(people[role].token), by_table(role)) for role in Role},
        "custom role": Caller(bearer(custom), by_grant(GRANTED, in_admin=REFUSED)),
        KEY: Caller(bearer(tenant.api_key), by_table(KEY)),
        "API key without manage": Caller(bearer(runtime), by_grant(frozenset(), in_admin=UNKNOWN)),
        "service app": Caller(bearer(app_key), of_app),
        "service app by its header": Caller({"x-service-key": app_key}, of_app),
        "service app by its token": Caller(bearer(app_token), of_app_token),
        ADMINISTRATOR: Caller({**bearer(administrator.token), **named}, by_table(ADMINISTRATOR)),
        "bootstrap token": Caller(bearer(world.admin_token), in_admin_alone),
        "stranger": Caller(bearer(stranger.token), by_stranger),
        "member": Caller(bearer(tenant.session("a-member")), nowhere),
        "nobody": Caller({}, nowhere),
    }


def by_stranger(route: Route) -> int:
    """Somebody who was an owner: their token is genuine, and its session has ended."""
    return nowhere(route)


def custom_role(operators: Operators, tenant: Tenant, owner: str) -> str:
    """Somebody who is a guest, and holds a role that the project made up."""
    body = {"actions": sorted(GRANTED)}
    made = tenant.api("PUT", "/api/v1/roles/mixed", body, key=owner)
    assert made.status_code == 200, made.text
    return operators.member(Role.GUEST, "mixed").token


def app(operators: Operators, world: World, tenant: Tenant) -> tuple[str, str]:
    """A service app's key, and a token that it got for it."""
    grants = [{"project_id": tenant.project_id, "actions": sorted(GRANTED)}]
    body = {"name": f"matrix-{tenant.project_id.lower()}", "grants": grants}
    made = world.admin("POST", "/admin/v1/apps", body)
    assert made.status_code == 201, made.text
    keys = f"/admin/v1/apps/{made.json()['id']}/keys"
    key = noted(tenant, world.admin("POST", keys, {}), "key")
    auth = (made.json()["id"], key)
    answer = operators.sign_ins.token(auth=auth, grant_type="client_credentials")
    assert answer.status_code == 200, answer.text
    return key, str(operators.sign_ins.noted(answer)["access_token"])


def noted(tenant: Tenant, answer: httpx.Response, name: str) -> str:
    """Remember a secret that an answer may hold once."""
    assert answer.status_code == 201, answer.text
    secret = tenant.journal.note(name, answer.json()[name])
    tenant.journal.shown_once.add(secret)
    return secret


KINDS: Final = [
    *Role,
    "custom role",
    KEY,
    "API key without manage",
    "service app",
    "service app by its header",
    "service app by its token",
    ADMINISTRATOR,
    "bootstrap token",
    "stranger",
    "member",
    "nobody",
]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_principal_is_let_in_exactly_where_the_table_says(
    callers: Mapping[str, Caller], world: World, kind: str
) -> None:
    caller = callers[kind]
    wrong = []
    for route in GUARDED:
        answer, expected = caller.ask(world.http, route), caller.expected(route)
        if answer.status_code != expected:
            line = f"{route.method} {route.path}"
            wrong.append(f"{line}: {answer.status_code} and not {expected}: {answer.text}")
        if expected == REFUSED and isinstance(route.access, Action):
            assert route.access in answer.text or "'manage'" in answer.text
    assert not wrong, "\n".join(wrong)


def test_no_kind_is_left_out(callers: Mapping[str, Caller]) -> None:
    assert set(KINDS) == callers.keys()
