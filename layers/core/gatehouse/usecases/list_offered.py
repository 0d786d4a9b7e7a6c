"""Show a caller what its project offers: tools, prompts or resources, page by page."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain import cursors
from gatehouse.domain.gzip_parts import Packed
from gatehouse.domain.projects import Project
from gatehouse.ports.authority import LatestChange
from gatehouse.ports.offers import Descriptors
from gatehouse.usecases.kept_pages import KeptPages, ListPage, Which

PAGE_SIZE: Final = 100
MAX_PAGE_BYTES: Final = 4_000_000
"""Lambda carries 6 MB each way, and JSON in JSON grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A page: a JSON array of MCP descriptors in the order of names, and where to go on.

    `packed` is the UTF-8 of the opening and the array, where they were compressed before.
    """

    items: str
    next_cursor: str | None
    packed: Packed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOffered:
    """List what is enabled of one kind; who may use it for what is decided when it is used.

    `kind` is the method that lists it, so that no list accepts another one's cursor. `approved`
    are the descriptors of what was approved, where this kind is subject to approval. Lists of
    several kinds may keep their pages together.
    """

    descriptors: Descriptors
    kind: str
    clock: Callable[[], int]
    approved: Descriptors | None = None
    kept: KeptPages = field(default_factory=KeptPages)

    def __call__(
        self,
        project: Project,
        *,
        cursor: str | None,
        change: LatestChange | None = None,
        opening: str = "",
    ) -> Listed:
        """Return the page that `cursor` names, or the first; in every answer `opening` precedes it.

        A page of before serves again while `change`, as it was read just now, is still the last
        one of the project; without it, the page is read.

        Raises:
            InvalidCursor: This project was not given the cursor for this list within the hour.
            Unavailable: The list could not be read.
        """
        now = self.clock()
        after = None if cursor is None else self._read_cursor(project, cursor, now)
        approved = self.approved if project.settings.require_approval else None
        which = Which(project.id, self.kind, approved is not None, after)
        page = self.kept.page(which, change, now, opening)
        if page is None:
            page = _read(approved or self.descriptors, project.id, after)
            self.kept.keep(which, change, now, page)
        next_cursor = page.next_after and self._cursor(project, page.next_after, now)
        return Listed(items=page.items, next_cursor=next_cursor, packed=page.packed)

    def _read_cursor(self, project: Project, cursor: str, now: int) -> str:
        return cursors.read(cursor, key=project.derived_key("cursor"), kind=self.kind, now=now)

    def _cursor(self, project: Project, after: str, now: int) -> str:
        return cursors.write(after, key=project.derived_key("cursor"), kind=self.kind, now=now)


def _read(descriptors: Descriptors, project_id: str, after: str | None) -> ListPage:
    page = descriptors.page(project_id, after=after, limit=PAGE_SIZE)
    fitting = _fitting(page.items)
    is_cut = len(fitting) < len(page.items)
    next_after = _name(fitting[-1]) if is_cut else page.next_after
    return ListPage(items=f"[{','.join(fitting)}]", next_after=next_after)


def _fitting(descriptors: Sequence[str]) -> Sequence[str]:
    """Return the first descriptors that fit into one answer, and at least one."""
    size = 0
    for count, descriptor in enumerate(descriptors):
        size += len(descriptor.encode())
        if size > MAX_PAGE_BYTES and count:
            return descriptors[:count]
    return descriptors


def _name(descriptor: str) -> str:
    return str(json.loads(descriptor)["name"])
