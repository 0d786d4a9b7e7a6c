"""Let Fernhill Bikes be there, through the API but for what takes a day, or a sign-in."""

import time
from dataclasses import dataclass
from typing import Final

from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.people_items import person_item
from gatehouse.aws.tables import user_list_key
from gatehouse.domain.people import Person
from gatehouse.domain.roles import Action
from local.stack import LocalStack
from tests.browser.story.day import MEMBERS, calls
from tests.browser.story.offers import ORIGIN, PROMPTS, RESOURCES, TOOLS
from tests.integration.world import Json, Tenant, World, key_pair

API: Final = "/api/v1"
PEOPLE: Final = {
    "Elin000Sandberg0": ("Elin Sandberg", "owner"),
    "Jonas000Lindqvst": ("Jonas Lindqvist", "admin"),
    "Priya0000Raman00": ("Priya Raman", "editor"),
    "Tom00000Achterbg": ("Tom Achterberg", "viewer"),
}


@dataclass(frozen=True, kw_only=True)
class Shop:
    """The project, and for each page whose path has parameters those of something there."""

    tenant: Tenant
    params: dict[str, dict[str, str]]


def open_shop(stack: LocalStack, world: World, origin: str = ORIGIN) -> Shop:
    """Make all of it; tools are sent to `origin`."""
    shop = world.tenant("Fernhill Bikes")
    _offer(shop, origin)
    _members(shop)
    desk = _let_clients_in(shop)
    _ask_for_warrants(shop)
    group, app = _people(stack, world, shop)
    call = _a_day_of_calls(stack, shop)
    first = {name: shop.api("GET", f"{API}/{name}").json()["items"][0]["id"]
             for name in ("prompts", "resources")}  # fmt: skip
    tools = {each["name"]: each["id"]
             for each in shop.api("GET", f"{API}/custom-tools").json()["items"]}  # fmt: skip
    return Shop(
        tenant=shop,
        params={
            "tools/{id}": {"id": tools["create_refund"]},
            "tools/{id}/edit": {"id": tools["create_refund"]},
            "calls/{request_id}": {"request_id": call},
            "groups/{id}": {"id": group},
            "apps/{id}": {"id": app},
            "projects/{id}": {"id": shop.project_id},
            "integrations/{id}/rotate": {"id": desk},
            "prompts/{id}": {"id": first["prompts"]},
            "resources/{id}": {"id": first["resources"]},
        },
    )


def _made(shop: Tenant, path: str, body: Json, *, key: str | None = None) -> Json:
    answer = shop.api("POST", f"{API}/{path}", body, key=key)
    assert answer.status_code in {200, 201}, answer.text
    for name in ("api_key", "client_secret", "key", "invitation"):
        if secret := answer.json().get(name):
            shop.journal.shown_once.add(shop.journal.note(name, secret))
    made: Json = answer.json()
    return made


def _offer(shop: Tenant, origin: str) -> None:
    for tool in TOOLS:
        made = shop.tool(origin, **tool)
        if tool["name"] not in {"book_repair", "export_customers"}:
            _made(shop, f"custom-tools/{made['id']}/approve", {"digest": made["digest"]})
    for prompt in PROMPTS:
        _made(shop, "prompts", prompt)
    for resource in RESOURCES:
        _made(shop, "resources", resource)


def _members(shop: Tenant) -> None:
    for number, member in enumerate(MEMBERS):
        roles = ["support-lead"] if number == 0 else ["customer"]
        shop.session(member, email=f"{member}@mail.example", roles=roles)
    answer = shop.api("POST", f"{API}/members/{MEMBERS[-1]}/block")
    assert answer.status_code == 204, answer.text


