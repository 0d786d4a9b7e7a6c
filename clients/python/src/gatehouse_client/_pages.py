"""Lists of the management API, read page by page, whoever asks for the pages."""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

Page: TypeAlias = Mapping[str, object]
Ask: TypeAlias = Callable[[str, Mapping[str, str]], Page]
"""Returns what a GET of a path with a query answers; raises what it wants."""


class NoPage(ValueError):
    """An answer is no page of a list."""


def pages(ask: Ask, path: str, query: Mapping[str, str]) -> Iterator[Page]:
    """Yield a list's pages."""
    cursor: dict[str, str] = {}
    while True:
        page = ask(path, {**query, **cursor})
        yield page
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": str(page["next_cursor"])}


def items(ask: Ask, path: str, query: Mapping[str, str]) -> Iterator[Page]:
    """Yield what is in a list, as many at a time as the API gives."""
    for page in pages(ask, path, {**query, "limit": "100"}):
        yield from listed(page)


def listed(page: Page) -> list[Page]:
    """Return what is in a page; raise `NoPage` where that is no list."""
    found = page["items"]
    if not isinstance(found, list):
        raise NoPage("items is no list")
    return found
