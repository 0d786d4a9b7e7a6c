"""What people, groups and service apps a project can hold, made through the public API."""

from gatehouse.domain.roles import Role
from local.stack import LocalStack
from tests.integration.operators import Operators
from tests.integration.world import Tenant, World

PATHS = {
    "/admin/v1/people/{user_id}": "person",
    "/admin/v1/projects/{id}/people/{user_id}": "person",
    "/admin/v1/apps/{id}": "app",
    "/admin/v1/apps/{id}/keys": "app",
    "/admin/v1/apps/{id}/keys/{key_id}": "app",
    "/api/v1/people/{user_id}": "person",
    "/api/v1/invitations/{id}": "invitation",
    "/api/v1/roles/{name}": "role",
    "/api/v1/groups/{id}": "group",
    "/api/v1/groups/{id}/members": "group",
    "/api/v1/groups/{id}/members/{user_id}": "group",
    "/api/v1/shares/{id}": "share",
}
"""Which holding the route of a path is about."""


def holdings(stack: LocalStack, world: World, tenant: Tenant, tool_id: str) -> dict[str, str]:
    """Give a project one of each kind; return their ids by the paths that lead to them."""
    operators = Operators(stack, tenant)
    owner, person = operators.member(Role.OWNER), operators.member(Role.EDITOR)

    def made(path: str, body: object, method: str = "POST") -> str:
        answer = tenant.api(method, f"/api/v1/{path}", body, key=owner.token)
        assert answer.status_code in {200, 201, 204}, answer.text
        if "invitation" in path:
            tenant.journal.shown_once.add(
                tenant.journal.note("invitation", answer.json()["invitation"])
            )
        return str(answer.json().get("id", "")) if answer.content else ""

    group = made("groups", {"name": "Theirs"})
    made(f"groups/{group}/members/{person.id}", None, "PUT")
    role = "their-role"
    made(f"roles/{role}", {"actions": ["calls:read"]}, "PUT")
    share = {"tool_id": tool_id, "group_id": group, "permission": "edit"}
    grants = [{"project_id": tenant.project_id, "actions": ["tools:read"]}]
    app = world.admin(
        "POST", "/admin/v1/apps", {"name": f"app-{tenant.project_id.lower()}", "grants": grants}
    )
    assert app.status_code == 201, app.text
    found = {
        "person": person.id,
        "app": app.json()["id"],
        "invitation": made("invitations", {"role": "viewer"}),
        "role": role,
        "group": group,
        "share": made("shares", share),
    }
    return {path: found[kind] for path, kind in PATHS.items()}
