"""Several items in one consistent round trip, whichever tables they are in."""

from typing import TYPE_CHECKING, Final, cast

from gatehouse.aws.failures import translated
from gatehouse.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatehouse.aws.attributes import Item
    from gatehouse.aws.services import DynamoDb
    from gatehouse.aws.tables import Key

ATTEMPTS: Final = 2


def read_all(client: "DynamoDb", wanted: "Mapping[str, Sequence[Key]]") -> "list[Item]":
    """Return those items that there are, of up to 100 keys by table.

    Raises:
        Unavailable: A key was left unprocessed; that never passes for absent.
    """
    left = {table: list(keys) for table, keys in wanted.items() if keys}
    found: list[Item] = []
    for _attempt in range(ATTEMPTS):
        if not left:
            return found
        with translated():
            answer = client.batch_get_item(
                RequestItems={
                    table: {"Keys": keys, "ConsistentRead": True} for table, keys in left.items()
                }
            )
        for items in answer["Responses"].values():
            found += items
        unprocessed = answer["UnprocessedKeys"]
        left = {table: cast("list[Key]", each["Keys"]) for table, each in unprocessed.items()}
    if left:
        raise Unavailable
    return found
