"""What models see of a project's tools."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.attributes import flag, text
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import TOOL_DEFINITION, project_partition
from gatehouse.ports import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_PAGE_LENGTH: Final = 3_000_000
"""Characters of a page, after which it ends early: an answer of Lambda holds 6 MB."""


@dataclass(frozen=True, slots=True)
class DynamoEnabledTools:
    """Keeps `EnabledTools` from the rendered descriptors beside the definitions."""

    client: "DynamoDBClient"
    table: str

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[str]:
        """See `EnabledTools.page`; one Query for each 1 MB of definitions."""
        texts: list[str] = []
        length = 0
        last = after
        while True:
            items, more = query_page(
                self.client,
                self.table,
                partition=project_partition(project_id),
                prefix=TOOL_DEFINITION,
                after=last,
                limit=limit,
            )
            for item in items:
                if flag(item, "is_enabled"):
                    descriptor = text(item, "descriptor")
                    if len(texts) == limit or (
                        texts and length + len(descriptor) > MAX_PAGE_LENGTH
                    ):
                        return Page(items=tuple(texts), next_after=last)
                    texts.append(descriptor)
                    length += len(descriptor)
                last = text(item, "SK").removeprefix(TOOL_DEFINITION)
            if more is None:
                return Page(items=tuple(texts))
