"""One page of one kind of item in a partition, in the order of names."""

from typing import TYPE_CHECKING, TypedDict, TypeVar

from gatehouse.aws.attributes import text, text_value
from gatehouse.aws.failures import translated
from gatehouse.aws.tables import project_partition
from gatehouse.ports.pages import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gatehouse.aws.attributes import Item
    from gatehouse.aws.services import DynamoDb

Kept = TypeVar("Kept")


class _Projection(TypedDict, total=False):
    """Which attributes a Query returns."""

    ProjectionExpression: str
    ExpressionAttributeNames: dict[str, str]


def project_page(  # noqa: PLR0913 - what is asked, and where
    client: "DynamoDb",
    table: str,
    project_id: str,
    *,
    prefix: str,
    read: "Callable[[Item], Kept]",
    after: str | None,
    limit: int,
) -> Page[Kept]:
    """Return a page of one kind of a project's items, as `read` reads them."""
    partition = project_partition(project_id)
    items, more = query_page(
        client, table, partition=partition, prefix=prefix, after=after, limit=limit
    )
    return Page(items=tuple(map(read, items)), next_after=more)


def query_page(  # noqa: PLR0913 - what is asked, and where
    client: "DynamoDb",
    table: str,
    *,
    partition: str,
    prefix: str,
    after: str | None,
    limit: int,
    attributes: "Sequence[str]" = (),
) -> "tuple[list[Item], str | None]":
    """Return up to `limit` items after the name `after`, and the name after which there are more.

    One Query: DynamoDB stops at 1 MB, so a page of large items is shorter than `limit`. Only those
    `attributes` are read that are named, if any are.
    """
    # Under names of their own, for DynamoDB reserves hundreds of words.
    named = {f"#a{number}": name for number, name in enumerate(("SK", *attributes))}
    projection: _Projection = {
        "ProjectionExpression": ", ".join(named),
        "ExpressionAttributeNames": named,
    }
    # The next string in UTF-8 order after X is X and NUL; `#` ends every prefix, `$` follows it.
    first = prefix if after is None else f"{prefix}{after}\0"
    last = f"{prefix[:-1]}$" if prefix else "\U0010ffff"
    with translated():
        answer = client.query(
            TableName=table,
            ConsistentRead=True,
            KeyConditionExpression="PK = :partition AND SK BETWEEN :first AND :last",
            ExpressionAttributeValues={
                ":partition": text_value(partition),
                ":first": text_value(first or " "),
                ":last": text_value(last),
            },
            Limit=limit + 1,
            **(projection if attributes else {}),
        )
    found: list[Item] = list(answer["Items"])
    items = found[:limit]
    if items and (len(found) > limit or "LastEvaluatedKey" in answer):
        return items, text(items[-1], "SK").removeprefix(prefix)
    return items, None
