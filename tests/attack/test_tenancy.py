"""One project against another: its objects, its limits, its secrets, its records."""

import json
import re
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from gatehouse.domain import ids
from gatehouse.domain.roles import Action, Role
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import Access, Route
from tests.attack.attempts import Attack, assert_withstood, fields, names, refused, status
from tests.attack.ground import Ground
from tests.attack.wire import Answer
from tests.integration.holders import Holder, request_id, set_policy, trust_root
from tests.integration.holdings import holdings
from tests.integration.operators import Operators
from tests.integration.world import Json
from tests.samples import mistyped

pytestmark = pytest.mark.stack

WITH_OBJECTS = [
    route for route in ROUTES if "{" in route.path and route.access is not Access.PUBLIC
]
BODIES: dict[str, Json] = {
    "PATCH /api/v1/custom-tools/{id}": {"version": 1, "description": "taken over"},
    "PATCH /admin/v1/projects/{id}": {"version": 1, "name": "taken over"},
    "PATCH /api/v1/prompts/{id}": {"version": 1, "description": "taken over"},
    "PATCH /api/v1/resources/{id}": {"version": 1, "description": "taken over"},
    "POST /api/v1/custom-tools/{id}/approve": {"digest": "0" * 64},
    "POST /api/v1/resources/{id}/approve": {"digest": "0" * 64},
    "POST /api/v1/custom-tools/{id}/test": {"arguments": {}, "execute": True},
    "POST /api/v1/custom-tools/{id}/probe": {"may_change": True},
    "POST /admin/v1/projects/{id}/integrations": {"name": "taken over"},
    "PATCH /admin/v1/people/{user_id}": {"is_admin": True},
    "PUT /admin/v1/projects/{id}/people/{user_id}": {"role": "owner"},
    "PATCH /admin/v1/apps/{id}": {"is_active": True, "version": 1},
    "POST /admin/v1/apps/{id}/keys": {},
    "PUT /api/v1/people/{user_id}": {"role": "viewer"},
    "PUT /api/v1/roles/{name}": {"actions": ["tools:read"]},
}


OWN_NAMES = {"PUT /api/v1/roles/{name}"}
"""What makes something of one's own, under a name that is free there."""


def line(route: Route) -> str:
    return f"{route.method} {route.path}"


def objects(ground: Ground) -> dict[str, str]:
    """What the victim has, by the route that leads to it."""
    if "objects" not in ground.prepared:
        victim = ground.victim
        called = victim.call(victim.session("member-of-the-victim"), ground.tool["name"])
        prompt = victim.api(
            "POST",
            "/api/v1/prompts",
            {
                "name": "greet",
                "messages": [{"role": "user", "content": {"type": "text", "text": "Hi"}}],
            },
        )
        resource = victim.api(
            "POST",
            "/api/v1/resources",
            {"name": "terms", "uri": "doc://terms", "text": "Be kind", "mime_type": "text/plain"},
        )
        root = victim.api("POST", "/api/v1/warrants/roots", {"public_key": "5a" * 32})
        ground.prepared["objects"] = {
            "/admin/v1/projects/{id}": victim.project_id,
            "/admin/v1/projects/{id}/integrations": victim.project_id,
            "/api/v1/integrations/{id}": victim.integration_id,
            "/api/v1/assertion-keys/{id}": ids.assertion_key_id(victim.kid),
            "/api/v1/custom-tools/{id}": ground.tool["id"],
            "/api/v1/custom-tools/{id}/approve": ground.tool["id"],
            "/api/v1/custom-tools/{id}/test": ground.tool["id"],
            "/api/v1/custom-tools/{id}/probe": ground.tool["id"],
            "/api/v1/prompts/{id}": prompt.json().get("id", "greet"),
            "/api/v1/resources/{id}": resource.json().get("id", "terms"),
            "/api/v1/resources/{id}/approve": resource.json().get("id", "terms"),
            "/api/v1/tool-calls/{request_id}": called["result"]["_meta"]["gatehouse/requestId"],
            "/api/v1/warrants/roots/{public_key}": root.json().get("public_key", "5a" * 32),
            "/api/v1/members/{external_id}/block": "member-of-the-victim",
            "/api/v1/members/{external_id}/end-sessions": "member-of-the-victim",
            "/api/v1/warrants/receipts/{chain}": receipted(ground),
            "/admin/v1/projects/{id}/people": victim.project_id,
            **holdings(ground.stack, ground.world, victim, ground.tool["id"]),
        }
    return ground.prepared["objects"]


