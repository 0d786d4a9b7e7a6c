"""People, their roles and service apps on the deployed template: races, ends, and pages of apps."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import httpx
import pytest

from gatehouse.domain.roles import Role
from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.operators import Operator, Operators
from tests.integration.world import Tenant, World, bearer

pytestmark = pytest.mark.stack

PEOPLE = "/api/v1/people"
TOOLS = "/api/v1/custom-tools"
PAGE = "https://pages.example.com"


@pytest.fixture
def operators(stack: LocalStack, world: World) -> Operators:
    """A project of its own."""
    return Operators(stack, world.tenant("People"))


def at_once(*attempts: Callable[[], httpx.Response]) -> list[int]:
    with ThreadPoolExecutor(len(attempts)) as threads:
        return sorted(answer.status_code for answer in threads.map(lambda a: a(), attempts))


def change(tenant: Tenant, by: Operator, user_id: str, role: str) -> httpx.Response:
    return tenant.api("PUT", f"{PEOPLE}/{user_id}", {"role": role}, key=by.token)


def remove(tenant: Tenant, by: Operator, user_id: str) -> httpx.Response:
    return tenant.api("DELETE", f"{PEOPLE}/{user_id}", key=by.token)


def test_of_two_owners_who_remove_each_other_one_stays(operators: Operators) -> None:
    tenant = operators.tenant
    for _ in range(4):
        ada, ben = operators.member(Role.OWNER), operators.member(Role.OWNER)
        others = [
            each["user_id"]
            for each in tenant.api("GET", PEOPLE, key=ada.token).json()["items"]
            if each["user_id"] not in {ada.id, ben.id}
        ]
        for other in others:
            assert remove(tenant, ada, other).status_code == 204
        statuses = at_once(
            partial(remove, tenant, ada, ben.id), partial(remove, tenant, ben, ada.id)
        )
        # Who lost was removed meanwhile, or would have been the last to go.
        assert statuses[0] == 204, statuses
        assert statuses[1] in {401, 404, 409}, statuses
        left = tenant.api("GET", PEOPLE, key=tenant.api_key).json()["items"]
        assert [each["role"] for each in left] == ["owner"]
        assert left[0]["user_id"] in {ada.id, ben.id}


def test_of_changes_of_one_person_at_once_each_is_made_of_what_was_there(
    operators: Operators,
) -> None:
    tenant, owner, ben = (
        operators.tenant,
        operators.member(Role.OWNER),
        operators.member(Role.ADMIN),
    )
    roles = ["viewer", "editor", "guest", "admin"]
    statuses = at_once(*(partial(change, tenant, owner, ben.id, role) for role in roles))
    assert set(statuses) <= {200, 409, 503}, statuses
    assert 200 in statuses


def test_a_change_ends_the_persons_sessions_at_api_and_mcp_at_once(operators: Operators) -> None:
    tenant, owner, ben = (
        operators.tenant,
        operators.member(Role.OWNER),
        operators.member(Role.ADMIN),
    )
    grant = operators.sign_ins.grant(subject=f"user:{ben.id}")
    at_mcp = operators.sign_ins.signed_in(grant)
    assert operators.sign_ins.ping(at_mcp["access_token"]) == 200
    assert tenant.api("GET", PEOPLE, key=ben.token).status_code == 200
    assert change(tenant, owner, ben.id, "admin").status_code == 200
    assert tenant.api("GET", PEOPLE, key=ben.token).status_code == 401
    assert operators.sign_ins.ping(at_mcp["access_token"]) == 401
    refreshed = operators.sign_ins.refresh(at_mcp["refresh_token"])
    assert (refreshed.status_code, refreshed.json()["error"]) == (400, "invalid_grant")


def test_an_account_that_is_switched_off_is_out_everywhere(
    operators: Operators, world: World
) -> None:
    tenant, ben = operators.tenant, operators.member(Role.ADMIN)
    path = f"/admin/v1/people/{ben.id}"
    assert tenant.api("GET", PEOPLE, key=ben.token).status_code == 200
    assert world.admin("PATCH", path, {"is_active": False}).status_code == 200
    assert tenant.api("GET", PEOPLE, key=ben.token).status_code == 401
    assert world.admin("PATCH", path, {"is_active": True}).status_code == 200
    assert tenant.api("GET", PEOPLE, key=ben.token).status_code == 401


def test_a_guest_edits_the_one_tool_that_is_shared_with_them(
    operators: Operators, echo: Echo
) -> None:
    tenant, owner, guest = (
        operators.tenant,
        operators.member(Role.OWNER),
        operators.member(Role.GUEST),
    )
    tool, other = tenant.tool(echo.url), tenant.tool(echo.url)
    change_it = {"description": "By a guest", "version": 1}
    path = f"{TOOLS}/{tool['id']}"
    assert tenant.api("PATCH", path, change_it, key=guest.token).status_code == 403
    body = {"tool_id": tool["id"], "user_id": guest.id, "permission": "edit"}
    made = tenant.api("POST", "/api/v1/shares", body, key=owner.token)
    assert made.status_code == 201, made.text
    assert tenant.api("PATCH", path, change_it, key=guest.token).status_code == 200
    tried = tenant.api("POST", f"{path}/test", {"execute": True}, key=guest.token)
    assert tried.json()["response"]["outcome"] == "succeeded", tried.text
    assert echo.last().headers["x-tengine-integration-id"] == f"user:{guest.id}"
    assert tenant.api("GET", f"{TOOLS}/{other['id']}", key=guest.token).status_code == 403
    share = f"/api/v1/shares/{made.json()['id']}"
    assert tenant.api("DELETE", share, key=owner.token).status_code == 204
    assert tenant.api("GET", path, key=guest.token).status_code == 403


def new_app(world: World, tenant: Tenant, **body: Any) -> Any:
    """A service app that reads a project's tools."""
    grants = [{"project_id": tenant.project_id, "actions": ["tools:read"]}]
    name = f"people-{tenant.project_id.lower()}"
    made = world.admin("POST", "/admin/v1/apps", {"name": name, "grants": grants, **body})
    assert made.status_code == 201, made.text
    return made.json()


