"""Warrants managed on the deployed template, with the public package `tenuo` as client."""

import base64
import hashlib
import os
import re
import secrets
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import tenuo

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.revocations import DynamoRevocations
from gatehouse.aws.trusted_roots import DynamoTrustedRoots
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.revocations import KeptList
from gatehouse.domain.warrants import RevocationList
from gatehouse.ports.authority import Wanted
from gatehouse.usecases.revoke_warrants import RevokeWarrants
from local.stack import LocalStack
from tests.audited import audited
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World
from tests.revocations import read, uploaded, warrant_id

pytestmark = pytest.mark.stack

ROOT = Path(__file__).parents[2]
POLICY = "/api/v1/warrants/policy"
ROOTS = "/api/v1/warrants/roots"
REVOCATIONS = "/api/v1/warrants/revocations"
VIOLATIONS = "/api/v1/warrants/violations"
TOOL = "read-file"


@dataclass
class Agents:
    """A project with one tool, whose root mints for an agent, which delegates to a second one."""

    tenant: Tenant
    root: Any = field(default_factory=tenuo.SigningKey.generate)
    first: Any = field(default_factory=tenuo.SigningKey.generate)
    second: Any = field(default_factory=tenuo.SigningKey.generate)

    @property
    def root_key(self) -> str:
        """The root's public key in hexadecimal."""
        return bytes(self.root.public_key.to_bytes()).hex()

    def policy(self, **changes: Any) -> httpx.Response:
        """Change some of what the project asks."""
        stands = self.tenant.api("GET", POLICY).json()
        stands.pop("revocation_key")
        return self.tenant.api("PUT", POLICY, {**stands, **changes})

    def trust(self, **fields: Any) -> httpx.Response:
        """Trust the root."""
        return self.tenant.api("POST", ROOTS, {"public_key": self.root_key, **fields})

    def revoke(self, body: object) -> httpx.Response:
        """Revoke warrants."""
        return self.tenant.api("POST", REVOCATIONS, body)

    def minted(self) -> Any:
        """Return a new warrant for the first agent."""
        builder = tenuo.Warrant.mint_builder().capability(TOOL, path=tenuo.Pattern("/data/*"))
        return builder.holder(self.first.public_key).ttl(600).mint(self.root)

    def delegated(self, parent: Any) -> Any:
        """Return a warrant that the first agent hands on to the second."""
        builder = parent.grant_builder().capability(TOOL, path=tenuo.Pattern("/data/*"))
        return builder.holder(self.second.public_key).ttl(300).grant(self.first)

    def call(
        self, *chain: Any, key: str | None = None, path: str | None = None
    ) -> tuple[bool, str | None]:
        """Call the tool; return whether it was called, and why not."""
        # Each call is another one, so that none is the replay of one before.
        arguments = {"path": path or f"/data/{secrets.token_hex(8)}"}
        params: dict[str, Any] = {"name": TOOL, "arguments": arguments}
        if chain:
            holder = self.first if len(chain) == 1 else self.second
            proof = chain[-1].sign(holder, TOOL, arguments, int(time.time()))
            stack = bytes([0x80 | len(chain)]) + b"".join(bytes(w.to_bytes()) for w in chain)
            carried = {"warrant": b64(stack), "signature": b64(bytes(proof))}
            params["_meta"] = {"tenuo": carried}
        answer = self.tenant.rpc(key or self.tenant.api_key, "tools/call", params)
        assert answer.status_code == 200, answer.text
        result = answer.json()["result"]
        reason = result["_meta"].get("gatehouse/warrant", {}).get("reason")
        return not result.get("isError"), reason


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@pytest.fixture
def agents(world: World, echo: Echo) -> Agents:
    """Agents of a project of their own, which enforces warrants and trusts their root."""
    tenant = world.tenant("Warranted")
    schema = {"type": "object", "properties": {"path": {"type": "string"}}}
    tenant.tool(echo.url, name=TOOL, input_schema=schema)
    agents = Agents(tenant)
    assert agents.policy(mode="enforce").status_code == 200
    assert agents.trust().status_code == 201
    return agents


