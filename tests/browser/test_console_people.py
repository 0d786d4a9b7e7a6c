"""Pages about people, in a real browser: each form once, with what it refuses."""

import pytest
from playwright.sync_api import Browser, Page, expect

from local.stack import LocalStack
from tests.browser.console import ADMIN, faults, note_link, panel, refused, said, signed_in
from tests.integration.echo import Echo
from tests.integration.world import Tenant, World

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]

GRACE = "grace@example.com"


@pytest.fixture(scope="module")
def shop(world: World, echo: Echo) -> Tenant:
    made = world.tenant("People")
    made.tool(echo.url, name="look_up", endpoint_path="/text")
    message = {"role": "user", "content": {"type": "text", "text": "Hi"}}
    assert made.api("POST", "/api/v1/prompts", {"name": "greet", "messages": [message]}).is_success
    return made


@pytest.fixture(scope="module")
def base(stack: LocalStack, shop: Tenant) -> str:
    return f"{stack.api_url}/console/p/{shop.project_id}"


@pytest.fixture(scope="module")
def page(browser: Browser, stack: LocalStack) -> Page:
    """An administrator of the deployment, who holds all actions in each project."""
    return signed_in(browser, stack, ADMIN)


@pytest.fixture(scope="module")
def grace(browser: Browser, stack: LocalStack, page: Page, base: str, shop: Tenant) -> Page:
    """Somebody who came by an invitation that the page made."""
    page.goto(f"{base}/invitations")
    form = panel(page, "Invite somebody")
    form.get_by_label("Days").fill("400")
    form.get_by_role("button", name="Make the link").click()
    refused(form.get_by_label("Days"), "must be from 1 to 30")
    assert faults(page) == []
    form.get_by_label("As").select_option("viewer")
    form.get_by_label("Days").fill("3")
    form.get_by_label("E-mail address").fill(GRACE)
    form.get_by_role("button", name="Make the link").click()
    link = note_link(page, shop)
    assert faults(page) == []
    expect(page.get_by_role("row", name=GRACE)).to_be_visible()
    return signed_in(browser, stack, GRACE, link.removeprefix(stack.api_url))


def test_an_invitation_is_made_used_and_another_withdrawn(
    page: Page, grace: Page, base: str, shop: Tenant
) -> None:
    grace.goto(base)
    expect(grace.get_by_role("heading", name="Overview")).to_be_visible()
    page.goto(f"{base}/invitations")
    panel(page, "Invite somebody").get_by_role("button", name="Make the link").click()
    note_link(page, shop)
    row = page.get_by_role("row", name="Whoever has the link").first
    row.get_by_role("button", name="Withdraw").click()
    said(page, "Withdrawn.")
    expect(page.get_by_role("row", name="Whoever has the link")).to_have_count(0)
    expect(page.get_by_role("row", name=GRACE).get_by_role("button")).to_have_count(0)


def test_a_role_is_added_and_changed(page: Page, base: str) -> None:
    page.goto(f"{base}/roles")
    form = panel(page, "New role")
    form.get_by_label("Name").fill("Key keeper")
    keys = form.get_by_role("group", name="Integrations")
    keys.get_by_label("Write").check()
    form.get_by_role("button", name="Add the role").click()
    refused(form.get_by_label("Name"), "begin with a letter")
    expect(keys.get_by_label("Write")).to_be_checked()
    form.get_by_label("Name").fill("key-keeper")
    keys.get_by_label("Write").uncheck()
    form.get_by_role("button", name="Add the role").click()
    refused(form.get_by_role("group", name="Its holders may"), "at least 1")
    assert faults(page) == []
    keys.get_by_label("Write").check()
    form.get_by_role("button", name="Add the role").click()
    said(page, "The role is there.")
    role = panel(page, "key-keeper")
    expect(role).to_contain_text("Integrations: write")
    role.get_by_text("Change…").click()
    assert faults(page) == []
    role.get_by_role("group", name="Integrations").get_by_label("Read").check()
    role.get_by_role("button", name="Save").click()
    said(page, "Changed, for all who have the role.")
    expect(role).to_contain_text("Integrations: read, write")


