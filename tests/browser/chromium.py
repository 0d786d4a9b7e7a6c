"""A real browser, without a window."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, Page, sync_playwright

EXECUTABLE: Final = "/usr/bin/chromium"
ARGUMENTS: Final = (
    "--no-sandbox",  # CI is root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS: Final = 60_000
"""A function that starts for the first time, on a busy machine, takes its time."""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start Debian's Chromium, which must be installed."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=EXECUTABLE, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def page_of(browser: Browser, *, locale: str = "en-GB") -> Page:
    """Open a page with cookies of its own."""
    page = browser.new_context(locale=locale).new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def sign_in_at_company(page: Page, login: str) -> None:
    """Fill in the provider's own pages, which are open: who it is, and that it may be told."""
    page.get_by_placeholder("Enter any login").fill(login)
    page.get_by_placeholder("and password").fill("any")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