def test_a_policy_holds_for_the_very_next_call_and_is_replaced_by_version(agents: Agents) -> None:
    stands = agents.tenant.api("GET", POLICY)
    version = stands.json()["version"]
    assert stands.headers["etag"] == f'"{version}"'
    assert agents.call() == (False, "warrant-missing")
    assert agents.policy(require_warrant=False).json()["version"] == version + 1
    assert agents.call() == (True, None)
    stale = agents.policy(mode="off", version=version)
    assert (stale.status_code, stale.json()["current_version"]) == (409, version + 1)
    assert agents.call(agents.minted(), path="/etc/passwd") == (False, "constraint-violation")
    assert agents.policy(mode="off").json()["version"] == version + 2
    assert agents.call(agents.minted(), path="/etc/passwd") == (True, None)


def test_a_tool_may_be_stricter_than_its_project_and_no_laxer(agents: Agents) -> None:
    tools = agents.tenant.api("GET", "/api/v1/custom-tools").json()["items"]
    path = f"/api/v1/custom-tools/{tools[0]['id']}"

    def tool(mode: str | None) -> None:
        version = agents.tenant.api("GET", path).json()["version"]
        body = {"warrant_mode": mode, "version": version}
        assert agents.tenant.api("PATCH", path, body).json()["warrant_mode"] == mode

    tool("audit")
    assert agents.call() == (False, "warrant-missing")
    agents.policy(mode="off")
    assert agents.call() == (True, None)
    tool("enforce")
    assert agents.call() == (False, "warrant-missing")


def test_a_root_is_trusted_from_the_next_call_on_until_the_next_after_it_is_removed(
    agents: Agents,
) -> None:
    warrant = agents.minted()
    assert agents.call(warrant) == (True, None)
    assert agents.trust().status_code == 409
    path = f"{ROOTS}/{agents.root_key}"
    assert agents.tenant.api("DELETE", path).status_code == 204
    assert agents.call(warrant) == (False, "untrusted-root")
    assert agents.tenant.api("DELETE", path).status_code == 404
    assert agents.trust().status_code == 201
    assert agents.call(warrant) == (True, None)


def test_a_root_of_one_integration_is_no_root_of_another(agents: Agents) -> None:
    tenant = agents.tenant
    second = tenant.api("POST", "/api/v1/integrations", {"name": "second"}).json()
    key = tenant.journal.note("API key", second["api_key"])
    tenant.journal.shown_once.add(key)
    tenant.api("DELETE", f"{ROOTS}/{agents.root_key}")
    assert agents.trust(integration_ids=[second["id"]]).status_code == 201
    warrant = agents.minted()
    assert agents.call(warrant, key=key) == (True, None)
    assert agents.call(warrant) == (False, "untrusted-root")


def test_a_list_of_the_real_package_revokes_a_chain_for_good(agents: Agents) -> None:
    warrant = agents.minted()
    child = agents.delegated(warrant)
    assert agents.call(warrant, child) == (True, None)
    answer = agents.revoke(uploaded([warrant.id], 5, by=agents.root))
    assert answer.status_code == 200, answer.text
    assert (answer.json()["issuer"], answer.json()["warrants"]) == (agents.root_key, 1)
    assert agents.call(warrant, child) == (False, "warrant-revoked")
    assert agents.call(warrant) == (False, "warrant-revoked")
    assert agents.call(agents.minted()) == (True, None)
    assert agents.revoke(uploaded([], 6, by=agents.root)).json()["warrants"] == 0
    assert agents.call(warrant, child) == (False, "warrant-revoked")


