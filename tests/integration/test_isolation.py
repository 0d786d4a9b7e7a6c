"""Generated over all routes: no credential of one project reaches anything of another's."""

import json
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from gatehouse.domain import ids
from gatehouse.domain.roles import Role
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import Access, Route
from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.holders import Holder, request_id, set_policy, trust_root
from tests.integration.holdings import holdings
from tests.integration.operators import Operators
from tests.integration.world import Tenant, World
from tests.samples import mistyped

pytestmark = pytest.mark.stack

ROUTES_OF_PROJECTS = [route for route in ROUTES if route.access is not Access.PUBLIC]
WITH_OBJECTS = [route for route in ROUTES_OF_PROJECTS if "{" in route.path]
LISTS = [
    route
    for route in ROUTES_OF_PROJECTS
    if route.method == "GET" and "{" not in route.path and route.access is not Access.ADMIN
]


@dataclass(frozen=True)
class Pair:
    """Project A with one object of each kind, and project B, which wants them."""

    a: Tenant
    b: Tenant
    owner: str
    """The access token of B's owner, who may do everything there."""
    objects: dict[str, str]
    tool: str

    def credential(self, kind: str) -> str:
        """What somebody of B shows."""
        match kind:
            case "API key":
                return self.b.api_key
            case "owner":
                return self.owner
            case _:
                return self.b.session("member-of-b")

    def path(self, pattern: str) -> str:
        """Put A's object into a route's path."""
        return re.sub(r"\{\w+\}", self.objects.get(pattern, ""), pattern)


def name(route: Route) -> str:
    return f"{route.method} {route.path}"


@pytest.fixture(scope="module")
def pair(stack: LocalStack, world: World, echo: Echo) -> Pair:
    a, b = world.tenant("Project A"), world.tenant("Project B")
    owner = Operators(stack, b).member(Role.OWNER)
    tool = a.tool(echo.url, name="only-in-a", auth_strategy="hmac_signature")
    called = a.call(a.session("member-of-a"), tool["name"])
    second = a.api("POST", "/api/v1/integrations", {"name": "second"}).json()
    world.journal.shown_once.add(world.journal.note("API key", second["api_key"]))
    words = [{"role": "user", "content": {"type": "text", "text": "of A"}}]
    prompt = a.api("POST", "/api/v1/prompts", {"name": "prompt-of-a", "messages": words})
    stored = {"name": "resource-of-a", "uri": "a://only", "text": "of A"}
    resource = a.api("POST", "/api/v1/resources", stored)
    root = a.api("POST", "/api/v1/warrants/roots", {"public_key": "5a" * 32})
    set_policy(a)
    trust_root(a)
    receipted = request_id(Holder.of(a, tool["name"]).call(id="c1"))
    receipt = a.api("GET", f"/api/v1/tool-calls/{receipted}").json()["receipt"]
    set_policy(a, mode="off")
    objects = {
        "/admin/v1/projects/{id}": a.project_id,
        "/admin/v1/projects/{id}/integrations": a.project_id,
        "/api/v1/integrations/{id}": second["id"],
        "/api/v1/assertion-keys/{id}": ids.assertion_key_id(a.kid),
        "/api/v1/custom-tools/{id}": tool["id"],
        "/api/v1/custom-tools/{id}/approve": tool["id"],
        "/api/v1/custom-tools/{id}/test": tool["id"],
        "/api/v1/custom-tools/{id}/probe": tool["id"],
        "/api/v1/prompts/{id}": prompt.json()["id"],
        "/api/v1/resources/{id}": resource.json()["id"],
        "/api/v1/resources/{id}/approve": resource.json()["id"],
        "/api/v1/tool-calls/{request_id}": called["result"]["_meta"]["gatehouse/requestId"],
        "/api/v1/warrants/receipts/{chain}": receipt.split("/")[0],
        "/api/v1/warrants/roots/{public_key}": root.json()["public_key"],
        "/api/v1/members/{external_id}/block": "member-of-a",
        "/api/v1/members/{external_id}/end-sessions": "member-of-a",
        "/admin/v1/projects/{id}/people": a.project_id,
        **holdings(stack, world, a, tool["id"]),
    }
    return Pair(a=a, b=b, owner=owner.token, objects=objects, tool=tool["name"])


NAMED: dict[str, Callable[[str], str]] = {
    "tool_": ids.tool_id,
    "prompt_": ids.prompt_id,
    "res_": ids.resource_id,
    "key_": ids.assertion_key_id,
}


def absent_like(present: str) -> str:
    """An id of the same shape that nothing has."""
    if re.fullmatch(r"[0-9a-f-]{36}", present):
        kept = uuid.UUID(present).int ^ 1
        return str(uuid.UUID(int=kept))
    if re.fullmatch(r"[0-9a-f]{32,64}", present):
        return ("0" if present[0] != "0" else "1") + present[1:]
    for prefix, named in NAMED.items():
        if present.startswith(prefix):
            return named("nothing-called-so")
    return mistyped(present)


