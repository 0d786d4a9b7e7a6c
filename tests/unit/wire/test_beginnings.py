"""A call that is begun before another is made, and awaited after it: both are under way at once."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.wire.endpoints import Patience
from gatehouse.aws.wire.errors import NotConnected
from gatehouse.aws.wire.services import WireDynamoDb
from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.ids import request_id
from tests.samples import NOW
from tests.unit.net.server import serving
from tests.unit.wire.ground import QUICK, Around, closing, failing, resetting, said, saying

KEY = {"PK": {"S": "p"}}
DONE = said({})
RECORD = CallRecord(
    request_id=request_id(NOW * 1000, 0),
    project_id="Samp1ePr",
    integration_id="Samp1eIn",
    tool_name="lookup",
    tool_digest="d" * 64,
    member_external_id="ada",
    outcome=Outcome.SUCCEEDED,
    started_at_ms=NOW * 1000,
    duration_ms=40,
)


@dataclass
class Tables:
    """Answers each operation as told, once `meeting` lets it."""

    answers: dict[bytes, bytes | Callable[[socket.socket], None]]
    meeting: threading.Barrier | None = None
    asked: list[bytes] = field(default_factory=list)

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        operation = head.partition(b"X-Amz-Target: DynamoDB_20120810.")[2].partition(b"\r")[0]
        self.asked.append(operation)
        if self.meeting:
            self.meeting.wait(2)
        saying(self.answers.get(operation, DONE))(connection, head)


def test_a_record_and_its_counters_are_written_at_the_same_time() -> None:
    tables = Tables({}, meeting=threading.Barrier(2))
    patience = Patience(connect_seconds=1, read_seconds=3, attempts=1)
    with serving(tables) as server:
        DynamoCallRecords(WireDynamoDb(patience, Around(server.origin)()), "t").write(RECORD)
    assert sorted(tables.asked) == [b"PutItem", b"UpdateItem"]


@pytest.mark.parametrize("operation", [b"PutItem", b"UpdateItem"])
@pytest.mark.parametrize("failure", [failing("ThrottlingException"), closing, resetting])
def test_both_are_tried_as_often_as_any_write(
    operation: bytes, failure: bytes | Callable[[socket.socket], None]
) -> None:
    tables = Tables({operation: failure})
    with serving(tables) as server, pytest.raises(Unavailable):
        DynamoCallRecords(WireDynamoDb(QUICK, Around(server.origin)()), "t").write(RECORD)
    other = {b"PutItem": b"UpdateItem", b"UpdateItem": b"PutItem"}[operation]
    # One more where the other's connection was kept for it: the end of that costs no attempt.
    assert tables.asked.count(operation) in {QUICK.attempts, QUICK.attempts + 1}
    assert tables.asked.count(other) == 1


@pytest.mark.parametrize("failure", [failing("ThrottlingException"), closing, resetting])
def test_what_is_begun_is_repeated_as_what_is_called(
    failure: bytes | Callable[[socket.socket], None],
) -> None:
    with serving(saying(failure, DONE)) as server:
        around = Around(server.origin)
        WireDynamoDb(QUICK, around()).begin_update_item(TableName="t", Key=KEY)()
        assert (len(server.heads), around.pauses) == (2, [0.5])


def test_a_beginning_raises_nothing_until_it_is_awaited() -> None:
    with serving(saying(DONE)) as server:
        pass
    around = Around(server.origin)
    finish = WireDynamoDb(QUICK, around()).begin_update_item(TableName="t", Key=KEY)
    assert around.pauses == []
    with pytest.raises(NotConnected) as failed:
        finish()
    assert failed.value.service == "dynamodb"
    assert len(around.pauses) == QUICK.attempts - 1


def test_a_beginning_that_is_sent_on_a_connection_that_ended_is_sent_again() -> None:
    once = Patience(connect_seconds=1, read_seconds=0.3, attempts=1)
    with serving(saying(DONE, closing, DONE)) as server:
        client = WireDynamoDb(once, Around(server.origin)())
        for _ in range(2):
            client.begin_update_item(TableName="t", Key=KEY)()
        assert len(server.heads) == 3