def test_lists_go_forward_only_and_are_of_trusted_roots_only(agents: Agents) -> None:
    warrant = agents.minted()
    assert agents.revoke(uploaded([warrant_id(1)], 5, by=agents.root)).status_code == 200
    for version, reason in ((4, "srl-version-rollback"), (5, "srl-content-changed")):
        refused = agents.revoke(uploaded([warrant.id], version, by=agents.root))
        assert (refused.status_code, refused.json()["current_version"]) == (409, 5)
        assert reason in refused.json()["detail"]
    assert agents.revoke(uploaded([warrant.id], 9, by=agents.first)).status_code == 422
    assert agents.call(warrant) == (True, None)
    assert agents.revoke(uploaded([warrant_id(1)], 5, by=agents.root)).status_code == 200


class Crashing(DynamoRevocations):
    """Revokes, and is gone before the list is kept."""

    def keep(
        self,
        project_id: str,  # noqa: ARG002 - nothing is kept
        kept: KeptList,  # noqa: ARG002
        *,
        instead_of: int | None,  # noqa: ARG002
    ) -> None:
        """Do not."""
        raise Unavailable


def test_what_breaks_off_before_the_list_is_kept_has_revoked_and_is_completed(
    agents: Agents, stack: LocalStack
) -> None:
    warrant = agents.minted()
    body = uploaded([warrant.id], 3, by=agents.root)
    client, table = stack.client("dynamodb"), stack.outputs["AuthorityTable"]
    project = DynamoAuthority(client, table).read(Wanted(project_id=agents.tenant.project_id))
    assert project.project
    crashing = RevokeWarrants(
        revocations=Crashing(*audited(client, table)),
        roots=DynamoTrustedRoots(*audited(client, table)),
        clock=lambda: int(time.time()),
    )
    with pytest.raises(Unavailable):
        crashing.upload(project.project, base64.b64decode(body["list"]))
    assert agents.call(warrant) == (False, "warrant-revoked")
    assert agents.tenant.api("GET", REVOCATIONS).json()["items"] == []
    assert agents.revoke(body).json()["version"] == 3
    assert agents.call(warrant) == (False, "warrant-revoked")


def test_the_own_list_is_read_by_others_as_it_is_published(agents: Agents) -> None:
    warrants = [agents.minted() for _ in range(2)]
    key = agents.tenant.api("GET", POLICY).json()["revocation_key"]
    agents.revoke({"warrant_ids": [warrants[0].id], "reason": "lost laptop"})
    listed = agents.revoke({"warrant_ids": [warrants[1].id]}).json()
    assert (listed["issuer"], listed["version"], listed["warrants"]) == (key, 2, 2)
    for warrant in warrants:
        assert agents.call(warrant) == (False, "warrant-revoked")

    published = agents.tenant.http.get(listed["path"])
    assert published.status_code == 200
    assert published.headers["content-type"] == "application/cbor"
    digest = hashlib.sha256(published.content).hexdigest()
    assert digest == listed["sha256"] == published.headers["etag"].strip('"')
    ids = {warrant.id for warrant in warrants}
    assert read(published.content, bytes.fromhex(key)) == (2, ids)
    assert RevocationList.parse(published.content, issuers=[bytes.fromhex(key)]).ids == ids


def test_an_uploaded_list_is_published_to_the_byte(agents: Agents) -> None:
    body = uploaded([warrant_id(n) for n in range(300)], 2, by=agents.root)
    path = agents.revoke(body).json()["path"]
    assert agents.tenant.http.get(path).content == base64.b64decode(body["list"])


def test_another_projects_list_and_root_are_as_absent_as_unknown_ones(
    agents: Agents, world: World
) -> None:
    other = world.tenant("Another")
    path = agents.revoke(uploaded([warrant_id(1)], by=agents.root)).json()["path"]
    absent = [
        path.replace(agents.tenant.project_id, other.project_id),
        path.replace(agents.tenant.project_id, "Nobody00"),
        path.replace(agents.root_key, "5a" * 32),
    ]
    answers = [agents.tenant.http.get(each) for each in absent]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.json()["title"] for answer in answers}) == 1
    assert other.api("DELETE", f"{ROOTS}/{agents.root_key}").status_code == 404
    refused = other.api("POST", REVOCATIONS, uploaded([warrant_id(2)], 9, by=agents.root))
    assert refused.status_code == 422
    assert other.api("GET", REVOCATIONS).json()["items"] == []
    assert agents.call(agents.minted()) == (True, None)


