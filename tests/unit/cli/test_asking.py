"""What commands send, how they show what comes back, and how they end."""

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.unit.cli.loopback import SECRETS, URL, Json, gatehouse, serving

TOOL = "/api/v1/custom-tools/tool_Z2V0"
PROBLEM = {
    "type": "about:blank", "title": "Unprocessable", "status": 422, "detail": "Look at the fields.",
    "errors": [{"field": "name", "message": "is \x1b[31mrequired"}], "request_id": "r-1",
}  # fmt: skip


def test_a_name_stands_for_its_id_and_a_change_for_the_present_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = serving(monkeypatch)
    assert gatehouse("tools", "disable", "get").exit_code == 0
    assert api.lines == [f"GET {TOOL}", f"PATCH {TOOL}"]
    assert api.body() == {"is_enabled": False, "version": 3}


def test_a_version_that_is_given_is_the_one_that_is_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = serving(monkeypatch)
    gatehouse("tools", "edit", "get", "--title", "T", "--version", "2")
    assert api.lines == [f"PATCH {TOOL}"]
    assert api.body() == {"title": "T", "version": 2}


def test_options_win_over_set_and_set_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serving(monkeypatch)
    (tmp_path / "tool.json").write_text('{"name": "a", "title": "b", "description": "c"}')
    gatehouse(
        "tools", "create", "--from", str(tmp_path / "tool.json"),
        "--set", "title=B", "--set", "limits.per_minute=5", "--set", "description=C",
        "--description", "D",
    )  # fmt: skip
    wanted = {"name": "a", "title": "B", "description": "D", "limits": {"per_minute": 5}}
    assert api.body() == wanted


def test_a_replaced_policy_keeps_what_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    present = {"mode": "off", "require_warrant": True, "version": 4, "revocation_key": "k"}
    api = serving(monkeypatch, lambda _: httpx.Response(200, json=present))
    gatehouse("warrants", "set-policy", "--mode", "audit")
    assert api.body() == {"mode": "audit", "require_warrant": True, "version": 4}


def test_pages_are_read_until_there_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    page = {"items": [{"id": "x"}] * 100, "next_cursor": "more"}
    api = serving(monkeypatch, lambda _: httpx.Response(200, json=page))
    done = gatehouse("tools", "list", "--limit", "150", "--json")
    assert [dict(each.url.params) for each in api.requests] == [
        {"limit": "100"},
        {"limit": "50", "cursor": "more"},
    ]
    assert json.loads(done.stdout)["next_cursor"] == "more"


