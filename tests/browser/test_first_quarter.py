"""A new user's first quarter of an hour: from signing in to a call of theirs in the console."""

import json
import re
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from gatehouse.domain.roles import Role
from local.build import ROOT
from local.processes import clean_environment
from local.stack import LocalStack
from tests.browser.chromium import page_of, sign_in_at_company
from tests.browser.console import violations
from tests.integration.echo import Echo
from tests.integration.test_signin import invite
from tests.integration.world import Json, Tenant, World

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]

CLIENT = Path(__file__).parents[1] / "clients" / "mcp2.py"


def pets(echo: Echo) -> Json:
    """The document of an API that the user already has."""
    identifier = {"in": "path", "name": "id", "required": True, "schema": {"type": "string"}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1.0"},
        "servers": [{"url": f"{echo.url}/v1"}],
        "paths": {
            "/pets": {"get": {"operationId": "list_pets", "summary": "List all pets"}},
            "/pets/{id}": {
                "get": {
                    "operationId": "read_pet",
                    "summary": "Read one pet",
                    "parameters": [identifier],
                }
            },
        },
    }


@pytest.fixture
def shop(world: World) -> Tenant:
    return world.tenant("First quarter")


@pytest.fixture
def user(browser: Browser, stack: LocalStack, shop: Tenant) -> Page:
    """Somebody who was invited, signs in for the first time and opens the console."""
    invitation = invite(stack, project_id=shop.project_id, role=Role.ADMIN)
    page = page_of(browser)
    page.goto(f"{stack.api_url}/signin?invitation={invitation}")
    page.get_by_role("link", name="Continue with the company").click()
    sign_in_at_company(page, "newcomer")
    page.get_by_role("link", name="Open the console").click()
    page.get_by_role("link", name="First quarter").click()
    return page


def import_pets(page: Page, echo: Echo, tmp_path: Path) -> None:
    """Take the document from a file, look at it, choose one operation, import it."""
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(pets(echo)))
    page.get_by_role("link", name="Tools").first.click()
    page.get_by_role("link", name="Import").click()
    page.get_by_label("Or take it from a file").set_input_files(file)
    expect(page.get_by_label("OpenAPI 3.0 or 3.1")).to_have_value(re.compile("list_pets"))
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", name="Pets, 1.0")).to_be_visible()
    assert violations(page) == []
    boxes = page.get_by_role("checkbox")
    expect(boxes).to_have_count(2)
    page.get_by_role("button", name="Tick all or none").click()
    page.get_by_label("GET /pets/{id}").check()
    page.get_by_role("button", name="Import what is ticked").click()
    expect(page.get_by_text("Created", exact=True)).to_have_count(1)
    assert violations(page) == []


def try_tool(page: Page, echo: Echo) -> None:
    page.get_by_role("link", name="read_pet").click()
    page.get_by_label("Arguments").fill('{"id": "7"}')
    page.get_by_role("button", name="Send it").click()
    expect(page.get_by_role("heading", name="The answer")).to_be_visible()
    assert echo.last().target == "/v1/pets/7"


def made_key(page: Page, shop: Tenant) -> str:
    """Make an integration and return its key, which is shown this once."""
    page.get_by_role("link", name="Integrations").first.click()
    page.get_by_label("Name").first.fill("My assistant")
    page.get_by_role("button", name="Create the key").click()
    shown = page.locator("[data-copied]")
    expect(shown).to_have_text(re.compile("^tengine_"))
    key: str = shown.inner_text()
    shop.journal.shown_once.add(shop.journal.note("console key", key))
    page.goto(page.url)
    assert key not in page.content()
    return key


def connect(stack: LocalStack, key: str) -> Json:
    """Let the official client list the tools and call one."""
    ran = subprocess.run(
        [ROOT / ".venvs" / "mcp2" / "bin" / "python", CLIENT],
        env=clean_environment(
            MCP_URL=stack.mcp_url,
            MCP_TOKEN=key,
            MCP_MODE="auto",
            MCP_TOOL="read_pet",
            MCP_ARGUMENTS='{"id": "42"}',
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    tools, result = json.loads(ran.stdout.splitlines()[-1])
    return {"tools": tools, "result": result}


def test_from_signing_in_to_the_first_call_of_a_client(
    user: Page, stack: LocalStack, shop: Tenant, echo: Echo, tmp_path: Path
) -> None:
    import_pets(user, echo, tmp_path)
    try_tool(user, echo)
    key = made_key(user, shop)
    said = connect(stack, key)
    assert said["tools"] == ["read_pet"]
    assert said["result"]["target"] == "/v1/pets/42"
    user.get_by_role("link", name="Calls").first.click()
    rows = user.get_by_role("row", name=re.compile("read_pet"))
    expect(rows).to_have_count(2)  # the trial and the client's
    rows.first.get_by_role("link").click()
    expect(user.get_by_role("heading", name="read_pet")).to_be_visible()
    expect(user.get_by_text("Succeeded").first).to_be_visible()


def test_a_document_is_imported_from_its_address_without_a_script(
    browser: Browser, stack: LocalStack, shop: Tenant, echo: Echo
) -> None:
    echo.documents["/openapi.json"] = json.dumps(pets(echo))
    page = browser.new_context(java_script_enabled=False, locale="en-GB").new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{stack.api_url}/signin")
    page.get_by_role("link", name="Continue with the company").click()
    sign_in_at_company(page, "admin@example.com")
    page.goto(f"{stack.api_url}/console/p/{shop.project_id}/tools/import")
    expect(page.get_by_label("Or take it from a file")).to_be_hidden()
    page.get_by_label("Or its address").fill(f"{echo.url}/openapi.json")
    page.get_by_role("button", name="Look at it").click()
    page.get_by_role("button", name="Import what is ticked").click()
    expect(page.get_by_text("Created", exact=True)).to_have_count(2)
    assert shop.listed(shop.api_key) == {"list_pets", "read_pet"}
