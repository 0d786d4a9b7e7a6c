"""What clients see of one kind of thing that a project offers."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import flag, optional_text, text
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import project_partition
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from gatehouse.aws.attributes import Item
    from gatehouse.aws.services import DynamoDb

SHOWN: Final = ("descriptor", "is_enabled", "digest", "approved_digest")
"""What is read of an item; the definition beside it is twice as long as all of these."""
MAX_PAGE_LENGTH: Final = 3_000_000
"""Characters of a page, after which it ends early: an answer of Lambda holds 6 MB."""


@dataclass(frozen=True, slots=True)
class DynamoDescriptors:
    """Keeps `Descriptors` from items that hold them rendered; `prefix` is which kind of items.

    `only_approved` leaves out what has changed since it was approved.
    """

    client: "DynamoDb"
    table: str
    prefix: str
    only_approved: bool = False

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        """See `Descriptors.page`; one Query for each 1 MB of items."""
        texts: list[str] = []
        length = 0
        last = after
        while True:
            items, more = query_page(
                self.client,
                self.table,
                partition=project_partition(project_id),
                prefix=self.prefix,
                after=last,
                limit=limit + 1,  # the one after tells whether there is another page
                attributes=SHOWN,
            )
            for item in items:
                if flag(item, "is_enabled") and (not self.only_approved or _is_approved(item)):
                    descriptor = text(item, "descriptor")
                    if len(texts) == limit or (
                        texts and length + len(descriptor) > MAX_PAGE_LENGTH
                    ):
                        return Page(items=tuple(texts), next_after=last)
                    texts.append(descriptor)
                    length += len(descriptor)
                last = text(item, "SK").removeprefix(self.prefix)
            if more is None:
                return Page(items=tuple(texts))


def _is_approved(item: "Item") -> bool:
    """Say whether what an item describes is what was approved."""
    return optional_text(item, "approved_digest") == text(item, "digest")
