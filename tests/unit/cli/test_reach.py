"""Every route of the management API is asked for by some command."""

import json
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.session_token import SESSION_TOKEN
from gatehouse_cli.commands import Command
from gatehouse_cli.table import GROUPS
from tests.signing import private_key
from tests.unit.cli.loopback import gatehouse, serving

ROWS = [(group.name, command) for group in GROUPS for command in group.commands]
OWN = {
    "GET /.well-known/gatehouse/{project_id}/revocations/{issuer}": (
        "warrants", "published", "proj", "key", "--out", "OUT",
    ),
    "POST /api/v1/openapi-imports/preview": ("tools", "import", "PEM"),
    "POST /api/v1/openapi-imports": ("tools", "import", "https://a.example/a", "--all"),
    "POST /api/v1/mcp/session-token": (
        "session", "mint", "user", "--kid", "k", "--private-key", "PEM",
    ),
}  # fmt: skip
"""Routes that a function of its own asks for, and how."""


def asked_for(command: Command) -> list[str]:
    given = [f"some-{name}" for name in command.parameters]
    return [command.name, *given, *(["--yes"] if command.confirms else []), "--json"]


@pytest.mark.parametrize(("group", "command"), ROWS, ids=lambda each: getattr(each, "route", each))
def test_a_row_asks_for_its_route(
    group: str, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    api = serving(monkeypatch)
    done = gatehouse(group, *asked_for(command))
    assert done.exit_code == 0, done.output
    path = api.requests[-1].url.path
    (route,) = [each for each in ROUTES if f"{each.method} {each.path}" == command.route]
    assert api.requests[-1].method == route.method
    assert route.pattern.fullmatch(path)
    assert isinstance(json.loads(done.stdout), dict)


def test_every_route_has_a_command() -> None:
    reached = {command.route for _, command in ROWS} | set(OWN)
    assert {f"{each.method} {each.path}" for each in (*ROUTES, SESSION_TOKEN)} == reached


@pytest.mark.parametrize("line", OWN)
def test_functions_ask_for_their_routes(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = private_key("ES256")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "pem").write_bytes(pem)
    files = {"OUT": str(tmp_path / "out"), "PEM": str(tmp_path / "pem")}
    session = {"token": "tng_mst_x", "expires_in_minutes": 15, "id": "a1"}
    operation = {"operation": "GET /a", "name": "a", "becomes": "new"}
    imports = {"document": {"sha256": "0"}, "operations": [operation], "gone": [], "results": []}
    api = serving(monkeypatch, lambda _: httpx.Response(200, json=session | imports))
    done = gatehouse(*(files.get(each, each) for each in OWN[line]), "--json")
    assert done.exit_code == 0, done.output
    (route,) = [e for e in (*ROUTES, SESSION_TOKEN) if f"{e.method} {e.path}" == line]
    assert api.requests[-1].method == route.method
    assert route.pattern.fullmatch(api.requests[-1].url.path)


@pytest.mark.parametrize(("group", "command"), ROWS, ids=lambda each: getattr(each, "route", each))
def test_options_name_fields_that_the_route_takes(group: str, command: Command) -> None:
    (route,) = [each for each in ROUTES if f"{each.method} {each.path}" == command.route]
    known = {each.alias or name for name, each in route.input.model_fields.items()} | set(
        route.input.model_fields
    )
    assert {option.field for option in command.options} <= known, group
    assert command.is_versioned == (409 in route.refusals and "version" in known)
