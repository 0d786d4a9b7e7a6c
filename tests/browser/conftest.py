"""A browser and a company's provider for the tests of pages."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A real browser that all tests share; each opens pages of its own."""
    with chromium() as started:
        yield started
