"""Pages about tools, members, keys and warrants, in a real browser: each form once, refused too."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from gatehouse_client.warrants import SigningKey, Warrant
from local.stack import LocalStack
from tests.browser.console import ADMIN, faults, refused, said, signed_in
from tests.integration.echo import Echo
from tests.integration.world import Json, Tenant, World

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]


@pytest.fixture(scope="module")
def shop(world: World) -> Tenant:
    return world.tenant("Oversight")


@pytest.fixture(scope="module")
def tool(shop: Tenant, echo: Echo) -> Json:
    return shop.tool(echo.url, name="look_up", endpoint_path="/text")


@pytest.fixture(scope="module")
def base(stack: LocalStack, shop: Tenant) -> str:
    return f"{stack.api_url}/console/p/{shop.project_id}"


@pytest.fixture(scope="module")
def page(browser: Browser, stack: LocalStack) -> Page:
    return signed_in(browser, stack, ADMIN)


def test_a_tool_is_found(page: Page, base: str, tool: Json) -> None:
    page.goto(f"{base}/tools")
    page.get_by_label("Find").fill("nothing like it")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No such tool")).to_be_visible()
    page.get_by_label("Find").fill("LOOK")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("link", name=tool["name"])).to_be_visible()
    assert faults(page) == []


def test_a_tools_request_is_shown_while_it_is_written(page: Page, base: str, tool: Json) -> None:
    page.goto(f"{base}/tools/{tool['id']}/edit")
    shown = page.locator("[data-previewed]")
    page.get_by_label("Path").fill("no path")
    expect(shown).to_contain_text("Not yet")
    expect(shown).to_contain_text("endpoint_path")
    page.get_by_label("Path").fill("/text/more")
    expect(shown).to_contain_text("/text/more")
    expect(shown).to_contain_text("another one than now")
    assert faults(page) == []
    page.get_by_label("Path").fill("no path")
    page.get_by_role("button", name="Look at the request").click()
    refused(page.get_by_label("Path"), "must")
    page.get_by_label("Path").fill("/text/more")
    page.get_by_role("button", name="Save").click()
    said(page, "Saved. It holds from the next call on.")
    page.get_by_role("button", name="Approve this definition").click()
    said(page, "This definition is approved.")
    history = page.get_by_role("region", name="Changes of this tool")
    expect(history.get_by_role("cell", name="Approved")).to_be_visible()
    expect(history.get_by_role("cell", name="Changed")).to_be_visible()
    assert faults(page) == []


def test_a_member_is_sent_off_blocked_and_let_in_again(page: Page, base: str, shop: Tenant) -> None:
    shop.session("ada")
    page.goto(f"{base}/members")
    row = page.get_by_role("row", name="ada")
    row.get_by_role("button", name="End sessions").click()
    said(page, "The member's sessions have ended.")
    row.get_by_text("Block…").click()
    button = row.get_by_role("button", name="Block", exact=True)
    row.get_by_label("Type ada to confirm").fill("Ada")
    expect(button).to_be_disabled()
    row.get_by_label("Type ada to confirm").fill("ada")
    button.click()
    said(page, "Blocked. The member's sessions have ended.")
    expect(row).to_contain_text("Blocked")
    assert faults(page) == []
    row.get_by_role("button", name="Unblock").click()
    said(page, "The member may have new sessions again.")
    expect(row).not_to_contain_text("Blocked")


def test_a_policy_is_refused_and_set(page: Page, base: str) -> None:
    page.goto(f"{base}/warrants")
    page.get_by_label("Clearances").fill('{"look_*": 99}')
    page.get_by_role("button", name="Save the policy").click()
    refused(page.get_by_label("Clearances"), "50")
    assert faults(page) == []
    page.get_by_label("Clearances").fill('{"look_*": 5}')
    page.get_by_label("Mode").select_option("audit")
    page.get_by_role("button", name="Save the policy").click()
    said(page, "The policy holds from the next call on.")
    expect(page.get_by_label("Mode")).to_have_value("audit")


def test_a_root_is_trusted_and_removed(page: Page, base: str) -> None:
    page.goto(f"{base}/warrants/roots")
    key = SigningKey.generate().public_key.to_bytes().hex()
    page.get_by_label("Public key").fill("short")
    page.get_by_role("button", name="Trust it").click()
    refused(page.get_by_label("Public key"), "must")
    page.get_by_label("Public key").fill(key)
    page.get_by_role("button", name="Trust it").click()
    said(page, "Warrants of this root are trusted from the next call on.")
    assert faults(page) == []
    row = page.get_by_role("row", name=key)
    row.get_by_text("Remove…").click()
    row.get_by_label(f"Type {key[:8]} to confirm").fill(key[:8])
    row.get_by_role("button", name="Remove").click()
    said(page, "Warrants of this root are worth nothing any more.")
    expect(page.get_by_text("No root is trusted")).to_be_visible()


def test_a_warrant_is_read_and_revoked(page: Page, base: str) -> None:
    key = SigningKey.generate()
    warrant = Warrant.mint_builder().tool("look_up").ttl(60).mint(key)
    page.goto(f"{base}/warrants/read")
    page.get_by_label("Warrant", exact=True).fill("AAAA")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_label("Warrant", exact=True)).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Warrant", exact=True).fill(warrant.to_base64())
    page.get_by_label("Would it allow a call of").fill("look_up")
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("It allows this call of look_up.")).to_be_visible()
    assert faults(page) == []
    page.goto(f"{base}/warrants/revocations")
    page.get_by_label("Warrants", exact=True).fill("nothing")
    page.get_by_role("button", name="Revoke").click()
    refused(page.get_by_label("Warrants", exact=True), "32 hexadecimal digits")
    page.get_by_label("Warrants", exact=True).fill(warrant.id)
    page.get_by_label("Reason").fill("Leaked")
    page.get_by_role("button", name="Revoke").click()
    said(page, "Revoked, with all that was handed on below them.")
    page.get_by_label("Signed list").fill("AAAA")
    page.get_by_role("button", name="Take it").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []


def test_a_key_is_replaced_step_by_step(page: Page, base: str, shop: Tenant) -> None:
    page.goto(f"{base}/integrations")
    page.get_by_label("Name").first.fill("Desk")
    page.get_by_role("button", name="Create the key").click()
    old = page.locator("[data-copied]").inner_text()
    shop.journal.shown_once.add(shop.journal.note("old key", old))
    page.goto(f"{base}/integrations")
    page.get_by_role("row", name="Desk").get_by_role("link", name="Replace").click()
    page.get_by_role("button", name="Make the successor").click()
    expect(page.locator("[data-copied]")).to_have_text(re.compile("^tengine_"))
    new = page.locator("[data-copied]").inner_text()
    shop.journal.shown_once.add(shop.journal.note("new key", new))
    assert faults(page) == []
    expect(page.get_by_text("Not seen")).to_be_visible()
    page.get_by_text("Revoke the old key…").click()
    page.get_by_label("Type Desk to confirm").fill("Desk")
    page.get_by_role("button", name="Revoke the old key").click()
    said(page, "Revoked. The old key and its sessions hold no longer.")
    assert shop.api("GET", "/api/v1/project", key=old).status_code == 401
    assert shop.api("GET", "/api/v1/project", key=new).status_code == 200


def test_changes_are_filtered(page: Page, base: str) -> None:
    page.goto(f"{base}/audit")
    page.get_by_label("Did").fill("PUT /api/v1/warrants/policy")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_label("Until (UTC)").fill("2000-01-01T00:00")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_text("No changes here")).to_be_visible()
    assert faults(page) == []
