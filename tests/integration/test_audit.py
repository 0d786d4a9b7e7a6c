"""Each administrative change leaves its entry, on the deployed template, and exports verify."""

import hashlib
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from gatehouse.aws.audit import DynamoAuditEntries
from gatehouse.domain.audit import AuditFilter, entry_digest, entry_document
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import Access
from gatehouse_client.audit.documents import canonical
from local.stack import LocalStack
from tests.integration.administering import ADMIN, APP, STEPS, Scene, Step
from tests.integration.world import Json, Tenant, World

pytestmark = pytest.mark.stack

NO_CHANGE = {
    "POST /api/v1/custom-tools/{id}/probe",
    "POST /api/v1/custom-tools/{id}/test",
    "POST /api/v1/custom-tools/preview",
    "POST /api/v1/mcp/session-token",
    "POST /api/v1/openapi-imports/preview",
}
"""A trial, a look and an exchange change nothing that anybody administers."""


def entries(stack: LocalStack, chain: str) -> list[Json]:
    """Return a whole chain as the API answers it, but without asking it: it counts who asks."""
    store = DynamoAuditEntries(stack.client("dynamodb"), stack.tables["authority"])
    found: list[Json] = []
    after: int | None = None
    while True:
        page = store.page(chain, AuditFilter(), newest_first=False, after=after, limit=1000)
        found += [{**entry_document(e), "digest": entry_digest(e)} for e in page.items]
        if page.next_after is None:
            return found
        after = int(page.next_after)


@dataclass
class Made:
    """What a step left behind."""

    step: Step
    target: str
    chain: str
    new: list[Json]
    elsewhere: int


@pytest.fixture(scope="module")
def scene(world: World, stack: LocalStack) -> Scene:
    return Scene(world, stack)


@pytest.fixture(scope="module")
def made(scene: Scene) -> list[Made]:
    """Make every change, once."""
    found: list[Made] = []
    counts = {"deployment": len(entries(scene.stack, "deployment"))}
    for step in STEPS:
        answer = step.act(scene)
        assert answer.is_success, f"{step.route}: {answer.text}"
        document = answer.json() if answer.text else {}
        step.keep(scene, document)
        chain = step.chain(scene)
        now = {name: entries(scene.stack, name) for name in {chain, "deployment", *counts}}
        before = counts.get(chain, 0)
        elsewhere = sum(len(now[name]) - counts.get(name, 0) for name in now if name != chain)
        counts = {name: len(those) for name, those in now.items()}
        found.append(
            Made(step, step.target(scene, document), chain, now[chain][before:], elsewhere)
        )
    return found


@pytest.mark.parametrize("index", range(len(STEPS)), ids=lambda i: f"{i}-{STEPS[i].route}")
def test_each_change_leaves_one_entry_of_who_did_what_to_what(
    made: list[Made], scene: Scene, index: int
) -> None:
    this = made[index]
    assert len(this.new) == 1
    assert this.elsewhere == 0
    (entry,) = this.new
    actor = {
        ADMIN: {"kind": "admin", "id": ""},
        APP: {"kind": "app", "id": scene.known.get("app")},
    }.get(this.step.by, {"kind": "key", "id": scene.known["integration"]})
    assert {name: entry["actor"][name] for name in ("kind", "id")} == actor
    assert entry["action"] == this.step.route
    assert entry["target"] == {"kind": this.step.kind, "id": this.target}
    assert entry["chain"] == this.chain
    assert entry["source_ip"] == "127.0.0.1"
    assert len(entry["request_id"]) == 36
    if this.step.route.startswith("DELETE") and "/keys/" not in this.step.route:
        # What is taken away may leave something behind: a key that is never used again.
        assert entry["before"] is not None
    assert entry["before"] != entry["after"]


def test_every_route_that_changes_something_was_tried() -> None:
    writing = {
        f"{route.method} {route.path}"
        for route in ROUTES
        if route.method != "GET" and route.access is not Access.PUBLIC
    }
    assert writing - NO_CHANGE == {step.route for step in STEPS}


def test_no_entry_holds_a_secret(made: list[Made], scene: Scene, stack: LocalStack) -> None:
    assert made
    scanned = (
        stack.client("dynamodb").get_paginator("scan").paginate(TableName=stack.tables["authority"])
    )
    kept = [
        json.dumps(item, default=str)
        for page in scanned
        for item in page["Items"]
        if item["PK"]["S"].startswith("AUDIT")
    ]
    assert len(kept) > len(STEPS)
    for secret in (*scene.secrets, scene.world.admin_token):
        assert not any(secret in text for text in kept)


def test_what_changes_nothing_leaves_no_entry(stack: LocalStack, tenant: Tenant) -> None:
    before = entries(stack, tenant.project_id)
    for method, path, body in (
        ("GET", "/api/v1/custom-tools", None),
        ("POST", "/api/v1/custom-tools", {"name": "!"}),
        ("DELETE", "/api/v1/integrations/Nobody00", None),
        ("POST", "/api/v1/members/never-seen/block", None),
    ):
        tenant.api(method, path, body)
    tenant.session("somebody")
    assert entries(stack, tenant.project_id) == before


