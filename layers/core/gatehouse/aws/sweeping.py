"""Removes what is left of something that was ended, and opens nothing any more."""

from typing import TYPE_CHECKING, Final

from gatehouse.aws.failures import translated
from gatehouse.aws.queries import query_page
from gatehouse.aws.tables import project_partition
from gatehouse.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

    from gatehouse.aws.attributes import Item

BATCH: Final = 25
"""Items that one BatchWriteItem takes."""
ATTEMPTS: Final = 3


def _every(_item: "Item") -> bool:
    return True


def sweep(
    client: "DynamoDBClient",
    table: str,
    project_id: str,
    *,
    prefix: str,
    wanted: "Callable[[Item], bool]" = _every,
) -> None:
    """Delete a project's items whose sort keys begin with `prefix`, which ends in `#`."""
    after: str | None = None
    while True:
        items, after = query_page(
            client,
            table,
            partition=project_partition(project_id),
            prefix=prefix,
            after=after,
            limit=BATCH,
        )
        _delete(client, table, [item for item in items if wanted(item)])
        if after is None:
            return


def _delete(client: "DynamoDBClient", table: str, items: "list[Item]") -> None:
    requests = [{"DeleteRequest": {"Key": {"PK": i["PK"], "SK": i["SK"]}}} for i in items]
    for _attempt in range(ATTEMPTS):
        if not requests:
            return
        with translated():
            answer = client.batch_write_item(RequestItems={table: requests})  # type: ignore[dict-item]
        requests = answer["UnprocessedItems"].get(table, [])  # type: ignore[assignment]
    if requests:
        raise Unavailable
