"""What is taken away is gone for the very next request."""

import pytest

from tests.integration.echo import Echo
from tests.integration.world import Tenant, World

pytestmark = pytest.mark.stack


def test_deleting_an_integration_ends_its_key_and_its_sessions(world: World, echo: Echo) -> None:
    tenant = world.tenant()
    tool = tenant.tool(echo.url)
    token = tenant.session()
    assert tool["name"] in tenant.listed(token)
    other = tenant.api("POST", "/api/v1/integrations", {"name": "second"}).json()
    second = world.journal.note("API key", other["api_key"])
    world.journal.shown_once.add(second)

    gone = tenant.api("DELETE", f"/api/v1/integrations/{tenant.integration_id}", key=second)
    assert gone.status_code == 204

    for credential in (tenant.api_key, token):
        refused = tenant.rpc(credential, "tools/list")
        assert refused.status_code == 401
    assert tenant.api("GET", "/api/v1/project").status_code == 401
    assert tenant.api("GET", "/api/v1/project", key=second).status_code == 200


def test_a_disabled_tool_is_neither_listed_nor_called(tenant: Tenant, echo: Echo) -> None:
    tool = tenant.tool(echo.url)
    change = {"is_enabled": False, "version": tool["version"]}
    assert tenant.api("PATCH", f"/api/v1/custom-tools/{tool['id']}", change).status_code == 200
    sent = len(echo.received)
    assert tool["name"] not in tenant.listed(tenant.api_key)
    assert "error" in tenant.call(tenant.api_key, tool["name"])
    assert len(echo.received) == sent


def test_unknown_disabled_deleted_and_foreign_tools_answer_alike(
    world: World, tenant: Tenant, echo: Echo
) -> None:
    disabled = tenant.tool(echo.url, is_enabled=False)["name"]
    deleted = tenant.tool(echo.url)
    tenant.api("DELETE", f"/api/v1/custom-tools/{deleted['id']}")
    foreign = world.tenant("Other").tool(echo.url)["name"]
    answers = {
        str(tenant.call(tenant.api_key, name)).replace(name, "<name>")
        for name in ("never-was", disabled, deleted["name"], foreign)
    }
    assert len(answers) == 1


def test_deactivating_an_assertion_key_ends_exchange_and_sessions(world: World) -> None:
    tenant = world.tenant()
    token = tenant.session()
    (key,) = tenant.api("GET", "/api/v1/assertion-keys").json()["items"]
    assert tenant.rpc(token, "tools/list").status_code == 200

    gone = tenant.api("DELETE", f"/api/v1/assertion-keys/{key['id']}")
    assert gone.status_code == 204

    assert tenant.rpc(token, "tools/list").status_code == 401
    refused = tenant.exchange({"member_assertion": tenant.assertion("user-1")})
    assert refused.status_code == 401
    assert refused.json()["detail"] == "Invalid member assertion"


def test_blocking_a_member_ends_their_sessions_and_theirs_alone(tenant: Tenant) -> None:
    blocked, other = tenant.session("blocked-1"), tenant.session("other-1")
    assert tenant.api("POST", "/api/v1/members/blocked-1/block").status_code in {200, 204}
    assert tenant.rpc(blocked, "tools/list").status_code == 401
    assert tenant.rpc(other, "tools/list").status_code == 200
    refused = tenant.exchange({"member_assertion": tenant.assertion("blocked-1")})
    assert refused.status_code == 401

    assert tenant.api("DELETE", "/api/v1/members/blocked-1/block").status_code in {200, 204}
    assert tenant.rpc(blocked, "tools/list").status_code == 401, "ended sessions stay ended"
    assert tenant.rpc(tenant.session("blocked-1"), "tools/list").status_code == 200


def test_ending_sessions_ends_those_minted_before(tenant: Tenant) -> None:
    before = tenant.session("leaving-1")
    ended = tenant.api("POST", "/api/v1/members/leaving-1/end-sessions")
    assert ended.status_code in {200, 204}
    assert tenant.rpc(before, "tools/list").status_code == 401
    assert tenant.rpc(tenant.session("leaving-1"), "tools/list").status_code == 200


def test_deleting_a_project_ends_it_for_everybody(world: World) -> None:
    tenant = world.tenant("Short-lived")
    token = tenant.session()
    path = f"/admin/v1/projects/{tenant.project_id}"
    assert world.admin("DELETE", path).status_code == 422, "without naming it"
    assert world.admin("DELETE", f"{path}?confirm=Short-lived").status_code == 204
    assert tenant.rpc(token, "tools/list").status_code == 401
    assert tenant.api("GET", "/api/v1/project").status_code == 401
    assert world.admin("GET", path).status_code == 404


def test_what_is_taken_away_is_gone_from_every_copy(world: World, echo: Echo) -> None:
    """Each request may read another copy, so that a stale one would be met."""
    tenant = world.tenant("Busy")
    tool = tenant.tool(echo.url)
    tokens = tenant.session("busy-1"), tenant.session("busy-2")
    path = f"/admin/v1/projects/{tenant.project_id}"
    change = {"settings": {"replicas": 4}, "version": 1}
    changed = world.admin("PATCH", path, change).json()
    assert (changed["settings"]["replicas"], changed["replicas_in_use"]) == (4, 4)
    many = range(12)

    assert all("result" in tenant.call(tokens[0], tool["name"]) for _ in many)
    off = {"is_enabled": False, "version": tool["version"]}
    assert tenant.api("PATCH", f"/api/v1/custom-tools/{tool['id']}", off).status_code == 200
    assert all("error" in tenant.call(tokens[0], tool["name"]) for _ in many)
    blocked = tenant.api("POST", "/api/v1/members/busy-1/block")
    assert blocked.status_code in {200, 204}
    assert {tenant.rpc(tokens[0], "tools/list").status_code for _ in many} == {401}
    assert {tenant.rpc(tokens[1], "tools/list").status_code for _ in many} == {200}
    (key,) = tenant.api("GET", "/api/v1/assertion-keys").json()["items"]
    assert tenant.api("DELETE", f"/api/v1/assertion-keys/{key['id']}").status_code == 204
    assert {tenant.rpc(tokens[1], "tools/list").status_code for _ in many} == {401}
    assert tenant.rpc(tenant.api_key, "tools/list").status_code == 200

    change = {"settings": {"replicas": 2}, "version": changed["version"]}
    fewer = world.admin("PATCH", path, change)
    assert fewer.status_code == 200, fewer.text
    assert fewer.json()["replicas_in_use"] == 2
    assert world.admin("DELETE", f"{path}?confirm=Busy").status_code == 204
    assert {tenant.rpc(tenant.api_key, "tools/list").status_code for _ in many} == {401}
