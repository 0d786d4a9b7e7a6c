"""The console as deployed: who sees its pages, what its forms need, what is shown once."""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gatehouse.domain.roles import Role
from gatehouse.edge.console.pages import Page, Where
from gatehouse.edge.console.table import PAGES
from tests.contract.console.house import Console, House

if TYPE_CHECKING:
    pass

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
IN_PROJECT = [page for page in PAGES if page.where is Where.PROJECT]
NO_PARAMETER = [page for page in IN_PROJECT if "{" not in page.path]


def address(page: Page, project: str) -> str:
    return page.address.replace("{project_id}", project)


def test_the_sample_event_leads_to_signing_in(gate: House) -> None:
    file = Path(__file__).parents[3] / "events" / "console" / "nobody_signed_in.json"
    answer = gate.handler(json.loads(file.read_text()), None)
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, "/signin")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.address)
def test_without_a_session_every_page_leads_to_signing_in(gate: House, page: Page) -> None:
    shown = Console(gate.handler).get(page.address)
    assert (shown.status, shown.headers["location"], shown.body) == (303, "/signin", "")


def test_a_cookie_that_proves_nobody_leads_there_too_until_it_is_guessing(gate: House) -> None:
    guessing = Console(gate.handler, ["__Host-gatehouse_session=gcs_guess"])
    answers = [guessing.get("/console").status for _ in range(8)]
    assert answers[:5] == [303] * 5
    assert answers[-1] == 429


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OWNER])
@pytest.mark.parametrize("page", NO_PARAMETER, ids=lambda page: page.path or "overview")
def test_every_page_is_shown_under_the_exact_policy(
    gate: House, project: str, page: Page, role: Role
) -> None:
    shown = gate.signed_in(project, role).get(address(page, project))
    assert shown.headers["content-security-policy"] == POLICY
    assert shown.headers["cache-control"] == "no-store"
    assert shown.status in ({200} if role is Role.OWNER else {200, 403})
    assert "<style" not in shown.body
    assert not re.search(r'\s(style|on\w+)="', shown.body)
    assert shown.body.count("<h1") == 1


def test_a_project_that_one_is_not_in_is_not_there(gate: House, owner: Console) -> None:
    other = gate.project("Other")
    assert owner.get(f"/console/p/{other}").status == 404
    assert owner.get("/console/p/0000none").status == 404


def test_the_chooser_lists_what_one_is_in_and_nothing_else(gate: House, owner: Console) -> None:
    gate.project("Elsewhere")
    shown = owner.get("/console").body
    assert "Shop" in shown
    assert "Elsewhere" not in shown
    administrator = gate.console(gate.person(is_admin=True)).get("/console").body
    assert "Elsewhere" in administrator


FORM = {"action": "create-integration", "name": "Desk"}


def test_a_form_of_another_site_or_without_its_token_does_nothing(
    owner: Console, project: str
) -> None:
    path = f"/console/p/{project}/integrations"
    assert owner.post(path, origin="https://evil.example", **FORM).status == 403
    assert owner.post(path, csrf="", **FORM).status == 403
    assert owner.post(path, csrf="0" * 64, **FORM).status == 403
    assert "Desk" not in owner.get(path).body


def test_a_form_after_the_session_ended_does_nothing(gate: House, project: str) -> None:
    nobody = Console(gate.handler)
    assert nobody.post(f"/console/p/{project}/integrations", **FORM).status == 401


def test_a_key_is_shown_once_and_not_again(owner: Console, project: str) -> None:
    path = f"/console/p/{project}/integrations"
    made = owner.post(path, **FORM)
    assert made.status == 200
    (key,) = set(re.findall(r"tengine_[0-9A-Za-z]{45,}", made.body))
    assert made.headers["cache-control"] == "no-store"
    assert key not in owner.get(path).body


