"""The dispatch function, invoked and waited for."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gatehouse.aws.failures import (
    SERVER_ERROR,
    failed,
    not_sent,
    refused,
    status_of,
    unavailable,
)
from gatehouse.domain.calls import Dispatched, Invocation
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.invocations import document_bytes, invocation_document, read_dispatched
from gatehouse.ports.calls import DispatchUncertain

if TYPE_CHECKING:
    from gatehouse.aws.services import Functions

CONNECT_SECONDS: Final = 1
READ_SECONDS: Final = 25
"""Longer than dispatch's own 24 s, so that its end is seen; shorter than mcp's 28 s."""
MAX_PAYLOAD_BYTES: Final = 6_000_000


@dataclass(frozen=True, slots=True)
class LambdaDispatcher:
    """Keeps `Dispatcher` with one synchronous invoke.

    `client` must not retry: a second attempt could make the call twice.
    """

    client: "Functions"
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
        except refused() as error:
            # Below 500, Lambda says no before it runs anything: throttled, not allowed, not found.
            if status_of(error) < SERVER_ERROR:
                raise unavailable(error) from error
            raise DispatchUncertain from error
        except not_sent() as error:
            raise unavailable(error) from error
        except failed() as error:
            raise DispatchUncertain from error
        if "FunctionError" in answer:
            raise DispatchUncertain
        return _read(said)


def _read(said: bytes) -> Dispatched:
    try:
        return read_dispatched(json.loads(said.decode()))
    except ValueError as error:  # not JSON, or not the document of this version
        raise DispatchUncertain from error
