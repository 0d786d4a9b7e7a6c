"""How the console is looked at: light, dark, and on a phone; and what its pictures are called."""

from base64 import b64decode
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from gatehouse.edge.console import pages
from gatehouse.edge.console.api import filled

if TYPE_CHECKING:
    from playwright.sync_api import Page


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
TALLEST: Final = 1200
"""Pictures of longer pages are cut, in CSS pixels."""
QUALITY: Final = 38
"""Of WebP; text is still sharp."""


def address(page: pages.Page, project_id: str, params: dict[str, dict[str, str]]) -> str:
    """Return the path of a page about something that is there."""
    known = params[page.path] if "{" in page.path else {}
    return filled(page.address, {**known, "project_id": project_id}, escaped=True)


def slug(page: pages.Page) -> str:
    """Return what the pictures of a page are called."""
    words = page.path.replace("{", "").replace("}", "").replace("_", "-").split("/")
    where = ["deployment"] if page.where is pages.Where.DEPLOYMENT else []
    return "-".join(filter(None, [*where, *words])) or "overview"


def picture(page: "Page") -> bytes:
    """Return what is seen, as WebP, down to its end or as far as `TALLEST`."""
    width, height = page.evaluate("[innerWidth, document.documentElement.scrollHeight]")
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, TALLEST), "scale": 1}
    session = page.context.new_cdp_session(page)
    taken = session.send(
        "Page.captureScreenshot",
        {"format": "webp", "quality": QUALITY, "captureBeyondViewport": True, "clip": clip},
    )
    session.detach()
    return b64decode(taken["data"])