def receipted(ground: Ground) -> str:
    """A chain of receipts of the victim's."""
    victim = ground.victim
    set_policy(victim)
    trust_root(victim)
    called = request_id(Holder.of(victim, ground.tool["name"]).call(id="c1"))
    receipt = victim.api("GET", f"/api/v1/tool-calls/{called}").json()["receipt"]
    set_policy(victim, mode="off")
    return str(receipt).partition("/")[0]


def owner(ground: Ground) -> str:
    """The access token of the attacker, who owns a project too."""
    if "owner" not in ground.prepared:
        operators = Operators(ground.stack, ground.attacker)
        ground.prepared["owner"] = {"token": operators.member(Role.OWNER).token}
    return str(ground.prepared["owner"]["token"])


def absent_like(present: str) -> str:
    """An id of the same shape that nothing has."""
    if re.fullmatch(r"[0-9a-f-]{36}", present):
        return str(uuid.UUID(int=uuid.UUID(present).int ^ 1))
    prefix, mark, _ = present.partition("_")
    return f"{prefix}_bm90aGluZw" if mark else mistyped(present)


def reaching(route: Route) -> Attack:
    """Ask for an object of the victim's; it has to look like one that is not there."""

    def attempt(ground: Ground) -> Answer:
        present, key = objects(ground)[route.path], owner(ground)
        answers = [
            ground.api(
                route.method,
                re.sub(r"\{\w+\}", each, route.path),
                BODIES.get(line(route)),
                key=key,
            )
            for each in (present, absent_like(present))
        ]
        told = [re.sub(r'"request_id":"[^"]+"', "", answer.text) for answer in answers]
        assert told[0] == told[1], told
        assert answers[0].status == answers[1].status
        return answers[0]

    expected = status(403 if route.access is Access.ADMIN else 404)
    return Attack(f"{line(route)} of the victim", attempt, expected)


def with_a_session(route: Route) -> Attack:
    """The same with a member's session, which manages nothing."""

    def attempt(ground: Ground) -> Answer:
        path = re.sub(r"\{\w+\}", objects(ground)[route.path], route.path)
        session = ground.victim.session("member-of-the-victim")
        return ground.api(route.method, path, BODIES.get(line(route)), key=session)

    return Attack(f"{line(route)} with a session", attempt, status(401))


# --- writing what is not theirs to write ----------------------------------------------------------

GIVEN = {
    "name": "another-name",
    "project_id": "Victim00",
    "created_by": "admin",
    "created_at": "2000-01-01T00:00:00Z",
    "digest": "0" * 64,
    "approval": "approved",
    "approved_digest": "0" * 64,
    "has_secret": True,
    "sealed_secret": "x",
    "secret_ciphertext": "x",
    "id": "tool_x",
}


def assigned(field: str) -> Attack:
    def attempt(ground: Ground) -> Answer:
        return ground.registered(**{field: GIVEN[field]})

    return Attack(f"a new tool with {field}", attempt, fields(field))


def changed(field: str) -> Attack:
    def attempt(ground: Ground) -> Answer:
        change = {field: GIVEN[field], "version": 1}
        return ground.api("PATCH", f"/api/v1/custom-tools/{ground.own['id']}", change)

    return Attack(f"a change of {field}", attempt, fields(field))


