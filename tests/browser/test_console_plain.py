"""The console without scripts, by keyboard alone, and after what is shown once was shown."""

import re
from html.parser import HTMLParser

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, expect

from gatehouse.edge.console import pages
from gatehouse.edge.console.table import PAGES
from local.stack import LocalStack
from tests.browser.console import ADMIN
from tests.browser.console import signed_in as person
from tests.browser.looks import LOOKS, address
from tests.browser.story.shop import Shop

pytestmark = [pytest.mark.stack, pytest.mark.usefixtures("providers")]


@pytest.fixture(scope="module")
def signed_in(browser: Browser, stack: LocalStack) -> BrowserContext:
    return person(browser, stack, ADMIN).context


@pytest.fixture(scope="module")
def plain(browser: Browser, signed_in: BrowserContext) -> Page:
    """A page of the same person whose browser runs no scripts."""
    context = browser.new_context(
        java_script_enabled=False, storage_state=signed_in.storage_state()
    )
    return context.new_page()


@pytest.fixture
def base(stack: LocalStack, story: Shop) -> str:
    return f"{stack.api_url}/console/p/{story.tenant.project_id}"


class Inline(HTMLParser):
    """Finds scripts and styles that are in a page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.found.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith("on"):
                self.found.append(f"{tag} {name}")
            if (value or "").strip().lower().startswith("javascript:"):
                self.found.append(f"{tag} {name}={value}")


def test_what_is_inline_would_be_found() -> None:
    looked = Inline()
    looked.feed('<p style="x"><script>1</script><a href="JavaScript:x" onclick="y"><style>')
    assert looked.found == ["p style", "script", "a href=JavaScript:x", "a onclick", "style"]


@pytest.mark.parametrize("shown", PAGES, ids=lambda shown: shown.address)
def test_a_page_works_without_scripts_and_has_none_of_its_own(
    plain: Page, stack: LocalStack, story: Shop, shown: pages.Page
) -> None:
    where = address(shown, story.tenant.project_id, story.params)
    answer = plain.goto(stack.api_url + where)
    assert answer
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "unsafe" not in answer.headers["content-security-policy"]
    looked = Inline()
    looked.feed(answer.text())
    assert looked.found == []
    expect(plain.get_by_role("heading", level=1)).to_have_count(1)
    for form in plain.locator("form[method=post]").all():
        assert form.locator("[type=submit]").count() > 0


def test_forms_are_sent_without_scripts(plain: Page, base: str) -> None:
    plain.goto(f"{base}/prompts")
    plain.get_by_label("Name").fill("sum-up")
    plain.get_by_role("button", name="Create the prompt").click()
    expect(plain.get_by_role("heading", name="sum-up")).to_be_visible()
    plain.goto(f"{base}/tools")
    row = plain.get_by_role("row", name="search_catalogue")
    row.get_by_role("button", name="Disable").click()
    expect(plain.get_by_text("The tool is switched.")).to_be_visible()
    row.get_by_role("button", name="Enable").click()
    expect(row.get_by_role("button", name="Disable")).to_be_visible()


def test_what_cannot_be_undone_needs_its_name_without_scripts_too(plain: Page, base: str) -> None:
    plain.goto(f"{base}/members")
    row = plain.get_by_role("row", name="cust-3178")
    row.get_by_text("Block…").click()
    typed = row.get_by_label("Type cust-3178 to confirm")
    typed.fill("cust")
    row.get_by_role("button", name="Block").click()
    expect(plain.get_by_role("alert")).to_contain_text("must be exactly: cust-3178")
    typed.fill("cust-3178")
    row.get_by_role("button", name="Block").click()
    expect(row.get_by_text("Blocked")).to_be_visible()
    row.get_by_role("button", name="Unblock").click()
    expect(row.get_by_text("Admitted")).to_be_visible()


def test_what_was_shown_once_is_shown_by_no_way_back(
    signed_in: BrowserContext, story: Shop, base: str
) -> None:
    page = signed_in.new_page()
    page.goto(f"{base}/integrations")
    page.get_by_label("Name").first.fill("Till")
    with page.expect_response(re.compile("/integrations$")) as made:
        page.get_by_role("button", name="Create the key").click()
    assert made.value.headers["cache-control"] == "no-store"
    shown = page.locator("[data-copied]")
    expect(shown).to_have_text(re.compile("^tengine_"))
    key = shown.inner_text()
    story.tenant.journal.shown_once.add(story.tenant.journal.note("console key", key))
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    expect(shown).to_have_text("")
    page.goto(f"{base}/tools")
    with pytest.raises(Error, match="ERR_CACHE_MISS"):  # nothing was kept, and no form is resent
        page.go_back()
    page = signed_in.new_page()
    page.goto(f"{base}/integrations")
    page.reload()
    expect(page.get_by_role("row", name="Till")).to_be_visible()
    assert key not in page.content()


def test_keys_of_the_keyboard_reach_the_content_first_and_everything_by_a_ring(
    signed_in: BrowserContext, base: str
) -> None:
    page = signed_in.new_page()
    page.goto(f"{base}/tools")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    reached = "document.activeElement.closest('main') !== null"
    assert page.evaluate(reached)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_the_menu_of_a_phone_opens_by_the_keyboard_and_says_where_one_is(
    browser: Browser, signed_in: BrowserContext, base: str
) -> None:
    context = browser.new_context(
        viewport={"width": LOOKS["phone"].width, "height": 640},
        storage_state=signed_in.storage_state(),
    )
    page = context.new_page()
    page.goto(f"{base}/tools")
    here = page.get_by_role("navigation").get_by_role("link", name="Tools", exact=True)
    expect(here).to_have_count(0)
    page.get_by_text("Menu", exact=True).focus()
    page.keyboard.press("Enter")
    expect(here).to_be_visible()
    expect(here).to_have_attribute("aria-current", "page")