def test_nobody_who_adds_at_the_same_time_is_lost(agents: Agents) -> None:
    ids = [warrant_id(number) for number in range(6)]

    def added(each: str) -> None:
        while (answer := agents.revoke({"warrant_ids": [each]})).status_code == 409:
            pass
        assert answer.status_code == 200, answer.text

    with ThreadPoolExecutor(len(ids)) as threads:
        list(threads.map(added, ids))
    (kept,) = agents.tenant.api("GET", REVOCATIONS).json()["items"]
    assert kept["warrants"] == len(ids)
    data = agents.tenant.http.get(kept["path"]).content
    assert read(data, bytes.fromhex(kept["issuer"]))[1] == set(ids)


ROLLOUT = re.compile(r"<!-- rollout: (\w+) -->\n```sh\n(.*?)```", re.DOTALL)


def test_the_rollout_that_is_written_down_leads_from_nothing_to_enforcing(
    agents: Agents, world: World
) -> None:
    steps = dict(ROLLOUT.findall((ROOT / "docs" / "deploy.md").read_text()))
    assert list(steps) == ["audit", "look", "enforce", "revoke"]
    agents.policy(mode="off", clearances={"admin_*": 40})
    agents.tenant.api("DELETE", f"{ROOTS}/{agents.root_key}")
    warrant = agents.minted()
    given = {"API": world.api_url, "KEY": agents.tenant.api_key, "ROOT": agents.root_key}
    helpers = steps["audit"].partition("\n\n")[0]

    def follow(step: str) -> str:
        script = steps[step] if step == "audit" else f"{helpers}\n{steps[step]}"
        command = ["/bin/bash", "-euo", "pipefail", "-c", script]
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        environment = {**os.environ, **given, "PATH": path, "WARRANT": warrant.id}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    follow("audit")
    assert agents.call() == (True, None)
    assert agents.call(warrant) == (True, None)
    said = follow("look")
    assert '"checked": 2' in said
    assert '"reason": "warrant-missing"' in said
    follow("enforce")
    assert agents.call() == (False, "warrant-missing")
    assert agents.call(warrant) == (True, None)
    assert agents.tenant.api("GET", POLICY).json()["clearances"] == {"admin_*": 40}
    follow("revoke")
    assert agents.call(warrant) == (False, "warrant-revoked")


def test_violations_are_as_many_as_were_called(agents: Agents) -> None:
    warrant, revoked = agents.minted(), agents.minted()
    agents.revoke({"warrant_ids": [revoked.id]})
    agents.policy(mode="audit")
    for _ in range(3):
        assert agents.call() == (True, None)
    for _ in range(2):
        assert agents.call(warrant) == (True, None)
    assert agents.call(revoked) == (True, None)
    assert agents.call(warrant, path="/etc/passwd") == (True, None)
    agents.policy(mode="enforce")
    assert agents.call() == (False, "warrant-missing")
    assert agents.call(revoked) == (False, "warrant-revoked")
    assert agents.call(warrant) == (True, None)
    agents.policy(mode="off")
    assert agents.call() == (True, None)

    found = agents.tenant.api("GET", VIOLATIONS).json()
    counts = {
        each["reason"]: (each["tool"], each["would_deny"], each["denied"])
        for each in found["items"]
    }
    assert counts == {
        "warrant-missing": (TOOL, 3, 1),
        "warrant-revoked": (TOOL, 1, 1),
        "constraint-violation": (TOOL, 1, 0),
    }
    assert (found["checked"], found["allowed"]) == (10, 3)
