"""Pages of lists that an instance keeps, each for as long as nothing of its project has changed.

Every administrative change moves the end of its project's audit, in the transaction that makes it
(docs/decisions/0026-audit.md), and that end comes with the read that authorizes a request. So a
kept page is shown only to whoever has just been let in, and only if nothing was administered since
it was read.

A transaction is atomic but not seen at once: for a moment one of its items may be read as it is
now, and another as it was. A page is therefore kept only if the last change had long been over when
the page was read:

    request of the change    its function has ended         pages are kept from here on
    |------- <= 29 s ---------|------ it has settled ---------|
    at                                                        at + SETTLED_SECONDS
"""

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from gatehouse.domain.gzip_parts import Packed, packed
from gatehouse.ports.authority import LatestChange

SETTLED_SECONDS: Final = 60
KEPT_SECONDS: Final = 300
"""After which a page is read anew all the same: no error of ours should outlive that."""
MAX_CHARACTERS: Final = 8_000_000
"""Of all pages together, as texts; those unused for longest go first."""
MIN_PACKED: Final = 4096
"""Characters of a page from which on it is sent compressed to whoever takes that."""


class Which(NamedTuple):
    """Which page: of whose list of what, whether of what was approved alone, and after what."""

    project_id: str
    kind: str
    is_strict: bool
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """A page: a JSON array, and the name after which there is more.

    `packed` is the UTF-8 of what an answer begins with, to the end of the array, compressed once
    that is worth it.
    """

    items: str
    next_after: str | None
    packed: Packed | None = None


class KeptPages:
    """The pages of one instance."""

    def __init__(self, max_characters: int = MAX_CHARACTERS) -> None:
        self._left = max_characters
        self._pages: OrderedDict[Which, tuple[ListPage, str, int]] = OrderedDict()

    def page(
        self, which: Which, change: LatestChange | None, now: int, opening: str
    ) -> ListPage | None:
        """Return the page if it was read after `change`, the last one as of now (epoch seconds).

        `opening` is what precedes it in all answers.
        """
        if change is None or which not in self._pages:
            return None
        page, digest, read_at = self._pages[which]
        if digest != change.digest or not read_at <= now < read_at + KEPT_SECONDS:
            self._drop(which)
            return None
        self._pages.move_to_end(which)
        if page.packed is None and len(page.items) >= MIN_PACKED:
            # Not with the first list of an instance, which may be its last.
            page = replace(page, packed=packed((opening + page.items).encode()))
            self._pages[which] = (page, digest, read_at)
        return page

    def keep(self, which: Which, change: LatestChange | None, now: int, page: ListPage) -> None:
        """Keep a page that was read at `now` or later, and after `change` was."""
        if change is None or now - change.at < SETTLED_SECONDS:
            return
        if which in self._pages:
            self._drop(which)
        self._pages[which] = (page, change.digest, now)
        self._left -= len(page.items)
        while self._left < 0:
            self._drop(next(iter(self._pages)))

    def _drop(self, which: Which) -> None:
        page, _digest, _read_at = self._pages.pop(which)
        self._left += len(page.items)
