"""What tests of the console do with a browser."""

import json
import re
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Locator, Page, expect

from local.stack import LocalStack
from tests.browser.chromium import page_of, sign_in_at_company
from tests.browser.looks import HEIGHT, LOOKS, Look
from tests.integration.world import Tenant

ADMIN: Final = "admin@example.com"
AXE: Final = Path(__file__).parent / "provider" / "node_modules" / "axe-core" / "axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def signed_in(browser: Browser, stack: LocalStack, login: str, path: str = "/signin") -> Page:
    """Sign in at the company, beginning at a path; the page after it is returned."""
    page = page_of(browser)
    page.goto(stack.api_url + path)
    page.get_by_role("link", name="Continue with the company").click()
    sign_in_at_company(page, login)
    page.wait_for_url(f"{stack.api_url}/**")
    return page


def look(page: Page, as_: Look) -> None:
    """Show a page so; colours change at once, or axe-core would measure midway."""
    page.set_viewport_size({"width": as_.width, "height": HEIGHT})
    page.emulate_media(color_scheme=as_.scheme, reduced_motion="reduce")


def violations(page: Page) -> list[str]:
    """Return what axe-core objects to."""
    page.evaluate(AXE.read_text())
    run = f"axe.run(document, {{runOnly: {json.dumps(RULES)}}})"
    found = page.evaluate(f"{run}.then(r => r.violations)")
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found]


def faults(page: Page) -> list[str]:
    """Return what is wrong with what a page shows now, in each of `LOOKS`."""
    found = []
    for name, each in LOOKS.items():
        look(page, each)
        found += [f"{name}: {fault}" for fault in violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{name}: wider than the screen")
    look(page, LOOKS["light"])
    return found


def panel(page: Page, heading: str) -> Locator:
    """Return the part of a page that has a heading."""
    return page.locator("section.panel").filter(has=page.get_by_role("heading", name=heading))


def refused(field: Locator, why: str) -> None:
    """Expect the reason of a refusal beside its field."""
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(re.escape(why)))


def said(page: Page, text: str) -> None:
    """Expect a page to say that something was done."""
    expect(page.locator(".notice.good")).to_contain_text(text)


def note_link(page: Page, shop: Tenant) -> str:
    """Return the link of an invitation that a page shows, once."""
    link: str = page.locator("[data-copied]").inner_text()
    secret = shop.journal.note("invitation", link.partition("invitation=")[2])
    shop.journal.shown_once.add(secret)
    return link
