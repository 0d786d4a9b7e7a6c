"""What AWS's errors mean here: a condition did not hold, or the service is unavailable."""

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar, cast

from gatehouse.aws.wire.errors import NotSent, Refused, WireError
from gatehouse.domain.errors import Unavailable

if TYPE_CHECKING:
    from types import TracebackType

    from gatehouse.aws.attributes import Item

ATTEMPTS: Final = 3
SERVER_ERROR: Final = 500
_NAMES: Final = ("dynamodb", "kms", "secretsmanager", "lambda")
_OF_OPERATIONS: Final = {
    "Invoke": "lambda",
    **dict.fromkeys(("Decrypt", "Encrypt", "GenerateDataKey", "GetPublicKey", "Sign"), "kms"),
    **dict.fromkeys(
        ("GetSecretValue", "PutSecretValue", "UpdateSecretVersionStage", "DescribeSecret"),
        "secretsmanager",
    ),
}
"""What we ask of others than DynamoDB."""
Result = TypeVar("Result")
Errors: TypeAlias = tuple[type[Exception], ...]


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


def refused() -> Errors:
    """Return the exceptions that are an error which AWS answered; see `response_of`."""
    return (Refused, *_botocore("ClientError"))


def failed() -> Errors:
    """Return the exceptions of a client that are no answer of AWS."""
    return (WireError, *_botocore("BotoCoreError"))


def not_sent() -> Errors:
    """Return those among them after which AWS certainly did nothing."""
    return (
        NotSent,
        *_botocore(
            "ConnectTimeoutError",
            "EndpointConnectionError",
            "NoCredentialsError",
            "ParamValidationError",
        ),
    )


def _botocore(*names: str) -> Errors:
    """Return exceptions of botocore, if it was ever imported: else it cannot have raised any."""
    module = sys.modules.get("botocore.exceptions")
    return tuple(cast("type[Exception]", getattr(module, name)) for name in names) if module else ()


def response_of(error: Exception) -> "Mapping[str, object]":
    """Return what AWS said when it refused."""
    return cast("Mapping[str, object]", vars(error)["response"])


def code_of(error: Exception) -> str | None:
    """Return the code of a refusal."""
    said = cast("Mapping[str, str]", response_of(error).get("Error", {}))
    return said.get("Code")


def status_of(error: Exception) -> int:
    """Return the HTTP status of a refusal; an unknown one is the server's."""
    said = cast("Mapping[str, int]", response_of(error).get("ResponseMetadata", {}))
    return said.get("HTTPStatusCode", SERVER_ERROR)


def unavailable(error: Exception) -> Unavailable:
    """Return what a failure of AWS means, with the service that failed."""
    return Unavailable(service=_service_of(error))


def _service_of(error: Exception) -> str | None:
    """Return the service's name in its endpoint; botocore tells an operation or an address."""
    if isinstance(error, WireError):
        return error.service
    operation = getattr(error, "operation_name", None)
    if operation:
        return _OF_OPERATIONS.get(operation, "dynamodb")
    url = str(getattr(error, "kwargs", {}).get("endpoint_url", ""))
    return next((name for name in _NAMES if f"//{name}." in url), None)


class translated:  # noqa: N801 - it reads as what it does
    """Run AWS calls; raise `ConditionFailed` or `Unavailable` for what they report.

    A race between transactions that none has won yet is `Contended`. It is a class because a
    generator would cost each call three times as much.
    """

    __slots__ = ()

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, _kind: object, error: BaseException | None, _traceback: "TracebackType | None"
    ) -> None:
        """Raise what a failure means; let pass whatever is none of AWS."""
        if error is None:
            return
        if isinstance(error, refused()):
            raise _meaning(error) from error
        if isinstance(error, failed()):
            raise unavailable(error) from error


def _meaning(error: Exception) -> Exception:
    """Return what AWS's refusal means."""
    code, response = code_of(error), response_of(error)
    if code == "ConditionalCheckFailedException":
        return ConditionFailed(cast("Item | None", response.get("Item")))
    if code == "TransactionCanceledException":
        reasons = cast("list[dict[str, object]]", response.get("CancellationReasons", []))
        for index, reason in enumerate(reasons):
            if reason.get("Code") == "ConditionalCheckFailed":
                return ConditionFailed(cast("Item | None", reason.get("Item")), index=index)
        if any(reason.get("Code") == "TransactionConflict" for reason in reasons):
            return Contended()
    if code in {"TransactionConflictException", "TransactionInProgressException"}:
        return Contended()
    return unavailable(error)


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