def test_what_cannot_be_undone_is_confirmed_by_its_name(owner: Console, project: str) -> None:
    path = f"/console/p/{project}/integrations"
    owner.post(path, **FORM)
    found = re.search(r'name="id" value="([0-9A-Za-z]{8})"', owner.get(path).body)
    assert found
    revoke = {"action": "revoke-integration", "id": found[1], "key": found[1], "name": "Desk"}
    refused = owner.post(path, **revoke, typed="desk")
    assert refused.status == 422
    assert "must be exactly: Desk" in refused.body
    done = owner.post(path, **revoke, typed="Desk")
    assert (done.status, done.headers["location"]) == (303, f"{path}?done=revoke-integration")
    after = owner.get(path, "done=revoke-integration").body
    assert "Revoked." in after
    assert found[1] not in after


@pytest.mark.parametrize(
    "page", [page for page in IN_PROJECT if page.actions], ids=lambda p: p.path
)
def test_a_form_without_its_fields_is_answered_and_breaks_nothing(
    owner: Console, project: str, page: Page
) -> None:
    path = re.sub(r"\{\w+\}", "none-such", address(page, project))
    for action in page.actions:
        assert owner.post(path, action=action.name).status < 500, action.name


def test_a_viewer_sees_no_form_and_the_api_refuses_what_is_sent_all_the_same(
    gate: House, project: str
) -> None:
    viewer = gate.signed_in(project, Role.VIEWER)
    path = f"/console/p/{project}/tools"
    assert "New tool" not in viewer.get(path).body
    assert viewer.post(f"{path}/new", action="create-tool", name="x").status in {403, 422}


NEW_TOOL = {
    "action": "create-tool",
    "name": "get_contact",
    "description": "Look up a contact.",
    "input_schema": '{"type": "object", "properties": {"id": {"type": "string"}}}',
    "base_url": "https://api.example.com",
    "http_method": "GET",
    "endpoint_path": "/v1/contacts/{id}",
    "headers_template": "{}",
    "query_template": "{}",
    "auth_strategy": "none",
    "timeout_seconds": "10",
}


def test_a_tool_is_made_changed_switched_and_deleted_by_forms(owner: Console, project: str) -> None:
    tools = f"/console/p/{project}/tools"
    made = owner.post(f"{tools}/new", **NEW_TOOL)
    assert made.status == 303, made.body
    path = made.headers["location"].partition("?")[0]
    shown = owner.get(path)
    assert "Look up a contact." in shown.body
    assert "/v1/contacts/{id}" in owner.get(f"{path}/edit").body
    change = {**NEW_TOOL, "action": "change-tool", "version": "1", "description": "Find a contact."}
    assert owner.post(f"{path}/edit", **change).status == 303
    assert "Find a contact." in owner.get(path).body
    stale = owner.post(f"{path}/edit", **change)
    assert stale.status == 409
    assert "Somebody else changed it" in stale.body
    switch = {"action": "enable-tool", "version": "2", "is_enabled": "false"}
    assert owner.post(path, **switch).status == 303
    assert "Disabled" in owner.get(path).body
    gone = {"action": "delete-tool", "name": "get_contact", "typed": "get_contact"}
    assert owner.post(path, **gone).headers["location"] == f"{tools}?done=delete-tool"
    assert owner.get(path).status == 404


def test_a_refused_form_comes_back_with_the_reason_beside_its_field(
    owner: Console, project: str
) -> None:
    wrong = {
        **NEW_TOOL,
        "base_url": "ftp://api.example.com",
        "encrypted_auth_secret": "s3cr3t-" * 5,
    }
    shown = owner.post(f"/console/p/{project}/tools/new", **wrong)
    assert shown.status == 422
    assert 'aria-invalid="true"' in shown.body
    assert 'value="ftp://api.example.com"' in shown.body
    assert "s3cr3t" not in shown.body
    broken = owner.post(f"/console/p/{project}/tools/new", **{**NEW_TOOL, "input_schema": "{"})
    assert "The text is not JSON" in broken.body


