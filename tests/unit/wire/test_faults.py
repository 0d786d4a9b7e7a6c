"""What the lean clients do when AWS, or the way to it, fails: against a server that does so."""

import socket
import time
from collections.abc import Callable

import pytest

from gatehouse.aws.failures import ConditionFailed, Contended, translated
from gatehouse.aws.wire.connection import MAX_IDLE_SECONDS
from gatehouse.aws.wire.endpoints import Patience
from gatehouse.aws.wire.errors import (
    NotConnected,
    NotSent,
    Refused,
    TimedOut,
    Unanswered,
    Unreadable,
    WireError,
    WrongChecksum,
)
from gatehouse.aws.wire.services import WireDynamoDb, WireFunctions
from gatehouse.domain.errors import Unavailable
from tests.unit.net.server import Server, Talk, serving
from tests.unit.wire.ground import (
    QUICK,
    Around,
    closing,
    failing,
    resetting,
    said,
    saying,
    then_closed,
)

ITEM = {"Item": {"name": {"S": "ada"}}}
KEY = {"PK": {"S": "p"}}
ONCE = Patience(connect_seconds=1, read_seconds=0.3, attempts=1)


def get(client: WireDynamoDb) -> object:
    return client.get_item(TableName="t", Key=KEY)["Item"]


def dynamodb(server: Server, around: Around | None = None) -> WireDynamoDb:
    return WireDynamoDb(QUICK, (around or Around(server.origin))())


def invoke(server: Server) -> object:
    client = WireFunctions(QUICK, Around(server.origin)())
    return client.invoke(FunctionName="dispatch", Payload=b"{}")["StatusCode"]


@pytest.mark.parametrize(
    "failure",
    [
        failing("ThrottlingException"),
        failing("ProvisionedThroughputExceededException"),
        failing("InternalServerError", 500),
        said(b"<html>gone</html>", 503),
        said(ITEM, checksum=1),
        resetting,
        closing,
        then_closed(said(ITEM)[:-5]),
        then_closed(said(ITEM)[:30]),
        then_closed(b"HTTP/1.1 2"),
        lambda _: time.sleep(0.6),
    ],
    ids=range(11),
)
def test_what_may_pass_is_tried_again_after_a_pause(
    failure: bytes | Callable[[socket.socket], None],
) -> None:
    with serving(saying(failure, said(ITEM))) as server:
        around = Around(server.origin)
        assert get(dynamodb(server, around)) == ITEM["Item"]
        assert len(server.heads) == 2
        assert around.pauses == [0.5]


def test_pauses_grow_and_end_with_the_attempts() -> None:
    with serving(saying(failing("ThrottlingException"))) as server:
        around = Around(server.origin)
        with pytest.raises(Refused, match="ThrottlingException"):
            get(dynamodb(server, around))
        assert len(server.heads) == 3
        assert around.pauses == [0.5, 1.0]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (failing("ValidationException"), Refused),
        (failing("ConditionalCheckFailedException"), Refused),
        (failing("AccessDeniedException"), Refused),
        (said(b"<html>go away</html>", 403), Refused),
        (said(b"not json"), Unreadable),
        (said(b"[]"), Unreadable),
        (said(b'{"Item": {"x": {"B": "!"}}}'), Unreadable),
        (said(b"\xff"), Unreadable),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Unreadable),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\n{}", Unreadable),
    ],
    ids=range(10),
)
def test_what_will_not_pass_is_not_tried_again(answer: bytes, error: type[WireError]) -> None:
    with serving(saying(answer, said(ITEM))) as server:
        with pytest.raises(error):
            get(dynamodb(server))
        assert len(server.heads) == 1


def test_a_wrong_checksum_is_never_believed() -> None:
    with serving(saying(said(ITEM, checksum=1))) as server:
        with pytest.raises(WrongChecksum):
            get(dynamodb(server))
        assert len(server.heads) == 3


def test_an_answer_that_takes_too_long_is_given_up_in_time() -> None:
    with serving(saying(lambda _: time.sleep(1))) as server:
        client = WireDynamoDb(ONCE, Around(server.origin)())
        began = time.monotonic()
        with pytest.raises(TimedOut):
            get(client)
        assert time.monotonic() - began < 0.9


def test_nobody_there_is_not_connected() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotConnected):
        get(WireDynamoDb(QUICK, Around(f"http://127.0.0.1:{port}")()))


def test_most_requests_failing_ends_the_repetitions() -> None:
    with serving(saying(failing("ThrottlingException"))) as server:
        client = dynamodb(server)
        for _ in range(60):
            with pytest.raises(Refused):
                get(client)
        # 500 in all, 5 for each repetition: after 100 of them every request is tried once.
        assert len(server.heads) == 60 + 100


# --- Connections ------------------------------------------------------------------------------


def test_a_connection_is_used_again() -> None:
    with serving(saying(said(ITEM))) as server:
        client = dynamodb(server)
        for _ in range(5):
            get(client)
        assert server.connections == 1


def test_a_connection_that_aws_ended_is_not_used_again() -> None:
    with serving(saying(then_closed(said(ITEM)), said(ITEM))) as server:
        around = Around(server.origin)
        client = dynamodb(server, around)
        get(client)
        time.sleep(0.1)
        get(client)
        assert (server.connections, len(server.heads), around.pauses) == (2, 2, [])


def test_a_connection_that_was_announced_to_end_is_not_used_again() -> None:
    with serving(saying(said(ITEM, headers="Connection: close\r\n"))) as server:
        client = dynamodb(server)
        get(client)
        get(client)
        assert server.connections == 2


