"""What dispatch does when AWS fails it, on its real wiring: said, in time, and never sent twice."""

import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.secret_sealer import KmsSecretSealer
from gatehouse.domain.calls import Deduplication, Invocation, Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.ids import request_id
from gatehouse.domain.invocations import invocation_document, read_dispatched
from gatehouse.domain.tools import AuthStrategy, HttpMethod, Tool
from gatehouse.wiring import clients, clock
from tests.contract.conftest import REGION, TABLE
from tests.contract.test_dispatch_function import SECRET, Context, handler, key_arn, upstream
from tests.samples import INTEGRATION_ID, LOOKUP, PROJECT_ID, stored
from tests.unit.net.server import Server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["handler", "key_arn", "upstream"]

Handler = Callable[[Any, Any], Any]
DEDUPLICATION = Deduplication(digest="d" * 64, sealing_key=b"k" * 32, window_seconds=30)


def throttled(operation: str) -> Exception:
    said = {"Code": "ThrottlingException", "Message": "slow down"}
    return ClientError({"Error": cast("Any", said)}, operation)


@pytest.fixture
def failing() -> Iterator[Callable[[Any, str, Exception], None]]:
    """Make one operation of a client fail until the test ends."""
    registered: list[tuple[Any, str, Callable[..., None]]] = []

    def fail(client: Any, event: str, error: Exception) -> None:
        def raising(**_: object) -> None:
            raise error

        client.meta.events.register(event, raising)
        registered.append((client, event, raising))

    yield fail
    for client, event, raising in registered:
        client.meta.events.unregister(event, raising)


def post(server: Server, key_arn: str) -> Tool:
    definition = replace(
        LOOKUP,
        base_url=server.origin,
        http_method=HttpMethod.POST,
        auth_strategy=AuthStrategy.STATIC_BEARER,
    )
    tool = stored(definition)
    kms = boto3.client("kms", region_name=REGION)
    sealer = KmsSecretSealer(kms, key_arn, random_bytes=lambda length: b"n" * length)
    return replace(tool, sealed_secret=sealer.seal(SECRET, tool.secret_binding))


def invoke(handler: Handler, tool: Tool, number: int = 7) -> tuple[str, Any]:
    invocation = Invocation(
        request_id=request_id(clock.now_ms(), number),
        tool=tool,
        integration_id=INTEGRATION_ID,
        member=None,
        arguments={"contact_id": "c-1"},
        deduplication=DEDUPLICATION,
    )
    return invocation.request_id, handler(invocation_document(invocation), Context())


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
def test_a_throttled_record_does_not_cost_the_answer(
    handler: Handler,
    key_arn: str,
    upstream: Server,
    operation: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    tool = post(upstream, key_arn)
    events = clients.dynamodb().meta.events

    def late(**_: object) -> None:
        if upstream.heads:  # the claim passed, and what comes after the answer is throttled
            raise throttled(operation)

    events.register(f"before-call.dynamodb.{operation}", late)
    try:
        _, said = invoke(handler, tool)
    finally:
        events.unregister(f"before-call.dynamodb.{operation}", late)
    dispatched = read_dispatched(said)
    assert dispatched.outcome is Outcome.SUCCEEDED
    assert dispatched.answer
    assert len(upstream.heads) == 1
    assert "lost" in caplog.messages


def test_a_throttled_claim_sends_nothing_and_may_be_tried_again(
    handler: Handler, key_arn: str, upstream: Server, failing: Callable[..., None]
) -> None:
    tool = post(upstream, key_arn)
    failing(clients.dynamodb(), "before-call.dynamodb.PutItem", throttled("PutItem"))
    with pytest.raises(Unavailable):
        read_dispatched(invoke(handler, tool)[1])
    assert upstream.heads == []


def test_a_kms_that_does_not_answer_sends_nothing_and_is_recorded(
    handler: Handler,
    dynamodb: "DynamoDBClient",
    key_arn: str,
    upstream: Server,
    failing: Callable[..., None],
) -> None:
    tool = post(upstream, key_arn)
    failing(clients.kms(), "before-call.kms.Decrypt", ReadTimeoutError(endpoint_url="kms"))
    began = time.monotonic()
    called, said = invoke(handler, tool)
    with pytest.raises(Unavailable):
        read_dispatched(said)
    assert time.monotonic() - began < 5
    assert upstream.heads == []
    record = DynamoCallRecords(dynamodb, TABLE).get(PROJECT_ID, called)
    assert (record.outcome, record.reason, record.attempts) == (Outcome.FAILED, "unavailable", ())


def test_a_kms_that_takes_connections_and_says_nothing_is_given_up_in_time(
    handler: Handler,
    dynamodb: "DynamoDBClient",
    key_arn: str,
    upstream: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Against a real silence: what ends it is the client's own timeouts and retries."""
    tool = post(upstream, key_arn)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        endpoint = f"http://127.0.0.1:{listener.getsockname()[1]}"
        silent = boto3.client(
            "kms", region_name=REGION, endpoint_url=endpoint, config=clients.IMPATIENT
        )
        real = clients.kms()
        monkeypatch.setattr(real, "decrypt", silent.decrypt)
        began = time.monotonic()
        called, said = invoke(handler, tool)
        seconds = time.monotonic() - began
    with pytest.raises(Unavailable):
        read_dispatched(said)
    assert seconds < 8
    assert upstream.heads == []
    record = DynamoCallRecords(dynamodb, TABLE).get(PROJECT_ID, called)
    assert (record.outcome, record.reason, record.attempts) == (Outcome.FAILED, "unavailable", ())


def test_when_kms_is_back_the_equal_call_goes_out(
    handler: Handler, key_arn: str, upstream: Server
) -> None:
    tool = post(upstream, key_arn)
    events = clients.kms().meta.events

    def silent(**_: object) -> None:
        raise ReadTimeoutError(endpoint_url="kms")

    events.register("before-call.kms.Decrypt", silent)
    with pytest.raises(Unavailable):
        read_dispatched(invoke(handler, tool)[1])
    events.unregister("before-call.kms.Decrypt", silent)
    assert read_dispatched(invoke(handler, tool, 8)[1]).outcome is Outcome.SUCCEEDED
    assert len(upstream.heads) == 1


def test_no_client_waits_longer_than_the_function_has() -> None:
    for client in (clients.dynamodb(), clients.kms()):
        config: Any = client.meta.config
        tries = config.retries.get("total_max_attempts", 1 + config.retries.get("max_attempts", 4))
        assert (config.connect_timeout + config.read_timeout) * tries < 20
