"""Every change that the management API can make, one after the other, on the deployed stack."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from gatehouse.aws.members import DynamoSeenMembers
from gatehouse.aws.people_items import person_item
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.people import Person
from gatehouse.domain.roles import Action
from local.stack import LocalStack
from tests.integration.world import World, bearer, key_pair

Json = dict[str, Any]
ADMIN, KEY, APP = "admin", "key", "app"
MEMBER = "member-1"
WARRANT = f"tnu_wrt_{'5a' * 16}"
EVERYTHING = sorted(Action)


@dataclass
class Scene:
    """What was made so far, by what it is called in the paths of later steps."""

    world: World
    stack: LocalStack
    known: dict[str, Any] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)

    def people(self, *ids: str) -> None:
        """Let people have accounts, as signing in does."""
        for user_id in ids:
            person = Person(
                id=user_id,
                email=f"{user_id}@example.com".lower(),
                name="Somebody",
                is_active=True,
                is_admin=False,
                epoch=0,
                created_at=int(time.time()),
            )
            self.stack.client("dynamodb").put_item(
                TableName=self.stack.tables["authority"], Item=person_item(person)
            )

    def see_member(self) -> None:
        """Let a member have been seen, as an exchange does."""
        seen = DynamoSeenMembers(self.stack.client("dynamodb"), self.stack.tables["authority"])
        member = MemberIdentity(external_id=MEMBER)
        seen.upsert(self.known["project"], member, now=int(time.time()))

    def secret(self, what: str, text: str) -> str:
        """Remember what must be in no entry."""
        self.world.journal.shown_once.add(self.world.journal.note(what, text))
        self.secrets.append(text)
        return text


@dataclass(frozen=True, kw_only=True)
class Step:
    """One change: its route, who makes it, and what the audit has to say was changed.

    `body` and `target` are asked when the step is due; `keep` notes what it made.
    """

    route: str
    by: str = KEY
    at: Callable[[Scene], dict[str, str]] = lambda _scene: {}
    body: Callable[[Scene], object] = lambda _scene: None
    query: Callable[[Scene], str] = lambda _scene: ""
    kind: str
    target: Callable[[Scene, Json], str]
    keep: Callable[[Scene, Json], None] = lambda _scene, _answer: None
    chain: Callable[[Scene], str] = lambda scene: str(scene.known["project"])

    def act(self, scene: Scene) -> httpx.Response:
        """Make the change."""
        method, _, path = self.route.partition(" ")
        for name, value in self.at(scene).items():
            path = path.replace(f"{{{name}}}", value)
        tokens = {
            ADMIN: scene.world.admin_token,
            KEY: scene.known.get("api_key"),
            APP: scene.known.get("app_key"),
        }
        return scene.world.http.request(
            method,
            path + self.query(scene),
            json=self.body(scene),
            headers=bearer(str(tokens[self.by])),
        )


def known(name: str) -> Callable[[Scene], dict[str, str]]:
    return lambda scene: {"id": str(scene.known[name])}


def kept(name: str) -> Callable[[Scene, Json], str]:
    return lambda scene, _answer: str(scene.known[name])


def note(**names: str) -> Callable[[Scene, Json], None]:
    def keep(scene: Scene, answer: Json) -> None:
        scene.known |= {name: answer[of] for name, of in names.items()}

    return keep


def fixed(text: str) -> Callable[[Scene, Json], str]:
    return lambda _scene, _answer: text


def deployment(_scene: Scene) -> str:
    return "deployment"


def made_project(scene: Scene, answer: Json) -> None:
    scene.known["project"] = answer["id"]
    scene.see_member()
    scene.people("AuditPerson00001", "AuditPerson00002", "AuditPerson00003", "AuditPerson00004")


def made_key(scene: Scene, answer: Json) -> None:
    scene.known["integration"] = answer["id"]
    scene.known["api_key"] = scene.secret("API key", answer["api_key"])


def made_second(scene: Scene, answer: Json) -> None:
    scene.known["second"] = answer["id"]
    scene.secret("API key", answer["api_key"])


def made_app_key(scene: Scene, answer: Json) -> None:
    scene.known["app_key"] = scene.secret("service key", answer["key"])
    scene.known["key_of_app"] = scene.known["app_key"][16:20]


def made_invitation(scene: Scene, answer: Json) -> None:
    scene.known["invited"] = answer["id"]
    scene.secret("invitation", answer["invitation"])


def tool_body(scene: Scene) -> Json:
    return {
        "name": "audited",
        "description": "A tool",
        "input_schema": {"type": "object"},
        "base_url": "https://api.example.com",
        "http_method": "GET",
        "endpoint_path": "/json",
        "auth_strategy": "hmac_signature",
        "encrypted_auth_secret": scene.secret("tool secret", "hush-hush-audited-secret"),
    }


def person(number: int) -> Callable[[Scene], dict[str, str]]:
    return lambda _scene: {"user_id": f"AuditPerson0000{number}"}


def person_of_project(number: int) -> Callable[[Scene], dict[str, str]]:
    return lambda scene: known("project")(scene) | person(number)(scene)


DOCUMENT = json.dumps(
    {
        "openapi": "3.1.0",
        "servers": [{"url": "https://api.example.com"}],
        "paths": {"/json": {"get": {"operationId": "imported"}}},
    }
)
WORDS = [{"role": "user", "content": {"type": "text", "text": "words"}}]
PROJECTS, API = "/admin/v1/projects", "/api/v1"
TOOL, PROMPT, RESOURCE = fixed("audited"), fixed("asked"), fixed("told")
STEPS: tuple[Step, ...] = (
    Step(route=f"POST {PROJECTS}", by=ADMIN, body=lambda _: {"name": "Audited"},
         kind="project", target=kept("project"), keep=made_project),
    Step(route=f"PATCH {PROJECTS}/{{id}}", by=ADMIN, at=known("project"),
         body=lambda _: {"name": "Renamed", "version": 1}, kind="project", target=kept("project")),
    Step(route=f"POST {PROJECTS}/{{id}}/integrations", by=ADMIN, at=known("project"),
         body=lambda _: {"name": "first"}, keep=made_key,
         kind="integration", target=kept("integration")),
    Step(route=f"POST {API}/integrations", body=lambda _: {"name": "second"}, keep=made_second,
         kind="integration", target=kept("second")),
    Step(route=f"DELETE {API}/integrations/{{id}}", at=known("second"),
         kind="integration", target=kept("second")),
    Step(route=f"POST {API}/assertion-keys", keep=note(key="id"),
         body=lambda _: {"kid": "k1", "public_key_pem": key_pair()[1], "algorithm": "ES256"},
         kind="assertion_key", target=fixed("k1")),
    Step(route=f"DELETE {API}/assertion-keys/{{id}}", at=known("key"),
         kind="assertion_key", target=fixed("k1")),
    Step(route=f"POST {API}/custom-tools", body=tool_body, keep=note(tool="id", digest="digest"),
         kind="tool", target=TOOL),
    Step(route=f"POST {API}/custom-tools/{{id}}/approve", at=known("tool"),
         body=lambda scene: {"digest": scene.known["digest"]}, keep=note(version="version"),
         kind="tool", target=TOOL),
    Step(route=f"PATCH {API}/custom-tools/{{id}}", at=known("tool"),
         body=lambda scene: {"version": scene.known["version"], "description": "Other"},
         kind="tool", target=TOOL),
    Step(route=f"POST {API}/openapi-imports", kind="tool", target=fixed("imported"),
         body=lambda _: {"document": DOCUMENT, "operations": ["GET /json"]}),
    Step(route=f"POST {API}/prompts", body=lambda _: {"name": "asked", "messages": WORDS},
         keep=note(prompt="id"), kind="prompt", target=PROMPT),
    Step(route=f"PATCH {API}/prompts/{{id}}", at=known("prompt"),
         body=lambda _: {"version": 1, "description": "Other"}, kind="prompt", target=PROMPT),
    Step(route=f"POST {API}/resources", keep=note(resource="id", digest="digest"),
         body=lambda _: {"name": "told", "uri": "x://told", "text": "told"},
         kind="resource", target=RESOURCE),
    Step(route=f"POST {API}/resources/{{id}}/approve", at=known("resource"),
         body=lambda scene: {"digest": scene.known["digest"]}, keep=note(version="version"),
         kind="resource", target=RESOURCE),
    Step(route=f"PATCH {API}/resources/{{id}}", at=known("resource"),
         body=lambda scene: {"version": scene.known["version"], "description": "Other"},
         kind="resource", target=RESOURCE),
    Step(route=f"POST {API}/checklist/attestations",
         body=lambda _: {"item": "keys-in-a-vault", "note": "Looked at the deployment's values"},
         kind="attestation", target=fixed("keys-in-a-vault")),
    Step(route=f"PUT {API}/warrants/policy",
         body=lambda _: {"mode": "audit", "require_warrant": False, "clearances": {},
                         "receipts": False, "version": 2},
         kind="project", target=kept("project")),
    Step(route=f"POST {API}/warrants/roots", body=lambda _: {"public_key": "5a" * 32},
         kind="trusted_root", target=fixed("5a" * 32)),
    Step(route=f"DELETE {API}/warrants/roots/{{public_key}}",
         at=lambda _: {"public_key": "5a" * 32}, kind="trusted_root", target=fixed("5a" * 32)),
    Step(route=f"POST {API}/warrants/revocations", body=lambda _: {"warrant_ids": [WARRANT]},
         keep=note(issuer="issuer"), kind="revocation_list", target=kept("issuer")),
    Step(route=f"POST {API}/members/{{external_id}}/block", at=lambda _: {"external_id": MEMBER},
         kind="member", target=fixed(MEMBER)),
    Step(route=f"DELETE {API}/members/{{external_id}}/block", at=lambda _: {"external_id": MEMBER},
         kind="member", target=fixed(MEMBER)),
    Step(route=f"POST {API}/members/{{external_id}}/end-sessions",
         at=lambda _: {"external_id": MEMBER}, kind="member", target=fixed(MEMBER)),
    # --- people, by the administrator
    Step(route="PATCH /admin/v1/people/{user_id}", by=ADMIN, at=person(3), chain=deployment,
         body=lambda _: {"is_active": False}, kind="user", target=fixed("AuditPerson00003")),
    Step(route="POST /admin/v1/invitations", by=ADMIN, chain=deployment, body=lambda _: {},
         keep=made_invitation,
         kind="invitation", target=kept("invited")),
    Step(route=f"PUT {PROJECTS}/{{id}}/people/{{user_id}}", by=ADMIN, at=person_of_project(1),
         body=lambda _: {"role": "owner"}, kind="role", target=fixed("AuditPerson00001")),
    Step(route=f"PUT {PROJECTS}/{{id}}/people/{{user_id}}", by=ADMIN, at=person_of_project(2),
         body=lambda _: {"role": "viewer"}, kind="role", target=fixed("AuditPerson00002")),
    Step(route=f"PUT {PROJECTS}/{{id}}/people/{{user_id}}", by=ADMIN, at=person_of_project(4),
         body=lambda _: {"role": "editor"}, kind="role", target=fixed("AuditPerson00004")),
    # --- apps
    Step(route="POST /admin/v1/apps", by=ADMIN, chain=deployment, keep=note(app="id"),
         body=lambda s: {"name": f"audited-{s.known['project'].lower()}",
                         "grants": [{"project_id": s.known["project"], "actions": EVERYTHING}]},
         kind="app", target=kept("app")),
    Step(route="POST /admin/v1/apps/{id}/keys", by=ADMIN, chain=deployment, at=known("app"),
         body=lambda _: {}, keep=made_app_key, kind="app", target=kept("app")),
    # --- people, by an app
    Step(route=f"PUT {API}/roles/{{name}}", by=APP, at=lambda _: {"name": "triers"},
         body=lambda _: {"actions": ["tools:read"]}, kind="custom_role", target=fixed("triers")),
    Step(route=f"PUT {API}/people/{{user_id}}", by=APP, at=person(2),
         body=lambda _: {"role": "viewer", "custom_roles": []}, kind="role",
         target=fixed("AuditPerson00002")),
    Step(route=f"POST {API}/invitations", by=APP, body=lambda _: {"role": "viewer"},
         keep=made_invitation,
         kind="invitation", target=kept("invited")),
    Step(route=f"DELETE {API}/invitations/{{id}}", by=APP, at=known("invited"),
         kind="invitation", target=kept("invited")),
    Step(route=f"POST {API}/groups", by=APP, body=lambda _: {"name": "Group"},
         keep=note(group="id"), kind="group", target=kept("group")),
    Step(route=f"PUT {API}/groups/{{id}}/members/{{user_id}}", by=APP,
         at=lambda scene: known("group")(scene) | person(2)(scene), kind="group_member",
         target=lambda scene, _: f"{scene.known['group']}#AuditPerson00002"),
    Step(route=f"POST {API}/shares", by=APP, keep=note(share="id"),
         body=lambda s: {"tool_id": s.known["tool"], "group_id": s.known["group"],
                         "permission": "view"},
         kind="share", target=lambda scene, _: f"tool#audited#group#{scene.known['group']}"),
    Step(route=f"DELETE {API}/shares/{{id}}", by=APP, at=known("share"),
         kind="share", target=lambda scene, _: f"tool#audited#group#{scene.known['group']}"),
    Step(route=f"DELETE {API}/groups/{{id}}/members/{{user_id}}", by=APP,
         at=lambda scene: known("group")(scene) | person(2)(scene), kind="group_member",
         target=lambda scene, _: f"{scene.known['group']}#AuditPerson00002"),
    Step(route=f"DELETE {API}/groups/{{id}}", by=APP, at=known("group"),
         kind="group", target=kept("group")),
    Step(route=f"DELETE {API}/roles/{{name}}", by=APP, at=lambda _: {"name": "triers"},
         kind="custom_role", target=fixed("triers")),
    Step(route=f"DELETE {API}/people/{{user_id}}", by=APP, at=person(2), kind="role",
         target=fixed("AuditPerson00002")),
    # --- and away with all of it
    Step(route="PATCH /admin/v1/apps/{id}", by=ADMIN, chain=deployment, at=known("app"),
         body=lambda _: {"is_active": False, "version": 2}, kind="app", target=kept("app")),
    Step(route="DELETE /admin/v1/apps/{id}/keys/{key_id}", by=ADMIN, chain=deployment,
         at=lambda s: known("app")(s) | {"key_id": s.known["key_of_app"]},
         kind="app", target=kept("app")),
    Step(route="DELETE /admin/v1/apps/{id}", by=ADMIN, chain=deployment, at=known("app"),
         kind="app", target=kept("app")),
    Step(route=f"DELETE {PROJECTS}/{{id}}/people/{{user_id}}", by=ADMIN, at=person_of_project(4),
         kind="role", target=fixed("AuditPerson00004")),
    Step(route=f"DELETE {API}/custom-tools/{{id}}", at=known("tool"), kind="tool", target=TOOL),
    Step(route=f"DELETE {API}/prompts/{{id}}", at=known("prompt"), kind="prompt", target=PROMPT),
    Step(route=f"DELETE {API}/resources/{{id}}", at=known("resource"),
         kind="resource", target=RESOURCE),
    Step(route=f"DELETE {PROJECTS}/{{id}}", by=ADMIN, at=known("project"),
         query=lambda _: "?confirm=Renamed", kind="project", target=kept("project")),
)  # fmt: skip
