"""The command itself, as a process of its own, against the deployed template."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from local.stack import LocalStack
from tests.integration.echo import Echo
from tests.integration.world import Json, Tenant, World

pytestmark = pytest.mark.stack

Done = subprocess.CompletedProcess[str]
Gatehouse = Callable[..., Done]


@pytest.fixture(scope="module")
def own(world: World) -> Tenant:
    return world.tenant("On the command line")


@pytest.fixture
def environment(own: Tenant, stack: LocalStack, tmp_path: Path) -> dict[str, str]:
    """An integration of the project, and an administrator."""
    return {
        "PYTHONPATH": ":".join(sys.path),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
        "GATEHOUSE_URL": stack.api_url,
        "GATEHOUSE_API_KEY": own.api_key,
        "GATEHOUSE_ADMIN_TOKEN": stack.admin_token,
    }


@pytest.fixture
def gatehouse(environment: dict[str, str]) -> Gatehouse:
    """Run the command."""

    def run(*arguments: str, given: str = "", **others: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "gatehouse_cli", *arguments],
            input=given, capture_output=True, text=True, check=False,
            env={**environment, **others},
        )  # fmt: skip

    return run


def said(done: Done) -> Json:
    """Return the one document on standard output of a command that went well."""
    assert done.returncode == 0, done.stderr
    document: Json = json.loads(done.stdout)
    return document


def test_a_tool_is_made_tried_called_changed_and_removed(
    gatehouse: Gatehouse, own: Tenant, echo: Echo, tmp_path: Path
) -> None:
    file = tmp_path / "tool.json"
    schema: Json = {"type": "object", "properties": {"q": {"type": "string"}}}
    fields = {"input_schema": schema, "query_template": {"q": "{q}"}}
    file.write_text(json.dumps({"name": "look-up", "description": "d", **fields}))
    made = said(
        gatehouse(
            "tools", "create", "--from", str(file), "--base-url", echo.url,
            "--http-method", "GET", "--endpoint-path", "/json", "--json",
        )
    )  # fmt: skip
    assert made["name"] == "look-up"
    asked = ("tools", "try", "look-up", "--set", "arguments.q=x", "--execute", "--json")
    assert said(gatehouse(*asked))["response"]["status"] == 200
    assert own.rpc(
        own.api_key, "tools/call", {"name": "look-up", "arguments": {"q": "x"}}
    ).is_success
    call, trial = said(gatehouse("calls", "list", "--tool", "look-up", "--json"))["items"]
    assert call["outcome"] == "succeeded"
    assert said(gatehouse("calls", "show", call["request_id"], "--json")) == call
    tail = gatehouse("calls", "tail", "--tool", "look-up", "--json").stdout.splitlines()
    assert [json.loads(line) for line in tail] == [trial, call]
    assert gatehouse("tools", "disable", "look-up").returncode == 0
    shown = said(gatehouse("tools", "show", "look-up", "--json"))
    assert (shown["is_enabled"], shown["version"]) == (False, made["version"] + 1)
    assert said(gatehouse("tools", "delete", "look-up", "--yes", "--json")) == {}
    gone = gatehouse("tools", "show", "look-up")
    assert (gone.returncode, gone.stdout) == (1, "")
    assert "404" in gone.stderr


def test_a_key_is_rotated(gatehouse: Gatehouse, own: Tenant) -> None:
    created = said(gatehouse("integrations", "create", "--name", "old", "--scope", "mcp", "--json"))
    own.journal.note("API key", created["api_key"])
    done = gatehouse("keys", "rotate", created["id"], "--yes", "--overlap", "0", "--json")
    new = own.journal.note("API key", said(done)["created"]["api_key"])
    assert own.rpc(new, "tools/list").status_code == 200
    assert own.rpc(created["api_key"], "tools/list").status_code == 401


def test_while_a_key_is_rotated_both_are_good(
    gatehouse: Gatehouse, own: Tenant, environment: dict[str, str]
) -> None:
    asked = ("integrations", "create", "--name", "both", "--scope", "mcp", "--json")
    created = said(gatehouse(*asked))
    old = own.journal.note("API key", created["api_key"])
    person, terminal = pty.openpty()
    command = (sys.executable, "-m", "gatehouse_cli", "keys", "rotate", created["id"], "--json")
    with subprocess.Popen(
        command,
        stdin=terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as rotating:
        assert rotating.stdout
        line = json.loads(rotating.stdout.readline())
        new = own.journal.note("API key", line["created"]["api_key"])
        # It waits for somebody to say that the new one is in place.
        assert {own.rpc(key, "tools/list").status_code for key in (old, new)} == {200}
        os.write(person, b"y\n")
    os.close(person)
    os.close(terminal)
    assert rotating.returncode == 0
    assert own.rpc(new, "tools/list").status_code == 200
    assert own.rpc(old, "tools/list").status_code == 401


def test_a_session_is_minted_with_a_local_key(
    gatehouse: Gatehouse, own: Tenant, tmp_path: Path
) -> None:
    pem = tmp_path / "key.pem"
    pem.write_text(own.private_pem)
    done = gatehouse("session", "mint", "user-7", "--kid", own.kid, "--private-key", str(pem))
    assert done.returncode == 0, done.stderr
    token = own.journal.note("session token", done.stdout.strip())
    assert own.rpc(token, "tools/list").status_code == 200
    members = said(gatehouse("members", "list", "--json"))["items"]
    assert [each["external_id"] for each in members] == ["user-7"]
    assert gatehouse("sessions", "end", "user-7", "--yes").returncode == 0
    assert own.rpc(token, "tools/list").status_code == 401


def test_the_audit_is_taken_along_and_verified(gatehouse: Gatehouse, tmp_path: Path) -> None:
    file, key = str(tmp_path / "audit.json"), str(tmp_path / "key.pem")
    assert gatehouse("integrations", "create", "--name", "noted", "--json").returncode == 0
    assert said(gatehouse("audit", "export", file, "--key", key, "--json"))["entries"] >= 2
    assert said(gatehouse("audit", "verify", file, "--key", key, "--json"))["verified"] is True
    document = json.loads(Path(file).read_text())
    del document["entries"][0]
    Path(file).write_text(json.dumps(document))
    done = gatehouse("audit", "verify", file, "--key", key, "--json")
    assert (done.returncode, json.loads(done.stdout)["verified"]) == (1, False)


def test_a_profile_does_without_the_environment(gatehouse: Gatehouse, own: Tenant) -> None:
    blank = {"GATEHOUSE_API_KEY": "", "GATEHOUSE_ADMIN_TOKEN": ""}
    logged_in = gatehouse("login", given=own.api_key + "\n", **blank)
    assert logged_in.returncode == 0, logged_in.stderr
    done = gatehouse("projects", "current", "--json", **blank)
    assert said(done)["id"] == own.project_id
    assert own.api_key not in logged_in.stdout + logged_in.stderr + done.stdout


def test_an_administrator_makes_and_ends_a_project(gatehouse: Gatehouse) -> None:
    made = said(gatehouse("projects", "create", "--name", "Short", "--json"))
    assert gatehouse("projects", "edit", made["id"], "--name", "Shorter").returncode == 0
    asked = ("projects", "delete", made["id"], "--yes")
    assert gatehouse(*asked, "--name", "Wrong").returncode == 1
    assert gatehouse(*asked, "--name", "Shorter").returncode == 0


def test_a_table_for_people_has_no_colours_in_a_pipe(gatehouse: Gatehouse) -> None:
    done = gatehouse("integrations", "list")
    assert done.returncode == 0
    assert "environment" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_nobody_there_is_its_own_status(gatehouse: Gatehouse) -> None:
    done = gatehouse("tools", "list", GATEHOUSE_URL="http://127.0.0.1:9")
    assert (done.returncode, done.stdout) == (3, "")


def test_a_document_is_looked_at_imported_and_imported_again(
    gatehouse: Gatehouse, own: Tenant, echo: Echo, tmp_path: Path
) -> None:
    def publish(summary: str) -> str:
        file = tmp_path / "openapi.json"
        paths = {"/json": {"get": {"operationId": "published", "summary": summary}}}
        server = {"openapi": "3.1.0", "servers": [{"url": echo.url}], "paths": paths}
        file.write_text(json.dumps(server))
        return str(file)

    file = publish("First")
    seen = said(gatehouse("tools", "import", file, "--dry-run", "--json"))
    assert [each["becomes"] for each in seen["operations"]] == ["new"]
    assert "published" not in own.listed(own.api_key)
    made = said(gatehouse("tools", "import", file, "--all", "--json"))
    assert [each["outcome"] for each in made["results"]] == ["created"]
    own.call(own.api_key, "published")
    assert echo.last().target == "/json"
    assert said(gatehouse("tools", "import", file, "--all", "--json")) == {"results": []}
    again = gatehouse("tools", "import", publish("Second"), "--only", "published")
    assert again.returncode == 0, again.stderr
    assert "updated" in again.stdout
    assert said(gatehouse("tools", "show", "published", "--json"))["description"] == "Second"