@pytest.mark.parametrize(("path", "secret"), [
    (("projects", "list"), "admin_secret"), (("tools", "list"), "tengine_secret"),
])  # fmt: skip
def test_each_door_gets_its_own_credential(
    path: tuple[str, ...], secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serving(monkeypatch)
    gatehouse(*path)
    assert api.requests[0].headers["authorization"] == f"Bearer {secret}"


def test_what_is_public_is_asked_without_a_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    api = serving(monkeypatch)
    gatehouse("deployment", "health")
    assert "authorization" not in api.requests[0].headers


def test_a_refusal_is_told_plainly_on_standard_error(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, lambda _: httpx.Response(422, json=PROBLEM))
    done = gatehouse("tools", "create", "--json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.splitlines() == [
        "Unprocessable (422): Look at the fields.",
        "  name: is \N{REPLACEMENT CHARACTER}[31mrequired",
        "  request r-1",
    ]


def unreachable(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route", request=request)


@pytest.mark.parametrize("answer", [
    unreachable,
    lambda _: httpx.Response(502, text="<html>"),
    lambda _: httpx.Response(200, text="hi"),
])  # fmt: skip
def test_whoever_is_no_gatehouse_was_not_reached(
    answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving(monkeypatch, answer)
    done = gatehouse("projects", "list", "--json")
    assert (done.exit_code, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [
    ("tools", "create", "--from", "/nowhere"),
    ("tools", "create", "--set", "nothing"),
    ("tools", "delete", "get"),  # nobody is there to be asked
    ("tools", "nonsense"),
    ("tools", "list", "--limit", "0"),
    ("keys", "rotate", "i1", "--yes"),
])  # fmt: skip
def test_misuse_is_told_before_anything_is_sent(
    command: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serving(monkeypatch)
    done = gatehouse(*command)
    assert (done.exit_code, done.stdout, api.requests) == (2, "", [])


def test_nothing_a_terminal_obeys_comes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"name": "\x1b]0;owned\x07[red]x", "is_enabled": True}]
    serving(monkeypatch, lambda _: httpx.Response(200, json={"items": items, "next_cursor": None}))
    done = gatehouse("tools", "list", NO_COLOR="1")
    assert "[red]x" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_no_secret_is_ever_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, unreachable)
    for command in (("tools", "list"), ("projects", "list"), ("profiles", "list")):
        done = gatehouse(*command)
        assert not any(secret in done.output for secret in SECRETS.values())


def integrations(request: httpx.Request) -> httpx.Response:
    old = {"id": "i1", "name": "n", "kind": "api_key", "scopes": ["mcp"], "environment": None}
    answer: Json = {"items": [old], "next_cursor": None}
    if request.method == "POST":
        answer = {**old, "id": "i2", "api_key": "tengine_new"}
    return httpx.Response(200, json=answer)


def test_the_old_key_ends_after_the_new_one_was_shown_and_the_overlap(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = serving(monkeypatch, integrations)
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    done = gatehouse("keys", "rotate", "i1", "--yes", "--overlap", "3", "--json")
    assert [line.split("/")[-1] for line in api.lines] == ["integrations", "integrations", "i1"]
    assert api.body(1) == {"name": "n", "scopes": ["mcp"]}
    assert json.loads(done.stdout)["created"]["api_key"] == "tengine_new"
    assert sum(slept) == 3


def test_a_rotation_that_is_not_confirmed_leaves_both_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    api = serving(monkeypatch, integrations)
    done = gatehouse("keys", "rotate", "i1")
    assert done.exit_code == 2
    assert "tengine_new" in done.stdout
    assert not [each for each in api.requests if each.method == "DELETE"]


def test_a_new_assertion_key_is_made_here_and_its_private_half_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serving(monkeypatch)
    file = tmp_path / "new.pem"
    asked = ("keys", "rotate-assertion", "old", "--new-kid", "new", "--private-key", str(file))
    done = gatehouse(*asked, "--yes", "--overlap", "0", "--json")
    assert api.lines == ["POST /api/v1/assertion-keys", "DELETE /api/v1/assertion-keys/key_b2xk"]
    assert "PUBLIC KEY" in api.requests[0].content.decode()
    assert "PRIVATE KEY" in file.read_text()
    assert "PRIVATE KEY" not in done.output + api.requests[0].content.decode()
    assert file.stat().st_mode & 0o777 == 0o600
    again = gatehouse(*asked, "--yes", "--overlap", "0")
    assert (again.exit_code, len(api.requests)) == (2, 2)


def test_a_tail_shows_the_newest_last(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [{"request_id": name} for name in ("b", "a")]
    serving(monkeypatch, lambda _: httpx.Response(200, json={"items": items, "next_cursor": None}))
    done = gatehouse("calls", "tail", "--json")
    assert [json.loads(line)["request_id"] for line in done.stdout.splitlines()] == ["a", "b"]


def test_another_url_in_the_environment_gets_no_stored_key(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serving(monkeypatch)
    blank = dict.fromkeys(SECRETS, "")
    gatehouse("login", given="tengine_stored\n", **blank)
    done = gatehouse("tools", "list", GATEHOUSE_URL="https://other.example.com", **blank)
    assert done.exit_code == 2
    assert [each.url.host for each in api.requests] == ["gate.example.com"]
    assert home.stat().st_mode & 0o777 == 0o600
    assert URL in home.read_text()


def test_profiles_that_others_can_read_are_not_used(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving(monkeypatch)
    assert gatehouse("login", given="tengine_stored\n").exit_code == 0
    home.chmod(0o644)
    done = gatehouse("tools", "list")
    assert done.exit_code == 2
    assert "chmod 600" in done.stderr


def test_a_key_that_is_refused_is_not_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(monkeypatch, lambda _: httpx.Response(401, json=PROBLEM))
    assert gatehouse("login", given="tengine_wrong\n").exit_code == 1
    assert not home.exists()


def test_keys_cross_a_network_under_tls_only(monkeypatch: pytest.MonkeyPatch) -> None:
    api = serving(monkeypatch)
    done = gatehouse("tools", "list", GATEHOUSE_URL="http://gate.example.com")
    assert (done.exit_code, api.requests) == (2, [])