def new_key(world: World, tenant: Tenant, app: Any, expected: int = 201) -> str:
    """A key of it, shown once."""
    answer = world.admin("POST", f"/admin/v1/apps/{app['id']}/keys", {})
    assert answer.status_code == expected, answer.text
    if expected != 201:
        return ""
    key = tenant.journal.note("app key", answer.json()["key"])
    tenant.journal.shown_once.add(key)
    return key


def test_an_apps_keys_are_rotated_without_a_refused_request(
    operators: Operators, world: World
) -> None:
    tenant = operators.tenant
    app = new_app(world, tenant)
    old, new = new_key(world, tenant, app), new_key(world, tenant, app)
    new_key(world, tenant, app, expected=409)
    for key in (old, new):
        assert tenant.api("GET", TOOLS, key=key).status_code == 200
        assert tenant.http.get(TOOLS, headers={"x-service-key": key}).status_code == 200
    kept = world.admin("GET", f"/admin/v1/apps/{app['id']}").json()["keys"]
    assert all(key["last_used_at"] for key in kept)
    ended = f"/admin/v1/apps/{app['id']}/keys/{old[16:20]}"
    assert world.admin("DELETE", ended).status_code == 204
    assert tenant.api("GET", TOOLS, key=old).status_code == 401
    assert tenant.api("GET", TOOLS, key=new).status_code == 200
    off = {"is_active": False, "version": 4}
    assert world.admin("PATCH", f"/admin/v1/apps/{app['id']}", off).status_code == 200
    assert tenant.api("GET", TOOLS, key=new).status_code == 401


def test_of_keys_made_at_once_an_app_has_two(operators: Operators, world: World) -> None:
    app = new_app(world, operators.tenant)
    path = f"/admin/v1/apps/{app['id']}/keys"

    def made() -> httpx.Response:
        answer = world.admin("POST", path, {})
        if answer.status_code == 201:
            key = operators.tenant.journal.note("app key", answer.json()["key"])
            operators.tenant.journal.shown_once.add(key)
        return answer

    statuses = at_once(*[made] * 5)
    assert statuses.count(201) <= 2, statuses
    assert set(statuses) <= {201, 409, 503}, statuses
    assert len(world.admin("GET", f"/admin/v1/apps/{app['id']}").json()["keys"]) <= 2


def test_with_no_app_nothing_is_open(world: World, operators: Operators) -> None:
    """Apps of other projects open nothing here, and no made-up key opens anything."""
    new_app(world, operators.tenant)
    for headers in (
        {"x-service-key": ""},
        {"x-service-key": "gsa_" + "0" * 53},
        bearer("gsa_" + "0" * 53),
        {"x-gatehouse-project": operators.tenant.project_id},
    ):
        assert world.http.get(TOOLS, headers=headers).status_code == 401


def once_learnt(world: World, path: str) -> httpx.Response:
    """Ask as the app's page; an instance that was asked before learns of it within a minute."""
    ends_at = time.monotonic() + 70
    while True:
        answer = world.http.options(path, headers={"origin": PAGE})
        if "access-control-allow-origin" in answer.headers or time.monotonic() > ends_at:
            return answer
        time.sleep(2)


def test_an_apps_page_may_call_every_function_and_no_other_page_may(
    operators: Operators, world: World
) -> None:
    new_app(world, operators.tenant, allowed_origins=[PAGE])
    for path in ("/api/v1/project", "/mcp", "/oauth/token"):
        allowed = once_learnt(world, path)
        assert allowed.headers["access-control-allow-origin"] == PAGE
        assert "access-control-allow-credentials" not in allowed.headers
        for origin in ("https://other.example.com", f"{PAGE}.example.net", "null"):
            refused = world.http.options(path, headers={"origin": origin})
            assert "access-control-allow-origin" not in refused.headers
