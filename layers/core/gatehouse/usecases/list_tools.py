"""Show a caller the tools that its project offers, page by page."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gatehouse.domain import cursors
from gatehouse.domain.projects import Project
from gatehouse.ports import EnabledTools

PAGE_SIZE: Final = 100
MAX_PAGE_BYTES: Final = 4_000_000
"""Lambda carries 6 MB each way, and JSON in JSON grows."""
_KIND: Final = "tools/list"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTools:
    """Some MCP descriptors as JSON texts, in the order of names, and where to go on."""

    descriptors: Sequence[str]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTools:
    """List the enabled tools of a project; what they may be called for is decided at the call."""

    tools: EnabledTools
    clock: Callable[[], int]

    def __call__(self, project: Project, *, cursor: str | None) -> ListedTools:
        """Return the page that `cursor` names, or the first.

        Raises:
            InvalidCursor: This project was not given the cursor for this list within the hour.
            Unavailable: The tools could not be read.
        """
        now, key = self.clock(), project.derived_key("cursor")
        after = None if cursor is None else cursors.read(cursor, key=key, kind=_KIND, now=now)
        page = self.tools.page(project.id, after=after, limit=PAGE_SIZE)
        descriptors = _fitting(page.items)
        next_after = page.next_after
        if len(descriptors) < len(page.items):
            next_after = _name(descriptors[-1])
        next_cursor = next_after and cursors.write(next_after, key=key, kind=_KIND, now=now)
        return ListedTools(descriptors=descriptors, next_cursor=next_cursor)


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
