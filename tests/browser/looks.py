"""How the console is looked at: light, dark, and on a phone; and what each page is called."""

from base64 import b64decode
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Browser, Page

from gatehouse.edge.console import pages
from gatehouse.edge.console.api import filled
from tests.browser.chromium import PATIENCE_MS


class Look(NamedTuple):
    """A width in CSS pixels, and what the person prefers."""

    width: int
    scheme: Literal["light", "dark"]


LOOKS: Final = {
    "light": Look(1280, "light"),
    "dark": Look(1280, "dark"),
    "phone": Look(360, "light"),
}
HEIGHT: Final = 800
TALLEST: Final = 1600
"""Longer pages are cut, in CSS pixels."""
QUALITY: Final = 60
"""Of WebP; text is still sharp."""


def page_with(browser: Browser, look: Look) -> Page:
    """Open a page that looks so, with cookies of its own."""
    context = browser.new_context(
        locale="en-GB",
        viewport={"width": look.width, "height": HEIGHT},
        color_scheme=look.scheme,
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    return page


def address(page: pages.Page, project_id: str, params: dict[str, dict[str, str]]) -> str:
    """Return the path of a page about something that is there."""
    known = params[page.path] if "{" in page.path else {}
    return filled(page.address, {**known, "project_id": project_id}, escaped=True)


def slug(page: pages.Page) -> str:
    """Return what the pictures of a page are called."""
    words = page.path.replace("{", "").replace("}", "").replace("_", "-").split("/")
    return "-".join(filter(None, words)) or "overview"


def picture(page: Page) -> bytes:
    """Return what is seen, as WebP, down to its end or as far as `TALLEST`."""
    size = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": size[0], "height": min(size[1], TALLEST), "scale": 1}
    session = page.context.new_cdp_session(page)
    taken = session.send(
        "Page.captureScreenshot",
        {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip},
    )
    session.detach()
    return b64decode(taken["data"])