@pytest.mark.parametrize("step", [MAX_IDLE_SECONDS + 1, -1])
def test_a_connection_that_was_idle_too_long_is_not_used_again(step: int) -> None:
    """An instance that was frozen may not have seen its end, and its clock may have jumped."""
    with serving(saying(said(ITEM))) as server:
        around = Around(server.origin)
        client = dynamodb(server, around)
        get(client)
        around.now += step
        get(client)
        assert server.connections == 2


@pytest.mark.parametrize("ending", [resetting, closing])
def test_a_kept_connection_that_ends_on_use_costs_no_attempt(
    ending: Callable[[socket.socket], None],
) -> None:
    with serving(saying(said(ITEM), ending, said(ITEM))) as server:
        around = Around(server.origin)
        client = WireDynamoDb(ONCE, around())
        get(client)
        assert get(client) == ITEM["Item"]
        assert (len(server.heads), server.connections, around.pauses) == (3, 2, [])


def test_only_one_new_connection_is_tried_for_a_kept_one() -> None:
    with serving(saying(said(ITEM), closing)) as server:
        client = WireDynamoDb(ONCE, Around(server.origin)())
        get(client)
        with pytest.raises(Unanswered):
            get(client)
        assert len(server.heads) == 3


# --- What must not be done twice --------------------------------------------------------------


@pytest.mark.parametrize(
    "failure",
    [resetting, closing, said({}, 500), lambda _: time.sleep(0.6), said({}, 429)],
    ids=range(5),
)
def test_an_invocation_is_never_sent_again(
    failure: bytes | Callable[[socket.socket], None],
) -> None:
    with serving(saying(failure, said({}))) as server:
        with pytest.raises(WireError):
            invoke(server)
        assert len(server.heads) == 1


@pytest.mark.parametrize("ending", [resetting, closing])
def test_nor_is_one_that_a_kept_connection_may_have_carried(
    ending: Callable[[socket.socket], None],
) -> None:
    with serving(saying(said({}), ending, said({}))) as server:
        client = WireFunctions(QUICK, Around(server.origin)())
        client.invoke(FunctionName="dispatch", Payload=b"{}")
        with pytest.raises(Unanswered) as failed:
            client.invoke(FunctionName="dispatch", Payload=b"{}")
        assert not isinstance(failed.value, NotSent)
        assert len(server.heads) == 2


def test_but_one_that_could_not_be_handed_over_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves AWS without the request's end, and so without a request."""
    with serving(saying(said({}))) as server:
        client = WireFunctions(QUICK, Around(server.origin)())
        client.invoke(FunctionName="dispatch", Payload=b"{}")
        [kept] = client._client._pool._idle
        kept.socket.shutdown(socket.SHUT_WR)
        monkeypatch.setattr("gatehouse.aws.wire.connection._is_quiet", lambda _: True)
        assert client.invoke(FunctionName="dispatch", Payload=b"{}")["StatusCode"] == 200
        assert (len(server.heads), server.connections) == (2, 2)


# --- What adapters make of it -----------------------------------------------------------------


def raised(talk: Talk) -> pytest.ExceptionInfo[Exception]:
    with serving(talk) as server:
        client = WireDynamoDb(ONCE, Around(server.origin)())
        with pytest.raises(Exception) as failed, translated():  # noqa: PT011 - any is looked at
            get(client)
    return failed


@pytest.mark.parametrize(
    "answer", [failing("ThrottlingException"), said(b"x"), said({}, 500), resetting, closing]
)
def test_failures_are_unavailable(answer: bytes | Callable[[socket.socket], None]) -> None:
    assert raised(saying(answer)).type is Unavailable


def test_a_condition_that_fails_shows_the_item() -> None:
    item = {"sealed": {"B": "AQI="}, "name": {"S": "ada"}}
    failed = raised(saying(failing("ConditionalCheckFailedException", Item=item))).value
    assert isinstance(failed, ConditionFailed)
    assert failed.item == {"sealed": {"B": b"\1\2"}, "name": {"S": "ada"}}


def test_a_transaction_says_which_part_refused() -> None:
    reasons = [{"Code": "None"}, {"Code": "ConditionalCheckFailed", "Item": {"a": {"S": "b"}}}]
    failed = raised(
        saying(failing("TransactionCanceledException", CancellationReasons=reasons))
    ).value
    assert isinstance(failed, ConditionFailed)
    assert (failed.index, failed.item) == (1, {"a": {"S": "b"}})
    contended = failing(
        "TransactionCanceledException", CancellationReasons=[{"Code": "TransactionConflict"}]
    )
    assert raised(saying(contended)).type is Contended
    assert raised(saying(failing("TransactionConflictException"))).type is Contended


def test_an_answer_of_before_is_believed_no_more_than_any_other() -> None:
    """What is remembered is what bytes mean, after they have been checked."""
    one = {"Responses": {"t": [{"name": {"S": "ada"}}]}, "UnprocessedKeys": {}}
    other: dict[str, object] = {"Responses": {"t": []}, "UnprocessedKeys": {}}
    spoilt = said(one, checksum=1)
    turns = saying(said(one), said(one), said(other), said(one), spoilt, spoilt, spoilt)
    with serving(turns) as server:
        client = dynamodb(server)

        def read() -> object:
            answer = client.batch_get_item(RequestItems={"t": {"Keys": [KEY]}})
            answer["UnprocessedKeys"] = {"changed": {"Keys": []}}
            return answer["Responses"]

        first = read()
        assert first == one["Responses"]
        assert read() is first
        assert read() == other["Responses"]
        again = client.batch_get_item(RequestItems={"t": {"Keys": [KEY]}})
        assert again["Responses"] is first
        assert again["UnprocessedKeys"] == {}
        with pytest.raises(WrongChecksum):
            read()
