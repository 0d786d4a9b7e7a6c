"""`gatehouse tools import`: nothing is sent that was not chosen, and what was done is told."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from gatehouse_cli.importing import AT_ONCE
from tests.unit.cli.loopback import Api, Json, gatehouse, serving

URL = "https://api.example.com/openapi.json"


def operation(name: str, becomes: str = "new", **more: object) -> Json:
    return {
        "operation": f"GET /{name}",
        "name": name,
        "becomes": becomes,
        "auth_strategy": "none",
        "edited": [],
        "notes": [],
        "reason": None,
        **more,
    }


def importing(
    monkeypatch: pytest.MonkeyPatch,
    *operations: Json,
    outcome: Callable[[str], str] = lambda _: "created",
) -> Api:
    """An API that has looked at these operations, and imports what it is asked for."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/preview"):
            gone = [{"tool_id": "t", "name": "old", "operation": "GET /old"}]
            seen = {"document": {"sha256": "5a"}, "operations": operations, "gone": gone}
            return httpx.Response(200, json=seen)
        chosen = json.loads(request.content)["operations"]
        results = [
            {"operation": each, "name": each[5:], "outcome": outcome(each), "reason": "why"}
            for each in chosen
        ]
        return httpx.Response(200, json={"document": {}, "results": results})

    return serving(monkeypatch, answer)


@pytest.fixture
def file(tmp_path: Path) -> str:
    (tmp_path / "openapi.yaml").write_text("openapi: 3.1.0\n")
    return str(tmp_path / "openapi.yaml")


def test_without_a_choice_it_is_only_told_what_would_be_done(
    monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    refused = operation("b", "refused", reason="the body is a file")
    api = importing(monkeypatch, operation("a", notes=["left out: a cookie"]), refused)
    done = gatehouse("tools", "import", file)
    assert done.exit_code == 0, done.output
    for shown in ("GET /a", "left out: a cookie", "the body is a file", "--only", "old"):
        assert shown in done.output
    assert api.lines == ["POST /api/v1/openapi-imports/preview"]
    assert api.body() == {"document": "openapi: 3.1.0\n"}


def test_all_is_what_is_new_or_has_changed_of_the_document_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    states = ("new", "changed", "unchanged", "edited", "taken", "refused")
    api = importing(monkeypatch, *(operation(each, each) for each in states))
    done = gatehouse("tools", "import", URL, "--all", "--base-url", "https://b.example")
    assert done.exit_code == 0, done.output
    assert api.body() == {
        "url": URL,
        "base_url": "https://b.example",
        "operations": ["GET /new", "GET /changed"],
        "sha256": "5a",
        "is_enabled": True,
    }


def test_operations_are_chosen_by_themselves_or_by_the_names_of_their_tools(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("hush-hush\n")
    api = importing(monkeypatch, *map(operation, "abc"))
    chosen = ("--only", "a", "--only", "GET /c", "--auth", "static_bearer", "--disabled")
    secret = ("--secret-file", str(tmp_path / "secret"))
    done = gatehouse("tools", "import", URL, *chosen, *secret)
    assert done.exit_code == 0, done.output
    sent = api.body()
    assert isinstance(sent, dict)
    assert sent["operations"] == ["GET /a", "GET /c"]
    assert (sent["auth_strategy"], sent["encrypted_auth_secret"]) == ("static_bearer", "hush-hush")
    assert sent["is_enabled"] is False
    assert "hush-hush" not in done.output


def test_an_operation_that_is_not_there_is_not_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    api = importing(monkeypatch, operation("a"))
    done = gatehouse("tools", "import", URL, "--only", "a", "--only", "b")
    assert done.exit_code == 2
    assert "no operation b" in done.output
    assert len(api.requests) == 1


def test_a_dry_run_shows_what_is_chosen_and_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    api = importing(monkeypatch, operation("a"), operation("bee"))
    done = gatehouse("tools", "import", URL, "--only", "bee", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "GET /bee" in done.stdout
    assert "GET /a" not in done.stdout
    assert len(api.requests) == 1


def test_many_operations_are_imported_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    api = importing(monkeypatch, *(operation(f"o{number}") for number in range(2 * AT_ONCE + 1)))
    done = gatehouse("tools", "import", URL, "--all", "--json")
    assert done.exit_code == 0, done.output
    assert len(api.requests) == 1 + 3
    assert len(json.loads(done.stdout)["results"]) == 2 * AT_ONCE + 1


def test_what_was_not_imported_is_told_and_fails_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    importing(
        monkeypatch,
        *map(operation, "ab"),
        outcome=lambda each: "refused" if each == "GET /b" else "created",
    )
    done = gatehouse("tools", "import", URL, "--all")
    assert done.exit_code == 1
    assert "1 of 2 operations were not imported" in done.output
    assert "why" in done.output


def test_where_nothing_is_new_nothing_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    api = importing(monkeypatch, operation("a", "unchanged"))
    done = gatehouse("tools", "import", URL, "--all")
    assert done.exit_code == 0
    assert "nothing new" in done.output
    assert len(api.requests) == 1
