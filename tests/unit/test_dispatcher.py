"""When a call was certainly not made, and when nobody knows."""

import io
from collections.abc import Mapping
from typing import Any, cast

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    IncompleteReadError,
    NoCredentialsError,
    ReadTimeoutError,
)

from gatehouse.aws.dispatcher import MAX_PAYLOAD_BYTES, LambdaDispatcher
from gatehouse.domain.calls import Invocation
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.ids import request_id
from gatehouse.domain.invocations import dispatched_document, document_bytes, read_invocation
from gatehouse.domain.strict_json import parse
from gatehouse.ports.calls import DispatchUncertain
from tests.fakes.dispatch import answered
from tests.samples import ADA, LOOKUP, NOW, stored

REQUEST_ID = request_id(NOW * 1000, 7)
INVOCATION = Invocation(
    request_id=REQUEST_ID,
    tool=stored(LOOKUP),
    integration_id="Integ001",
    member=ADA,
    arguments={"contact_id": "c1"},
)
URL = "http://127.0.0.1"


class Lambda:
    """A Lambda client that answers once."""

    def __init__(self, answer: Mapping[str, Any] | Exception) -> None:
        self.answer = answer
        self.invoked: list[dict[str, Any]] = []

    def invoke(self, **parameters: Any) -> Mapping[str, Any]:
        self.invoked.append(parameters)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def dispatcher(client: Lambda) -> LambdaDispatcher:
    return LambdaDispatcher(cast("Any", client), "dispatch")


def payload(body: bytes, **members: Any) -> dict[str, Any]:
    return {"StatusCode": 200, "Payload": io.BytesIO(body), **members}


def client_error(status: int | None) -> ClientError:
    metadata = {} if status is None else {"HTTPStatusCode": status}
    return ClientError(cast("Any", {"Error": {}, "ResponseMetadata": metadata}), "Invoke")


def test_an_invocation_is_waited_for_and_both_sides_read_the_same() -> None:
    dispatched = answered(b"\xff\0", "application/octet-stream")
    client = Lambda(payload(document_bytes(dispatched_document(dispatched))))
    assert dispatcher(client).dispatch(INVOCATION) == dispatched
    [invoked] = client.invoked
    assert (invoked["FunctionName"], invoked["InvocationType"]) == ("dispatch", "RequestResponse")
    assert read_invocation(parse(invoked["Payload"])) == INVOCATION


@pytest.mark.parametrize(
    "failure",
    [
        client_error(429),
        client_error(403),
        client_error(404),
        client_error(413),
        ConnectTimeoutError(endpoint_url=URL),
        EndpointConnectionError(endpoint_url=URL),
        NoCredentialsError(),
    ],
)
def test_what_lambda_did_not_take_was_certainly_not_made(failure: Exception) -> None:
    with pytest.raises(Unavailable):
        dispatcher(Lambda(failure)).dispatch(INVOCATION)


@pytest.mark.parametrize(
    "failure",
    [
        client_error(500),
        client_error(502),
        client_error(None),
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        IncompleteReadError(actual_bytes=1, expected_bytes=2),
        payload(b'{"errorMessage":"Task timed out"}', FunctionError="Unhandled"),
        payload(document_bytes(dispatched_document(answered(b"{}"))), FunctionError="Handled"),
        payload(b""),
        payload(b"{}"),
        payload(b'{"version":2}'),
        payload(b"not json"),
    ],
)
def test_what_it_took_without_a_good_answer_may_have_been_made(
    failure: Mapping[str, Any] | Exception,
) -> None:
    client = Lambda(failure)
    with pytest.raises(DispatchUncertain):
        dispatcher(client).dispatch(INVOCATION)
    assert len(client.invoked) == 1


def test_what_lambda_cannot_carry_is_not_handed_over() -> None:
    client = Lambda(payload(b""))
    too_large = Invocation(
        request_id=REQUEST_ID,
        tool=stored(LOOKUP),
        integration_id="Integ001",
        member=None,
        arguments={"x": "x" * MAX_PAYLOAD_BYTES},
    )
    with pytest.raises(Unavailable):
        dispatcher(client).dispatch(too_large)
    assert client.invoked == []