def _let_clients_in(shop: Tenant) -> str:
    """Let clients and backends in; return the integration of one."""
    limits = {"per_minute": 600}
    desk = {"name": "Help centre", "environment": "production", "limits": limits}
    made = _made(shop, "integrations", desk)
    _made(shop, "integrations", {"name": "Nightly reports", "scopes": ["mcp"]})
    _made(shop, "integrations", {"name": "Claude, for colleagues", "kind": "oauth",
                                 "redirect_uris": ["https://claude.example/callback"],
                                 "admission": "invited"})  # fmt: skip
    older = {"kid": "2025-09", "public_key_pem": key_pair()[1], "algorithm": "ES256",
             "description": "Before the move"}  # fmt: skip
    kept = _made(shop, "assertion-keys", older)
    shop.api("DELETE", f"{API}/assertion-keys/{kept['id']}")
    return str(made["id"])


def _ask_for_warrants(shop: Tenant) -> None:
    version = shop.api("GET", f"{API}/warrants/policy").json()["version"]
    policy = {"mode": "audit", "require_warrant": True, "clearances": {"create_*": 10},
              "receipts": True, "version": version}  # fmt: skip
    assert shop.api("PUT", f"{API}/warrants/policy", policy).status_code == 200
    _made(shop, "warrants/roots", {"public_key": "5a" * 32, "description": "The support desk"})
    _made(shop, "warrants/revocations", {"warrant_ids": [f"tnu_wrt_{'3c' * 16}"]})


def _people(stack: LocalStack, world: World, shop: Tenant) -> tuple[str, str]:
    """Let people be there, with a group and a service app; return the ids of these."""
    dynamodb, table = stack.client("dynamodb"), stack.tables["authority"]
    for user_id, (name, role) in PEOPLE.items():
        email = f"{name.lower().replace(' ', '.')}@fernhill.example"
        person = Person(id=user_id, email=email, name=name, is_active=True, is_admin=False,
                        epoch=0, created_at=int(time.time()))  # fmt: skip
        for item in (person_item(person), user_list_key(user_id)):
            dynamodb.put_item(TableName=table, Item=item)
        path = f"/admin/v1/projects/{shop.project_id}/people/{user_id}"
        answer = world.admin("PUT", path, {"role": role})
        assert answer.status_code == 200, answer.text
    app, app_key = _app(world, shop)
    _made(shop, "invitations", {"role": "viewer", "email": "sam@fernhill.example"}, key=app_key)
    roles = {"actions": ["tools:read", "tools:try", "calls:read"]}
    assert shop.api("PUT", f"{API}/roles/testers", roles, key=app_key).status_code == 200
    group = str(_made(shop, "groups", {"name": "Workshop"}, key=app_key)["id"])
    path = f"{API}/groups/{group}/members/Tom00000Achterbg"
    assert shop.api("PUT", path, key=app_key).status_code in {200, 204}
    tool = shop.api("GET", f"{API}/custom-tools").json()["items"][0]["id"]
    share = {"tool_id": tool, "group_id": group, "permission": "view"}
    _made(shop, "shares", share, key=app_key)
    return group, app


def _app(world: World, shop: Tenant) -> tuple[str, str]:
    """Let a service app be there, and return its id and its key."""
    grants = [{"project_id": shop.project_id, "actions": sorted(Action)}]
    app = world.admin("POST", "/admin/v1/apps", {"name": "deploy-pipeline", "grants": grants})
    assert app.status_code == 201, app.text
    made = world.admin("POST", f"/admin/v1/apps/{app.json()['id']}/keys", {"days": 90})
    key = world.journal.note("service key", made.json()["key"])
    world.journal.shown_once.add(key)
    return app.json()["id"], key


def _a_day_of_calls(stack: LocalStack, shop: Tenant) -> str:
    """Let there have been a day of calls; return the id of one with something to tell."""
    records = DynamoCallRecords(stack.client("dynamodb"), stack.tables["activity"])
    told = ""
    for record in calls(shop, time.time_ns() // 1_000_000):
        records.write(record)
        if len(record.attempts) > 1 and record.member_external_id and record.warrant:
            told = record.request_id
    return told