@pytest.mark.usefixtures("grace")
def test_a_role_is_given_taken_and_deleted(page: Page, base: str) -> None:
    page.goto(f"{base}/people")
    row = page.get_by_role("row", name=GRACE)
    row.get_by_text("Change…").click()
    assert faults(page) == []
    row.get_by_label("Role", exact=True).select_option("guest")
    row.get_by_label("key-keeper").check()
    row.get_by_role("button", name="Change").click()
    said(page, "Changed. Their sessions for this project have ended.")
    expect(row).to_contain_text("Guest")
    expect(row).to_contain_text("key-keeper")

    page.goto(f"{base}/roles")
    role = panel(page, "key-keeper")
    role.get_by_text("Delete…").click()
    expect(role.get_by_role("button", name="Delete")).to_be_disabled()
    role.get_by_label("Type key-keeper to confirm").fill("key-keeper")
    role.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("alert")).to_be_visible()
    assert faults(page) == []
    page.goto(f"{base}/people")
    row.get_by_text("Change…").click()
    row.get_by_label("key-keeper").uncheck()
    row.get_by_role("button", name="Change").click()
    said(page, "Changed.")
    page.goto(f"{base}/roles")
    role.get_by_text("Delete…").click()
    role.get_by_label("Type key-keeper to confirm").fill("key-keeper")
    role.get_by_role("button", name="Delete").click()
    said(page, "The role is gone.")
    expect(role).to_have_count(0)


@pytest.mark.usefixtures("grace")
def test_a_group_is_filled_shared_with_emptied_and_deleted(page: Page, base: str) -> None:
    page.goto(f"{base}/groups")
    form = panel(page, "New group")
    form.get_by_label("Name").fill("x" * 500)
    form.get_by_role("button", name="Create the group").click()
    refused(form.get_by_label("Name"), "must have")
    assert faults(page) == []
    form.get_by_label("Name").fill("Support")
    form.get_by_role("button", name="Create the group").click()
    said(page, "The group is there.")
    form = panel(page, "Put somebody in")
    form.get_by_label("Person").select_option(GRACE)
    form.get_by_role("button", name="Put in").click()
    said(page, "They are in the group.")
    row = page.get_by_role("row", name=GRACE)
    expect(row).to_be_visible()
    group = page.url.partition("?")[0]

    page.goto(f"{base}/shares")
    form = panel(page, "Share a tool")
    form.get_by_role("button", name="Share").click()
    refused(form.get_by_label("With a person"), "is required, or group_id in its place")
    assert faults(page) == []
    form.get_by_label("or with a group").select_option("Support")
    form.get_by_role("button", name="Share").click()
    said(page, "It is shared.")
    form = panel(page, "Share a prompt")
    form.get_by_label("With a person").select_option(GRACE)
    form.get_by_role("button", name="Share").click()
    said(page, "It is shared.")
    shared = page.get_by_role("row", name="greet")
    expect(shared).to_contain_text(GRACE)
    assert faults(page) == []
    shared.get_by_role("button", name="End the share of greet").click()
    said(page, "It is no longer shared.")
    expect(shared).to_have_count(0)
    expect(page.get_by_role("row", name="look_up")).to_contain_text("Support")

    page.goto(group)
    row.get_by_role("button", name=f"Take out {GRACE}").click()
    said(page, "They are no longer in the group.")
    expect(page.get_by_text("Nobody is in it yet")).to_be_visible()
    page.goto(f"{base}/groups")
    row = page.get_by_role("row", name="Support")
    row.get_by_text("Delete…").click()
    row.get_by_label("Type Support to confirm").fill("Support")
    assert faults(page) == []
    row.get_by_role("button", name="Delete").click()
    said(page, "The group is gone")
    expect(page.get_by_text("No groups yet")).to_be_visible()


def test_whoever_is_removed_sees_the_project_no_more(page: Page, grace: Page, base: str) -> None:
    page.goto(f"{base}/people")
    row = page.get_by_role("row", name=GRACE)
    row.get_by_text("Remove…").click()
    row.get_by_label(f"Type {GRACE} to confirm").fill("Grace")
    expect(row.get_by_role("button", name="Remove")).to_be_disabled()
    row.get_by_label(f"Type {GRACE} to confirm").fill(GRACE)
    row.get_by_role("button", name="Remove").click()
    said(page, "Removed.")
    expect(row).to_have_count(0)
    grace.goto(base)
    expect(grace.get_by_role("heading", name="Overview")).to_have_count(0)