def posting(what: str, path: str, wrong: str, **body: object) -> Attack:
    return Attack(what, lambda ground: ground.api("POST", path, body), fields(wrong))


WRITES = (
    *(assigned(field) for field in GIVEN if field != "name"),
    *(changed(field) for field in GIVEN),
    posting(
        "an integration of another project",
        "/api/v1/integrations",
        "project_id",
        name="x",
        project_id="Victim00",
    ),
    posting(
        "an integration made by the administrator",
        "/api/v1/integrations",
        "created_by",
        name="x",
        created_by="admin",
    ),
    posting(
        "an API key of one's own choice",
        "/api/v1/integrations",
        "api_key",
        name="x",
        api_key="tengine_x",
    ),
    posting(
        "a scope that there is not", "/api/v1/integrations", "scopes.0", name="x", scopes=["admin"]
    ),
    posting(
        "the exchange for another project",
        "/api/v1/mcp/session-token",
        "project_id",
        member_assertion="x",
        project_id="Victim00",
    ),
    Attack(
        "an unknown query parameter",
        lambda g: g.api("GET", f"/api/v1/custom-tools?project_id={g.victim.project_id}"),
        status(422, "project_id"),
    ),
    Attack(
        "the victim's records by a filter",
        lambda g: nothing_of(g, g.api("GET", "/api/v1/tool-calls?tool=only-the-victims")),
        status(200),
    ),
    Attack(
        "a cursor that leaves the partition",
        lambda g: nothing_of(g, g.api("GET", "/api/v1/custom-tools?cursor=Li4vUCNWaWN0aW0")),
        status(200),
    ),
    Attack(
        "a key that creates one with more than it has",
        lambda g: g.api(
            "POST",
            "/api/v1/integrations",
            {"name": "more", "scopes": ["manage", "mcp", "exchange"]},
            key=manager(g),
        ),
        status(403),
    ),
    Attack(
        "settings of one's own project",
        lambda g: g.api(
            "PATCH",
            f"/admin/v1/projects/{g.attacker.project_id}",
            {"settings": {"require_approval": False}, "version": 1},
        ),
        status(401),
    ),
    Attack(
        "deleting the victim with the right confirmation",
        lambda g: g.api("DELETE", f"/admin/v1/projects/{g.victim.project_id}?confirm=Victim"),
        status(401),
    ),
)

# --- secrets, sealed and moved --------------------------------------------------------------------


def item_key(project_id: str, name: str) -> Json:
    return {"PK": {"S": f"P#{project_id}"}, "SK": {"S": f"TOOL#{name}"}}


SEALED = ("secret_wrapped_key", "secret_nonce", "secret_ciphertext")


def with_moved_secret(ground: Ground, *, within: bool) -> Answer:
    """Put a sealed secret into another tool's row, as one who can write the table might."""
    client, table = ground.stack.client("dynamodb"), ground.stack.tables["authority"]
    name = "thief-within" if within else "thief"
    fields_ = {"auth_strategy": "static_bearer", "endpoint_path": "/secret"}
    ground.with_tool(name=name, **fields_)
    if within:
        owner, source = (
            ground.attacker.project_id,
            ground.with_tool(name="has-one", **fields_)["name"],
        )
    else:
        owner, source = ground.victim.project_id, ground.tool["name"]
    stolen = client.get_item(TableName=table, Key=item_key(owner, source))["Item"]
    target = item_key(ground.attacker.project_id, name)
    item = client.get_item(TableName=table, Key=target)["Item"]
    client.put_item(TableName=table, Item={**item, **{each: stolen[each] for each in SEALED}})
    return ground.call(name)


def with_moved_origin(ground: Ground) -> Answer:
    """Lead a tool to another origin of this machine, its sealed secret with it."""
    tool = ground.with_tool(name="leads-away", auth_strategy="static_bearer", endpoint_path="/told")
    ground.moved(tool, ground.hostile.url)
    return ground.call("leads-away")