def test_assets_are_kept_for_ever_and_named_by_what_is_in_them(
    owner: Console, project: str
) -> None:
    body = owner.get(f"/console/p/{project}").body
    paths = set(re.findall(r'(?:href|src)="(/console/assets/[^"]+)"', body))
    assert {path.rpartition(".")[2] for path in paths} == {"css", "js", "svg"}
    for path in paths:
        served = Console(owner.handler).get(path)
        assert served.status == 200
        assert served.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert Console(owner.handler).get("/console/assets/console.0000.css").status == 404


def test_what_tools_say_is_text_and_never_markup(owner: Console, project: str) -> None:
    tools = f"/console/p/{project}/tools"
    owner.post(f"{tools}/new", **{**NEW_TOOL, "description": "<script>alert(1)</script>"})
    assert "<script>alert" not in owner.get(tools).body


DOCUMENT = json.dumps(
    {
        "openapi": "3.1.0",
        "info": {"title": "Pets <b>", "version": "1"},
        "servers": [{"url": "https://pets.example.com"}],
        "paths": {
            "/pets": {"get": {"operationId": "list_pets"}, "head": {}},
            "/owners": {"get": {"operationId": "list_owners", "summary": "Two\n\nlines"}},
        },
    },
    indent=1,
)


def boxes(body: str) -> dict[str, str]:
    """The boxes of a page and what each stands for."""
    return dict(re.findall(r'name="(operations:\d+)" value="([^"]+)"', body))


def test_a_document_is_looked_at_and_what_is_ticked_becomes_tools(
    owner: Console, project: str
) -> None:
    path = f"/console/p/{project}/tools/import"
    # As a browser sends the lines of a field.
    sent = {"document": DOCUMENT.replace("\n", "\r\n")}
    seen = owner.post(path, action="preview-import", **sent)
    assert seen.status == 200
    assert "Pets &lt;b&gt;" in seen.body
    assert "tools do not use the method HEAD" in seen.body
    assert list(boxes(seen.body).values()) == ["GET /pets", "GET /owners"]
    (sha256,) = re.findall(r'name="sha256" value="([0-9a-f]{64})"', seen.body)
    chosen = {"operations:3": "GET /owners", "sha256": sha256}
    made = owner.post(path, action="import-tools", **sent, **chosen)
    assert made.status == 200
    assert "Created" in made.body
    tools = owner.get(f"/console/p/{project}/tools").body
    assert "list_owners" in tools
    assert "list_pets" not in tools
    again = owner.post(path, action="preview-import", **sent)
    assert list(boxes(again.body).values()) == ["GET /pets"]


def test_an_import_that_is_refused_says_why_and_keeps_the_document(
    owner: Console, project: str
) -> None:
    path = f"/console/p/{project}/tools/import"
    wrong = owner.post(path, action="preview-import", document="no: document")
    assert wrong.status == 400
    assert "openapi: 3.0" in wrong.body
    assert ">\nno: document</textarea>" in wrong.body
    nothing = owner.post(path, action="import-tools", document=DOCUMENT)
    assert nothing.status == 422
    assert "must name 1 to 100 operations" in nothing.body
    assert "list_pets" in nothing.body
    large = owner.post(path, action="preview-import", document='"' * 900 * 1024)
    assert large.status == 413
    assert "larger than 1048576 bytes" in large.body
    assert len(large.body) < 10_000


def test_a_secret_of_imported_tools_is_not_shown_again(owner: Console, project: str) -> None:
    path = f"/console/p/{project}/tools/import"
    secret = {"auth_strategy": "static_bearer", "encrypted_auth_secret": "s3cr3t-" * 5}
    form = {"document": DOCUMENT, "operations:1": "GET /pets", **secret}
    made = owner.post(path, action="import-tools", **form)
    assert "Created" in made.body
    assert "s3cr3t" not in made.body
    refused = owner.post(path, action="import-tools", **{**form, "sha256": "0" * 64})
    assert refused.status == 409
    assert "s3cr3t" not in refused.body
