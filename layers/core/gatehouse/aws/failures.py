"""What AWS's errors mean here: a condition did not hold, or the service is unavailable."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar, cast

from botocore.exceptions import BotoCoreError, ClientError

from gatehouse.domain.errors import Unavailable

if TYPE_CHECKING:
    from gatehouse.aws.attributes import Item

ATTEMPTS: Final = 3
Result = TypeVar("Result")


class ConditionFailed(Exception):
    """A write's condition did not hold; `item` is what stands there, if it was asked for.

    For a transaction, `index` says which of its parts refused first.
    """

    def __init__(self, item: "Item | None" = None, *, index: int = 0) -> None:
        super().__init__("condition failed")
        self.item = item
        self.index = index


class Contended(Unavailable):
    """Another transaction held an item; nothing was written, and a repetition may pass."""


@contextmanager
def translated() -> Generator[None, None, None]:
    """Run AWS calls; raise `ConditionFailed` or `Unavailable` for what they report.

    A race between transactions that none has won yet is `Contended`.
    """
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code")
        if code == "ConditionalCheckFailedException":
            raise ConditionFailed(cast("Item | None", error.response.get("Item"))) from error
        if code == "TransactionCanceledException":
            reasons = cast("list[dict[str, object]]", error.response.get("CancellationReasons", []))
            for index, reason in enumerate(reasons):
                if reason.get("Code") == "ConditionalCheckFailed":
                    item = cast("Item | None", reason.get("Item"))
                    raise ConditionFailed(item, index=index) from error
            if any(reason.get("Code") == "TransactionConflict" for reason in reasons):
                raise Contended from error
        if code in {"TransactionConflictException", "TransactionInProgressException"}:
            raise Contended from error
        raise Unavailable from error
    except BotoCoreError as error:
        raise Unavailable from error


def settled(write: Callable[[], Result]) -> Result:
    """Repeat a conditional write until its race has a winner; then its condition tells which.

    Only for writes that decide by condition: a repetition of one that passed would fail.
    """
    for _attempt in range(ATTEMPTS - 1):
        try:
            return write()
        except Contended:
            continue
    return write()