def keeping(ground: Ground) -> str:
    """The path of a tool that keeps a secret."""
    tool = ground.with_tool(name="keeps", auth_strategy="static_bearer")
    return f"/api/v1/custom-tools/{tool['id']}"


SECRETS = (
    Attack(
        "the victim's secret in one's own row",
        lambda g: with_moved_secret(g, within=False),
        refused("cannot be opened"),
    ),
    Attack(
        "another tool's secret in a row",
        lambda g: with_moved_secret(g, within=True),
        refused("cannot be opened"),
    ),
    Attack("a secret led to another origin", with_moved_origin, refused("cannot be opened")),
    Attack(
        "a secret led to another origin by a change",
        lambda g: g.api(
            "PATCH",
            keeping(g),
            {"base_url": g.hostile.url, "version": 1},
        ),
        status(409, "encrypted_auth_secret again"),
    ),
    Attack(
        "a secret used in another way by a change",
        lambda g: g.api(
            "PATCH",
            keeping(g),
            {"auth_strategy": "hmac_signature", "version": 1},
        ),
        status(409, "encrypted_auth_secret again"),
    ),
    Attack(
        "an old secret kept for another origin",
        lambda g: g.api(
            "PATCH",
            keeping(g),
            {
                "base_url": g.hostile.url,
                "encrypted_auth_secret": "a-new-secret-of-it",
                "rotation_seconds": 60,
                "version": 1,
            },
        ),
        fields("rotation_seconds"),
    ),
)


def nothing_of(ground: Ground, answer: Answer) -> Answer:
    """Check that a list names nothing of the victim's but what the attacker typed itself."""
    typed = {ground.tool["id"]}
    for present in {*objects(ground).values(), ground.victim.project_id} - typed:
        assert present not in answer.text, answer
    return answer


def manager(ground: Ground) -> str:
    """A key that manages and does nothing else."""
    if "manager" not in ground.prepared:
        body = {"name": "manager", "scopes": ["manage"]}
        made = ground.attacker.api("POST", "/api/v1/integrations", body).json()
        ground.world.journal.shown_once.add(ground.world.journal.note("API key", made["api_key"]))
        ground.prepared["manager"] = made
    return str(ground.prepared["manager"]["api_key"])


ATTACKS = [
    *(reaching(route) for route in WITH_OBJECTS if line(route) not in OWN_NAMES),
    *(with_a_session(route) for route in WITH_OBJECTS),
    *WRITES,
    *SECRETS,
]


@pytest.mark.parametrize("attack", ATTACKS, ids=names)
def test_attack_is_refused(attack: Attack, ground: Ground) -> None:
    objects(ground)
    assert_withstood(attack, ground)


# --- and what follows -----------------------------------------------------------------------------


def test_every_route_with_an_object_is_tried(ground: Ground) -> None:
    assert {route.path for route in WITH_OBJECTS} == objects(ground).keys()


@pytest.mark.parametrize(
    "route",
    [
        route
        for route in ROUTES
        if route.method == "GET" and "{" not in route.path and isinstance(route.access, Action)
    ],
    ids=line,
)
def test_attack_by_listing_finds_nothing_of_the_victim(route: Route, ground: Ground) -> None:
    answer = ground.api("GET", route.path)
    assert answer.status == 200, answer
    nothing_of(ground, answer)


def at_once(number: int, attempt: Callable[[int], Answer]) -> list[int]:
    with ThreadPoolExecutor(number) as threads:
        return sorted(answer.status for answer in threads.map(attempt, range(number)))


def test_of_parallel_creations_of_one_name_one_succeeds(ground: Ground) -> None:
    statuses = at_once(6, lambda _: ground.registered(name="raced-for"))
    assert statuses.count(201) == 1, statuses
    assert set(statuses) <= {201, 409, 503}, statuses