# ---- whose is it


def test_a_project_sees_its_own_chain_alone(world: World) -> None:
    a, b = world.tenant("A"), world.tenant("B")
    seen = a.api("GET", "/api/v1/audit").json()["items"]
    assert {entry["chain"] for entry in seen} == {a.project_id}
    assert a.api("GET", f"/api/v1/audit?project_id={b.project_id}").status_code == 422
    assert [e["seq"] for e in seen] == sorted((e["seq"] for e in seen), reverse=True)
    mine = a.api("GET", f"/api/v1/audit?actor=key:{a.integration_id}").json()["items"]
    assert {e["actor"]["id"] for e in mine} == {a.integration_id}
    assert a.api("GET", "/admin/v1/audit").status_code == 401


def test_an_administrator_sees_the_deployments_chain_and_any_projects(
    world: World, stack: LocalStack, made: list[Made], scene: Scene
) -> None:
    """Also of the project that was deleted as the last step."""
    assert made
    for query, chain in (("", "deployment"), ("&project_id=", scene.known["project"])):
        path = f"/admin/v1/audit?order=oldest&limit=100{query}{chain if query else ''}"
        assert world.admin("GET", path).json()["items"] == entries(stack, chain)[:100]


def test_a_key_without_manage_sees_nothing(world: World) -> None:
    tenant = world.tenant("Runtime", scopes=["mcp"])
    assert tenant.api("GET", "/api/v1/audit").status_code == 403


# ---- at the same time


def test_changes_at_the_same_time_are_all_made_and_are_one_chain(
    world: World, stack: LocalStack
) -> None:
    tenant = world.tenant("Busy")
    before = len(entries(stack, tenant.project_id))

    def make(number: int) -> int:
        prompt = {
            "name": f"prompt-{number}",
            "messages": [{"role": "user", "content": {"type": "text", "text": "x"}}],
        }
        return tenant.api("POST", "/api/v1/prompts", prompt).status_code

    with ThreadPoolExecutor(6) as threads:
        statuses = list(threads.map(make, range(12)))
    assert set(statuses) <= {201, 503}
    assert statuses.count(201) >= 6
    listed = tenant.api("GET", "/api/v1/prompts?limit=100").json()["items"]
    chain = entries(stack, tenant.project_id)
    assert len(listed) == statuses.count(201) == len(chain) - before
    assert problems(chain) == []


def test_racing_changes_of_one_member_lose_no_epoch(world: World, stack: LocalStack) -> None:
    tenant = world.tenant("Racing")
    tenant.session("ada")
    path = "/api/v1/members/ada/end-sessions"
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: tenant.api("POST", path).status_code, range(8)))
    ended = [e for e in entries(stack, tenant.project_id) if e["target"]["kind"] == "member"]
    assert len(ended) == done.count(204) >= 4
    for one, following in itertools.pairwise(ended):
        assert following["before"] == one["after"]


# ---- offline


@dataclass
class Exported:
    """A chain of nine, the first six of which are stated, as the command line fetched it."""

    document: Json
    file: Path
    key: Path

    def verify(self, document: Json) -> tuple[int, str]:
        self.file.write_text(json.dumps(document))
        done = run("verify", str(self.file), "--key", str(self.key))
        return done.returncode, done.stdout + done.stderr


def run(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "gatehouse_client.audit", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(sys.path), **environment},
    )


@pytest.fixture(scope="module")
def exported(world: World, stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    folder = tmp_path_factory.mktemp("audit")
    tenant = world.tenant("Exported")
    roots = [f"{number:02x}" * 32 for number in range(0x21, 0x27)]
    for root in roots[:3]:
        tenant.api("POST", "/api/v1/warrants/roots", {"public_key": root})
    state_ends(stack)
    for root in roots[3:]:
        tenant.api("POST", "/api/v1/warrants/roots", {"public_key": root})
    file, key = folder / "export.json", folder / "key.pem"
    asked = ("export", str(file), "--url", stack.api_url, "--key", str(key))
    done = run(*asked, GATEHOUSE_API_KEY=tenant.api_key)
    assert done.returncode == 0, done.stderr
    document = json.loads(file.read_text())
    assert len(document["entries"]) == 9
    assert [head["seq"] for head in document["heads"]] == [6]
    return Exported(document, file, key)


def state_ends(stack: LocalStack) -> Json:
    """Run the daily function, as the schedule does."""
    answer = stack.client("lambda").invoke(
        FunctionName=stack.function_names["audit"],
        Payload=(Path(__file__).parents[2] / "events" / "audit" / "daily.json").read_bytes(),
    )
    said: Json = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    return said


def problems(chain: list[Json]) -> list[int]:
    """Return the numbers of entries that are not where they belong."""
    prev, wrong = None, []
    for number, entry in enumerate(chain, 1):
        if (entry["seq"], entry["prev"]) != (number, prev):
            wrong.append(number)
        prev = entry["digest"]
    return wrong


def test_an_export_verifies_offline_with_the_key_of_kms(
    exported: Exported, stack: LocalStack
) -> None:
    status, said = exported.verify(exported.document)
    assert status == 0, said
    assert "Verified: 9 entries" in said
    assert "No statement covers the last 3 yet" in said
    kms = stack.client("kms").get_public_key(KeyId=stack.outputs["AuditKey"])["PublicKey"]
    given = load_pem_public_key(exported.key.read_bytes())
    assert given.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) == kms