BODIES: dict[str, dict[str, Any]] = {
    "PATCH /api/v1/custom-tools/{id}": {"version": 1, "description": "taken over"},
    "PATCH /api/v1/prompts/{id}": {"version": 1, "description": "taken over"},
    "PATCH /api/v1/resources/{id}": {"version": 1, "description": "taken over"},
    "PATCH /admin/v1/projects/{id}": {"version": 1, "name": "taken over"},
    "PUT /api/v1/warrants/policy": {
        "mode": "off",
        "require_warrant": False,
        "clearances": {},
        "receipts": False,
        "version": 1,
    },
    "POST /api/v1/custom-tools/{id}/approve": {"digest": "0" * 64},
    "POST /api/v1/resources/{id}/approve": {"digest": "0" * 64},
    "POST /api/v1/custom-tools/{id}/test": {"arguments": {}, "execute": True},
    "POST /admin/v1/projects/{id}/integrations": {"name": "taken over"},
    "PATCH /admin/v1/people/{user_id}": {"is_admin": True},
    "PUT /admin/v1/projects/{id}/people/{user_id}": {"role": "owner"},
    "PATCH /admin/v1/apps/{id}": {"is_active": True, "version": 1},
    "POST /admin/v1/apps/{id}/keys": {},
    "PUT /api/v1/people/{user_id}": {"role": "viewer"},
    "PUT /api/v1/roles/{name}": {"actions": ["tools:read"]},
}


def test_every_route_with_an_object_is_tried(pair: Pair) -> None:
    assert {route.path for route in WITH_OBJECTS} == pair.objects.keys()


@pytest.mark.parametrize("kind", ["API key", "session token", "owner"])
@pytest.mark.parametrize("route", WITH_OBJECTS, ids=name)
def test_a_foreign_object_answers_as_an_absent_one(pair: Pair, route: Route, kind: str) -> None:
    if name(route) == "PUT /api/v1/roles/{name}" and kind == "owner":
        return  # makes a role of B's own, under a name that is free there
    credential = pair.credential(kind)
    answers = []
    for wanted in (pair.objects[route.path], absent_like(pair.objects[route.path])):
        path = re.sub(r"\{\w+\}", wanted, route.path)
        answer = pair.b.api(route.method, path, BODIES.get(name(route)), key=credential)
        assert answer.status_code // 100 == 4, answer.text
        document = answer.json()
        document.pop("request_id")
        answers.append((answer.status_code, json.dumps(document).replace(wanted, "<id>")))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("route", LISTS, ids=name)
def test_no_list_names_anything_of_another_project(pair: Pair, route: Route) -> None:
    for credential in (pair.b.api_key, pair.owner):
        answer = pair.b.api("GET", route.path, key=credential)
        assert answer.status_code == 200
        for present in {*pair.objects.values(), pair.tool, pair.a.integration_id}:
            assert present not in answer.text
    refused = pair.b.api("GET", route.path, key=pair.b.session("member-of-b"))
    assert refused.status_code == 401


@pytest.mark.parametrize("route", ROUTES_OF_PROJECTS, ids=name)
def test_no_route_answers_without_a_credential_of_its_kind(pair: Pair, route: Route) -> None:
    path = pair.path(route.path)
    body = BODIES.get(name(route))
    wrong = [pair.b.session("member-of-b"), "x"]
    if route.access is Access.ADMIN:
        wrong.append(pair.a.api_key)
    for credential in wrong:
        assert pair.b.api(route.method, path, body, key=credential).status_code == 401
    assert pair.b.http.request(route.method, path, json=body).status_code == 401


@pytest.mark.parametrize("kind", ["API key", "session token"])
def test_a_foreign_tool_can_be_neither_seen_nor_called(pair: Pair, echo: Echo, kind: str) -> None:
    credential = pair.b.api_key if kind == "API key" else pair.b.session("member-of-b")
    assert pair.tool not in pair.b.listed(credential)
    sent = len(echo.received)
    foreign = pair.b.call(credential, pair.tool)
    absent = pair.b.call(credential, "absent-in-a")
    assert str(foreign).replace(pair.tool, "<name>") == str(absent).replace("absent-in-a", "<name>")
    assert len(echo.received) == sent


@pytest.mark.parametrize("kind", ["API key", "session token"])
@pytest.mark.parametrize(
    ("method", "member", "foreign", "absent"),
    [
        ("prompts/get", "name", "prompt-of-a", "absent-in-a"),
        ("resources/read", "uri", "a://only", "a://none"),
    ],
)
def test_a_foreign_prompt_or_resource_answers_as_an_absent_one(  # noqa: PLR0917
    pair: Pair, method: str, member: str, foreign: str, absent: str, kind: str
) -> None:
    credential = pair.b.api_key if kind == "API key" else pair.b.session("member-of-b")
    answers = [
        pair.b.rpc(credential, method, {member: wanted}).text.replace(wanted, "<it>")
        for wanted in (foreign, absent)
    ]
    assert answers[0] == answers[1]
    assert "error" in json.loads(answers[0])
    assert "result" in pair.a.rpc(pair.a.api_key, method, {member: foreign}).json()
    for listing in ("prompts/list", "resources/list", "resources/templates/list"):
        assert foreign not in pair.b.rpc(credential, listing).text


def test_one_projects_names_are_free_in_another(pair: Pair, echo: Echo) -> None:
    own = pair.b.tool(echo.url, name=pair.tool)
    assert pair.b.call(pair.b.api_key, pair.tool)["result"]["structuredContent"]
    assert echo.last().headers["x-tengine-project-id"] == pair.b.project_id
    assert pair.b.api("DELETE", f"/api/v1/custom-tools/{own['id']}").status_code == 204
    assert pair.tool in pair.a.listed(pair.a.api_key)


def test_after_all_that_project_a_is_as_it_was(pair: Pair) -> None:
    assert pair.a.api("GET", "/api/v1/project").json()["name"] == "Project A"
    tool = pair.a.api("GET", pair.path("/api/v1/custom-tools/{id}")).json()
    assert (tool["version"], tool["description"]) == (1, "A tool for a test")
    for path in ("/api/v1/prompts/{id}", "/api/v1/resources/{id}"):
        assert pair.a.api("GET", pair.path(path)).json()["version"] == 1
    members = pair.a.api("GET", "/api/v1/members").json()["items"]
    assert not any(member.get("blocked_at") for member in members)
