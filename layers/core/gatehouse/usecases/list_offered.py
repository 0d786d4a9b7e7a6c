"""Show a caller what its project offers: tools, prompts or resources, page by page."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from gatehouse.domain import cursors
from gatehouse.domain.projects import Project
from gatehouse.ports.offers import Descriptors

PAGE_SIZE: Final = 100
MAX_PAGE_BYTES: Final = 4_000_000
"""Lambda carries 6 MB each way, and JSON in JSON grows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Some MCP descriptors as JSON texts, in the order of names, and where to go on."""

    descriptors: Sequence[str]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOffered:
    """List what is enabled of one kind; who may use it for what is decided when it is used.

    `kind` is the method that lists it, so that no list accepts another one's cursor. `approved`
    are the descriptors of what was approved, where this kind is subject to approval.
    """

    descriptors: Descriptors
    kind: str
    clock: Callable[[], int]
    approved: Descriptors | None = None

    def __call__(self, project: Project, *, cursor: str | None) -> Listed:
        """Return the page that `cursor` names, or the first.

        Raises:
            InvalidCursor: This project was not given the cursor for this list within the hour.
            Unavailable: The list could not be read.
        """
        now, key = self.clock(), project.derived_key("cursor")
        after = None if cursor is None else cursors.read(cursor, key=key, kind=self.kind, now=now)
        approved = self.approved if project.settings.require_approval else None
        page = (approved or self.descriptors).page(project.id, after=after, limit=PAGE_SIZE)
        descriptors = _fitting(page.items)
        next_after = page.next_after
        if len(descriptors) < len(page.items):
            next_after = _name(descriptors[-1])
        next_cursor = next_after and cursors.write(next_after, key=key, kind=self.kind, now=now)
        return Listed(descriptors=descriptors, next_cursor=next_cursor)


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
