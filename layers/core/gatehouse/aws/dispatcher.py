"""The dispatch function, invoked and waited for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)

from gatehouse.domain.calls import Dispatched, Invocation
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.invocations import document_bytes, invocation_document, read_dispatched
from gatehouse.domain.strict_fields import UnreadableDocument
from gatehouse.domain.strict_json import InvalidJson, parse
from gatehouse.ports.calls import DispatchUncertain

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

CONNECT_SECONDS: Final = 1
READ_SECONDS: Final = 25
"""Longer than dispatch's own 24 s, so that its end is seen; shorter than mcp's 28 s."""
MAX_PAYLOAD_BYTES: Final = 6_000_000
_NOT_SENT: Final = (
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)
_SERVER_ERROR: Final = 500


@dataclass(frozen=True, slots=True)
class LambdaDispatcher:
    """Keeps `Dispatcher` with one synchronous invoke.

    `client` must not retry: a second attempt could make the call twice.
    """

    client: "LambdaClient"
    function: str

    def dispatch(self, invocation: Invocation) -> Dispatched:
        """See `Dispatcher.dispatch`."""
        payload = document_bytes(invocation_document(invocation))
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise Unavailable
        try:
            answer = self.client.invoke(
                FunctionName=self.function, InvocationType="RequestResponse", Payload=payload
            )
            said = answer["Payload"].read()
        except ClientError as error:
            # Below 500, Lambda says no before it runs anything: throttled, not allowed, not found.
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", _SERVER_ERROR)
            if status < _SERVER_ERROR:
                raise Unavailable from error
            raise DispatchUncertain from error
        except _NOT_SENT as error:
            raise Unavailable from error
        except BotoCoreError as error:
            raise DispatchUncertain from error
        if "FunctionError" in answer:
            raise DispatchUncertain
        return _read(said)


def _read(said: bytes) -> Dispatched:
    try:
        return read_dispatched(parse(said))
    except (InvalidJson, UnreadableDocument) as error:
        raise DispatchUncertain from error
