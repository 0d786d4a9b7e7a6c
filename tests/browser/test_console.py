"""Every page of the console, in a real browser: accessible, at phone width, without a complaint."""

import json
import re
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from gatehouse.edge.console import pages
from gatehouse.edge.console.api import filled
from gatehouse.edge.console.table import PAGES
from local.stack import LocalStack
from tests.browser.chromium import page_of, sign_in_at_company
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]

AXE = Path(__file__).parent / "provider" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS: dict[str, tuple[int, Literal["light", "dark"]]] = {
    "light": (1280, "light"),
    "dark": (1280, "dark"),
    "phone": (360, "light"),
}
PROMPT = {
    "name": "greet",
    "messages": [{"role": "user", "content": {"type": "text", "text": "Hi"}}],
}
RESOURCE = {"name": "handbook", "uri": "docs://handbook", "text": "Be kind."}


@pytest.fixture(scope="module")
def shop(world: World, echo: Echo) -> Tenant:
    made = world.tenant("Shop")
    made.tool(echo.url, name="look_up", endpoint_path="/text")
    return made


@pytest.fixture(scope="module")
def params(shop: Tenant) -> dict[str, dict[str, str]]:
    """For each page whose path has parameters, those of something that is there."""
    tool = shop.api("GET", "/api/v1/custom-tools").json()["items"][0]["id"]
    trial = {"arguments": {}, "execute": True}
    tried = shop.api("POST", f"/api/v1/custom-tools/{tool}/test", trial).json()["request_id"]
    prompt = shop.api("POST", "/api/v1/prompts", PROMPT).json()["id"]
    resource = shop.api("POST", "/api/v1/resources", RESOURCE).json()["id"]
    desk = shop.api("POST", "/api/v1/integrations", {"name": "Desk key"}).json()
    shop.journal.shown_once.add(shop.journal.note("desk key", desk["api_key"]))
    return {
        "tools/{id}": {"id": tool},
        "tools/{id}/edit": {"id": tool},
        "calls/{request_id}": {"request_id": tried},
        "integrations/{id}/rotate": {"id": desk["id"]},
        "prompts/{id}": {"id": prompt},
        "resources/{id}": {"id": resource},
    }


@pytest.fixture(scope="module", params=sorted(LOOKS))
def seen(request: pytest.FixtureRequest, browser: Browser, stack: LocalStack) -> Page:
    """A page of an administrator who is signed in; it keeps what the browser complains of."""
    width, scheme = LOOKS[request.param]
    page = page_of(browser)
    page.goto(f"{stack.api_url}/signin")
    page.get_by_role("link", name="Continue with the company").click()
    sign_in_at_company(page, "admin@example.com")
    page.wait_for_url(f"{stack.api_url}/**")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    return page


def _keep(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


def violations(page: Page) -> list[str]:
    """Return what axe-core objects to."""
    page.evaluate(AXE.read_text())
    run = f"axe.run(document, {{runOnly: {json.dumps(RULES)}}})"
    found = page.evaluate(f"{run}.then(r => r.violations)")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.address)
def test_a_page_is_accessible_and_fits_and_obeys_its_policy(
    seen: Page,
    stack: LocalStack,
    shop: Tenant,
    params: dict[str, dict[str, str]],
    shown: pages.Page,
) -> None:
    known = params[shown.path] if "{" in shown.path else {}
    complaints: list[str] = []
    listener = partial(_keep, complaints)
    seen.on("console", listener)
    address = filled(shown.address, {**known, "project_id": shop.project_id}, escaped=True)
    answer = seen.goto(stack.api_url + address)
    assert answer
    assert answer.status == 200
    seen.remove_listener("console", listener)
    assert not complaints
    assert seen.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert violations(seen) == []


def test_the_chooser_and_a_refusal_are_accessible(seen: Page, stack: LocalStack) -> None:
    for path in ("/console", "/console/p/none/nothing"):
        seen.goto(stack.api_url + path)
        assert violations(seen) == []


def test_a_key_is_made_copied_and_revoked(
    browser: Browser, stack: LocalStack, shop: Tenant
) -> None:
    page = page_of(browser)
    page.goto(f"{stack.api_url}/signin")
    page.get_by_role("link", name="Continue with the company").click()
    sign_in_at_company(page, "admin@example.com")
    page.get_by_role("link", name="Open the console").click()
    page.goto(f"{stack.api_url}/console/p/{shop.project_id}/integrations")
    page.get_by_label("Name").first.fill("Desk")
    page.get_by_role("button", name="Create the key").click()
    shown = page.locator("[data-copied]")
    expect(shown).to_have_text(re.compile("^tengine_"))
    key = shown.inner_text()
    shop.journal.shown_once.add(shop.journal.note("console key", key))
    expect(page.get_by_role("button", name="Copy")).to_be_visible()
    page.goto(page.url)
    assert key not in page.content()
    row = page.get_by_role("row", name="Desk")
    row.get_by_text("Revoke…").click()
    button = row.get_by_role("button", name="Revoke")
    expect(button).to_be_disabled()
    row.get_by_label("Type Desk to confirm").fill("Desk")
    button.click()
    expect(page.get_by_text("Revoked. Its key and its sessions hold no longer.")).to_be_visible()
    expect(page.get_by_role("row", name="Desk")).to_have_count(0)