def remade(chain: list[Json]) -> list[Json]:
    """Make digests and numbers anew, as whoever may write the table can."""
    made: list[Json] = []
    for number, entry in enumerate(chain, 1):
        said = {**entry, "seq": number, "prev": made[-1]["digest"] if made else None}
        del said["digest"]
        made.append({**said, "digest": hashlib.sha256(canonical(said)).hexdigest()})
    return made


SPOILED: dict[str, tuple[Callable[[list[Json]], list[Json]], str]] = {
    "removed": (lambda e: e[:2] + e[3:], "entry 3 is missing"),
    "altered": (lambda e: [{**e[0], "action": "GET /"}, *e[1:]], "entry 1 was altered"),
    "reordered": (lambda e: [e[1], e[0], *e[2:]], "entry 1 is missing"),
    "truncated": (lambda e: e[:5], "there were 6 entries, and number 6 is missing"),
    "removed and remade": (lambda e: remade(e[:2] + e[3:]), "was another then"),
}


@pytest.mark.parametrize("how", sorted(SPOILED))
def test_what_was_done_to_an_export_is_found_and_said(exported: Exported, how: str) -> None:
    spoil, said = SPOILED[how]
    document = {**exported.document, "entries": spoil(exported.document["entries"])}
    status, output = exported.verify(document)
    assert (status, said in output) == (1, True), output


def test_what_was_done_to_the_table_itself_is_found_and_said(
    world: World, stack: LocalStack, tmp_path: Path
) -> None:
    tenant = world.tenant("Spoiled")
    state_ends(stack)
    client, table = stack.client("dynamodb"), stack.tables["authority"]
    key = {"PK": {"S": f"AUDIT#{tenant.project_id}"}, "SK": {"S": f"{2:012}"}}
    client.delete_item(TableName=table, Key=key)
    file = tmp_path / "export.json"
    pem = tmp_path / "key.pem"
    asked = ("export", str(file), "--url", stack.api_url, "--key", str(pem))
    assert run(*asked, GATEHOUSE_API_KEY=tenant.api_key).returncode == 0
    done = run("verify", str(file), "--key", str(pem))
    assert (done.returncode, "entry 2 is missing" in done.stderr) == (1, True)


def test_ends_are_stated_once_a_day_and_a_deleted_projects_too(
    world: World, stack: LocalStack
) -> None:
    tenant = world.tenant("Deleted")
    world.admin("DELETE", f"/admin/v1/projects/{tenant.project_id}?confirm=Deleted")
    assert state_ends(stack)["signed"] >= 1
    assert state_ends(stack)["signed"] == 0
    query = f"?project_id={tenant.project_id}"
    (head,) = world.admin("GET", f"/admin/v1/audit/heads{query}").json()["items"]
    last = entries(stack, tenant.project_id)[-1]
    assert (head["seq"], head["digest"]) == (last["seq"], last["digest"])
    assert last["action"] == "DELETE /admin/v1/projects/{id}"


def test_only_the_daily_function_signs_ends(stack: LocalStack) -> None:
    for noun in stack.function_names.keys() - {"audit"}:
        with refused():
            stack.as_role(noun, "kms").sign(
                KeyId=stack.outputs["AuditKey"], Message=b"m", SigningAlgorithm="ECDSA_SHA_256"
            )


@contextmanager
def refused() -> Iterator[None]:
    with pytest.raises(ClientError) as error:
        yield
    assert "AccessDenied" in error.value.response["Error"]["Code"]


def test_the_daily_function_writes_no_tool_and_reads_no_activity(stack: LocalStack) -> None:
    role: Any = stack.as_role("audit", "dynamodb")
    key = {"PK": {"S": "P#x"}, "SK": {"S": "TOOL#x"}}
    acts: tuple[Callable[[], object], ...] = (
        lambda: role.delete_item(TableName=stack.tables["authority"], Key=key),
        lambda: role.get_item(TableName=stack.tables["activity"], Key=key),
        lambda: role.put_item(TableName=stack.tables["activity"], Item=key),
    )
    for act in acts:
        with refused():
            act()