def test_of_parallel_changes_of_one_version_one_succeeds(ground: Ground) -> None:
    tool = ground.with_tool(name="changed-by-many")

    def change(number: int) -> Answer:
        body = {"description": f"Change {number}", "version": 1}
        return ground.api("PATCH", f"/api/v1/custom-tools/{tool['id']}", body)

    statuses = at_once(6, change)
    assert statuses.count(200) == 1, statuses


def test_of_parallel_deletions_one_succeeds(ground: Ground) -> None:
    tool = ground.with_tool(name="deleted-by-many")
    path = f"/api/v1/custom-tools/{tool['id']}"
    statuses = at_once(6, lambda _: ground.api("DELETE", path))
    assert statuses.count(204) == 1, statuses


def test_of_parallel_exchanges_of_one_assertion_one_succeeds(ground: Ground) -> None:
    body = {"member_assertion": ground.attacker.assertion("raced")}
    statuses = at_once(6, lambda _: ground.api("POST", "/api/v1/mcp/session-token", body))
    assert statuses.count(200) == 1, statuses


def test_every_denial_leaves_a_record_without_arguments(ground: Ground) -> None:
    marker = ground.world.journal.note("argument", f"arg-{uuid.uuid4().hex}")
    for name in ("nothing-of-this-name", ground.members_tool["name"], ground.own["name"]):
        ground.call(name, {"unexpected": marker})
    answer = ground.api("GET", "/api/v1/tool-calls?outcome=denied&limit=100")
    reasons = {record["reason"] for record in answer.json["items"]}
    assert {"unknown_tool", "member_required", "invalid_arguments"} <= reasons
    assert marker not in answer.text


def test_a_line_in_a_value_does_not_make_a_line_in_the_log(ground: Ground) -> None:
    forged = '\n{"level":"INFO","message":"forged by the attacker"}'
    ground.call("crm-contacts-get", {"contact_id": forged})
    ground.rpc(ground.attacker.api_key, f"tools/call{forged}")
    ground.rpc(ground.attacker.api_key + forged.replace("\n", " "), "ping")
    for noun in ("mcp", "dispatch", "keys", "token"):
        for each in ground.stack.log_lines(noun):
            if each.startswith("{"):
                assert json.loads(each).get("message") != "forged by the attacker"


def test_a_forwarded_address_does_not_become_the_source(ground: Ground) -> None:
    """Limits before authentication count the address that the gateway saw."""
    spoofed = [("X-Forwarded-For", "203.0.113.7"), ("Forwarded", "for=203.0.113.7")]
    ground.wire.send("POST", "/mcp", [*spoofed, ("Content-Type", "application/json")], b"{}")
    client, table = ground.stack.client("dynamodb"), ground.stack.tables["activity"]
    pages = client.get_paginator("scan").paginate(TableName=table)
    keys = [item["PK"]["S"] for page in pages for item in page["Items"]]
    assert not any("203.0.113.7" in key for key in keys)


def test_no_secret_lies_in_any_item_or_line(ground: Ground) -> None:
    client = ground.stack.client("dynamodb")
    found = []
    for table in ground.stack.tables.values():
        for page in client.get_paginator("scan").paginate(TableName=table):
            found += [str(item) for item in page["Items"]]
    for noun in ground.stack.function_names:
        found += ground.stack.log_lines(noun)
    assert len(found) > 100
    for secret, what in ground.world.journal.secrets.items():
        assert not any(secret in text for text in found), what


def test_after_all_that_the_victim_is_as_it_was(ground: Ground) -> None:
    victim = ground.victim
    assert victim.api("GET", "/api/v1/project").json()["name"] == "Victim"
    tool = victim.api("GET", f"/api/v1/custom-tools/{ground.tool['id']}").json()
    assert (tool["version"], tool["description"]) == (1, "A tool for a test")
    assert not any(
        m.get("blocked_at") for m in victim.api("GET", "/api/v1/members").json()["items"]
    )
    assert victim.call(victim.api_key, ground.tool["name"])["result"]["isError"] is False
    assert ground.inside.connections == 0
