"""Every page of the console, in a real browser: accessible, at phone width, without a complaint."""

import re
from functools import partial

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from gatehouse.edge.console import pages
from gatehouse.edge.console.table import PAGES
from local.stack import LocalStack
from tests.browser.console import ADMIN, look, signed_in, violations
from tests.browser.looks import LOOKS, address
from tests.browser.story.shop import Shop
from tests.integration.world import Tenant

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]


@pytest.fixture(scope="module")
def shop(story: Shop) -> Tenant:
    return story.tenant


@pytest.fixture(scope="module")
def params(story: Shop) -> dict[str, dict[str, str]]:
    return story.params


@pytest.fixture(scope="module", params=sorted(LOOKS))
def seen(request: pytest.FixtureRequest, browser: Browser, stack: LocalStack) -> Page:
    """A page of an administrator who is signed in; it keeps what the browser complains of."""
    page = signed_in(browser, stack, ADMIN)
    look(page, LOOKS[request.param])
    return page


def _keep(complaints: list[str], message: ConsoleMessage) -> None:
    complaints.append(message.text)


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.address)
def test_a_page_is_accessible_and_fits_and_obeys_its_policy(
    seen: Page,
    stack: LocalStack,
    shop: Tenant,
    params: dict[str, dict[str, str]],
    shown: pages.Page,
) -> None:
    complaints: list[str] = []
    listener = partial(_keep, complaints)
    seen.on("console", listener)
    answer = seen.goto(stack.api_url + address(shown, shop.project_id, params))
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
    page = signed_in(browser, stack, ADMIN)
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
