"""The administrators' pages and the checklist, in a real browser: each form once."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack import LocalStack
from tests.browser.console import ADMIN, faults, note_link, panel, refused, said, signed_in
from tests.integration.world import Tenant, World

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]

EVE = "eve@example.com"


@pytest.fixture(scope="module")
def shop(world: World) -> Tenant:
    return world.tenant("Granted")


@pytest.fixture(scope="module")
def base(stack: LocalStack) -> str:
    return f"{stack.api_url}/console/deployment"


@pytest.fixture(scope="module")
def page(browser: Browser, stack: LocalStack) -> Page:
    return signed_in(browser, stack, ADMIN)


@pytest.fixture(scope="module")
def eve(browser: Browser, stack: LocalStack, page: Page, base: str, shop: Tenant) -> Page:
    """A second administrator, who came by an invitation that the page made."""
    page.goto(f"{base}/people")
    form = panel(page, "Invite an administrator")
    form.get_by_label("Days").fill("0")
    form.get_by_role("button", name="Make the link").click()
    refused(form.get_by_label("Days"), "must be from 1 to 30")
    form.get_by_label("Days").fill("1")
    form.get_by_label("E-mail address").fill(EVE)
    form.get_by_role("button", name="Make the link").click()
    link = note_link(page, shop)
    assert faults(page) == []
    return signed_in(browser, stack, EVE, link.removeprefix(stack.api_url))


def test_an_administrator_is_made_one_of_many(page: Page, eve: Page, base: str) -> None:
    eve.goto(f"{base}/projects")
    expect(eve.get_by_role("heading", name="Projects")).to_be_visible()
    page.goto(f"{base}/people")
    row = page.get_by_role("row", name=EVE)
    row.get_by_text("Change…").click()
    assert faults(page) == []
    row.get_by_label("Administers the deployment").select_option("No")
    row.get_by_role("button", name="Change").click()
    said(page, "All their sessions have ended.")
    expect(row).not_to_contain_text("Administrator")
    eve.goto(f"{base}/projects")
    expect(eve.get_by_role("heading", name="Projects")).to_have_count(0)


@pytest.mark.usefixtures("eve")
def test_a_project_is_made_given_an_owner_changed_and_ended(page: Page, base: str) -> None:
    page.goto(f"{base}/projects")
    form = panel(page, "New project")
    form.get_by_label("Name").fill("y" * 300)
    form.get_by_role("button", name="Create the project").click()
    refused(form.get_by_label("Name"), "must")
    form.get_by_label("Name").fill("Atelier")
    form.get_by_role("button", name="Create the project").click()
    said(page, "The project is there.")
    form = panel(page, "Give somebody a role")
    form.get_by_label("Person").select_option(EVE)
    form.get_by_role("button", name="Give the role").click()
    said(page, "They are in the project.")
    row = page.get_by_role("row", name=EVE)
    expect(row).to_contain_text("Owner")
    form.get_by_label("Person").select_option(ADMIN)
    form.get_by_role("button", name="Give the role").click()
    row.get_by_text("Remove…").click()
    row.get_by_label(f"Type {EVE} to confirm").fill(EVE)
    assert faults(page) == []
    row.get_by_role("button", name="Remove").click()
    said(page, "They are no longer in the project.")
    expect(row).to_have_count(0)


def test_settings_of_a_project_are_saved_and_shown(
    page: Page, stack: LocalStack, base: str, shop: Tenant
) -> None:
    page.goto(f"{base}/projects/{shop.project_id}")
    form = panel(page, "Settings")
    form.get_by_label("Copies for reading").fill("99")
    form.get_by_role("button", name="Save").click()
    refused(form.get_by_label("Copies for reading"), "must")
    assert faults(page) == []
    form.get_by_label("Copies for reading").fill("1")
    form.get_by_label("Origins that tools may call").fill("https://api.example.com")
    form.get_by_label("New and changed tools").check()
    together = form.get_by_role("group", name="Calls of the project together")
    together.get_by_label("A day").fill("5000")
    form.get_by_role("button", name="Save").click()
    said(page, "Saved.")
    expect(form.get_by_label("New and changed tools")).to_be_checked()
    page.goto(f"{stack.api_url}/console/p/{shop.project_id}/settings")
    expect(page.get_by_text("https://api.example.com")).to_be_visible()
    expect(page.get_by_text(re.compile("5.000 a day"))).to_be_visible()
    assert faults(page) == []
    page.goto(f"{base}/projects/{shop.project_id}")
    form.get_by_label("Origins that tools may call").fill("")
    form.get_by_label("New and changed tools").uncheck()
    together.get_by_label("A day").fill("")
    form.get_by_role("button", name="Save").click()
    said(page, "Saved.")
    page.goto(f"{stack.api_url}/console/p/{shop.project_id}/settings")
    expect(page.get_by_text("Any public one")).to_be_visible()
    expect(page.get_by_text("a day")).to_have_count(0)


def test_a_project_is_ended_by_typing_its_name(page: Page, base: str, world: World) -> None:
    project = world.tenant("Short-lived")
    page.goto(f"{base}/projects/{project.project_id}")
    page.get_by_text("Delete the project…").click()
    page.get_by_label("Type Short-lived to confirm").fill("Short-lived")
    assert faults(page) == []
    page.get_by_role("button", name="Delete the project").click()
    said(page, "The project has ended")
    assert project.api("GET", "/api/v1/project").status_code == 401


def test_a_service_app_is_registered_granted_and_given_keys(
    page: Page, base: str, shop: Tenant
) -> None:
    page.goto(f"{base}/apps")
    form = panel(page, "New service app")
    form.get_by_label("Name").fill("Nightly Sync")
    form.get_by_role("button", name="Register the app").click()
    refused(form.get_by_label("Name"), "must be")
    assert faults(page) == []
    form.get_by_label("Name").fill("nightly-sync")
    form.get_by_role("button", name="Register the app").click()
    said(page, "The app is there.")
    form = panel(page, "Let it into a project")
    form.get_by_label("Project").first.select_option(shop.project_id)
    form.get_by_role("group", name="Tools").get_by_label("Read").check()
    form.get_by_role("button", name="Grant").click()
    said(page, "Granted.")
    form = panel(page, "New key")
    form.get_by_label("Days").fill("30")
    form.get_by_role("button", name="Create the key").click()
    key = page.locator("[data-copied]").inner_text()
    shop.journal.shown_once.add(shop.journal.note("app key", key))
    assert faults(page) == []
    headers = {"X-Service-Key": key, "X-Gatehouse-Project": shop.project_id}
    assert shop.http.get("/api/v1/custom-tools", headers=headers).status_code == 200
    assert shop.http.get("/api/v1/tool-calls", headers=headers).status_code == 403

    page.goto(page.url)
    assert key not in page.content()
    grant = panel(page, "Granted")
    grant.get_by_text("Change…").click()
    assert faults(page) == []
    grant.get_by_role("group", name="Calls").get_by_label("Read").check()
    grant.get_by_role("button", name="Save").click()
    said(page, "Granted.")
    assert shop.http.get("/api/v1/tool-calls", headers=headers).status_code == 200
    grant.get_by_role("button", name="End it").click()
    said(page, "The app may do nothing there any more.")
    assert shop.http.get("/api/v1/custom-tools", headers=headers).status_code == 404


def test_a_service_app_is_closed_and_deleted(page: Page, base: str) -> None:
    page.goto(f"{base}/apps")
    page.get_by_role("link", name="nightly-sync").click()
    form = panel(page, "Browsers")
    form.get_by_label("Origins of its pages").fill("https://portal.example.com/path")
    form.get_by_role("button", name="Save").click()
    refused(form.get_by_label("Origins of its pages"), "must be origins")
    form.get_by_label("Origins of its pages").fill("https://portal.example.com")
    form.get_by_role("button", name="Save").click()
    said(page, "Saved.")
    page.get_by_role("button", name="Close it").click()
    said(page, "The app is switched.")
    expect(page.get_by_text("Closed", exact=True)).to_be_visible()
    row = page.get_by_role("table", name="Keys").get_by_role("row").nth(1)
    row.get_by_text("Delete…").click()
    row.get_by_role("textbox").fill(row.get_by_role("rowheader").inner_text())
    row.get_by_role("button", name="Delete").click()
    said(page, "The key holds no longer.")
    page.get_by_text("Delete the app…").click()
    page.get_by_label("Type nightly-sync to confirm").fill("nightly-sync")
    page.get_by_role("button", name="Delete the app").click()
    said(page, "The app is gone")
    expect(page.get_by_role("link", name="nightly-sync")).to_have_count(0)


def test_an_item_of_the_checklist_is_attested(page: Page, stack: LocalStack, shop: Tenant) -> None:
    page.goto(f"{stack.api_url}/console/p/{shop.project_id}/checklist")
    page.get_by_role("link", name="Asks for your word").click()
    expect(page.get_by_text("Holds", exact=True).locator("visible=true")).to_have_count(2)
    item = page.locator("#keys-in-a-vault")
    item.get_by_text("Give your word…").click()
    item.get_by_label("What you looked at").fill("z" * 5000)
    item.get_by_role("button", name="It holds").click()
    refused(item.get_by_label("What you looked at"), "must")
    assert faults(page) == []
    item.get_by_label("What you looked at").fill("Asked all three teams.")
    item.get_by_role("button", name="It holds").click()
    said(page, "Noted, in your name.")
    expect(item).to_contain_text("Asked all three teams.")
    expect(item.get_by_text("Holds", exact=True)).to_be_visible()
