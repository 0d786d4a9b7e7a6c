"""docs/console.md shows every page of the console in each of its looks, and nothing else."""

import re
from pathlib import Path

import pytest

from gatehouse.edge.console.pages import Page
from gatehouse.edge.console.table import PAGES
from tests.browser.looks import LOOKS, slug

DOCS = Path(__file__).parents[2] / "docs"
MOST = 3_000_000
"""Bytes of all pictures together."""


def shown() -> list[str]:
    return re.findall(r'src="console/([^"]+)"', (DOCS / "console.md").read_text())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.address)
def test_a_page_is_shown_in_every_look(page: Page) -> None:
    wanted = {f"{slug(page)}-{look}.webp" for look in LOOKS}
    assert wanted <= {*shown()}


def test_pages_are_called_apart() -> None:
    assert len({slug(page) for page in PAGES}) == len(PAGES)


def test_each_picture_is_shown_once_and_all_together_are_small() -> None:
    files = {file.name: file.stat().st_size for file in (DOCS / "console").iterdir()}
    assert sorted(shown()) == sorted(files)
    assert sum(files.values()) <= MOST
