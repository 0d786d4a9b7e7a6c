"""`make screenshots`: pictures of every page of the console, on a demo that looks lived in."""

import sys
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page

from gatehouse.edge.console.table import PAGES
from local.aws import free_port
from local.provider import demo_company
from local.stack import LocalStack
from tests.browser.chromium import chromium, page_of
from tests.browser.console import look
from tests.browser.looks import LOOKS, Look, address, picture, slug
from tests.browser.story.shop import Shop, open_shop
from tests.integration.world import World

FOLDER: Final = Path(__file__).parents[2] / "docs" / "console"
PATIENCE_MS: Final = 60_000
EMAIL: Final = "maya.okafor@fernhill.example"


def main() -> int:
    """Take them all anew."""
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.webp"):
        old.unlink()
    with (
        tempfile.TemporaryDirectory() as home,
        LocalStack(
            home=Path(home), aws_port=free_port(), parameters={"AdminEmails": EMAIL}
        ) as stack,
        demo_company(EMAIL) as company,
        chromium() as browser,
    ):
        stack.offer_sign_in(company.listed())
        world = World(stack.api_url, stack.admin_token)
        with world.http:
            shop = open_shop(stack, world)
        for name, as_ in LOOKS.items():
            take(signed_in(browser, as_, stack.api_url), name, shop, stack.api_url)
    taken = [file.stat().st_size for file in FOLDER.glob("*.webp")]
    print(f"{len(taken)} pictures, {sum(taken) / 1e6:.1f} MB, in {FOLDER}")
    return 0


def signed_in(browser: Browser, as_: Look, origin: str) -> Page:
    """Sign the administrator in."""
    page = page_of(browser)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{origin}/signin")
    page.get_by_role("link", name="Continue with the demo company").click()
    page.wait_for_url(f"{origin}/signin**")
    look(page, as_)
    return page


def take(page: Page, name: str, shop: Shop, origin: str) -> None:
    """Take one picture of each page; one that is refused ends it all."""
    for shown in PAGES:
        answer = page.goto(origin + address(shown, shop.tenant.project_id, shop.params))
        if answer is None or not answer.ok:
            raise SystemExit(f"{shown.address} was not shown")
        (FOLDER / f"{slug(shown)}-{name}.webp").write_bytes(picture(page))


if __name__ == "__main__":
    sys.exit(main())
