"""A page of a list."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

LARGEST: Final = 100
"""Items of one page."""

Item_co = TypeVar("Item_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Item_co]):
    """Some items in order and, when there are more, the name after which to go on."""

    items: Sequence[Item_co]
    next_after: str | None = None


class PageOf(Protocol[Item_co]):
    """What lists one kind of a project's things, a page at a time."""

    def __call__(self, project_id: str, /, *, after: str | None, limit: int) -> Page[Item_co]:
        """Return up to `limit` items that come after the name `after`."""
        ...


def every(page_of: PageOf[Item_co], project_id: str) -> Iterator[Item_co]:
    """Yield all the things of a project, reading a page when the one before is used up."""
    after: str | None = None
    while True:
        page = page_of(project_id, after=after, limit=LARGEST)
        yield from page.items
        after = page.next_after
        if after is None:
            return
