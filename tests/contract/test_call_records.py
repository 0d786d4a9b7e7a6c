"""What `CallRecords` promises, in memory and on DynamoDB."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest

from gatehouse.aws.call_items import call_item
from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.tables import call_key, usage_key
from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.errors import NotFound
from gatehouse.domain.ids import request_id
from gatehouse.domain.usage import bucket_of
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict
from gatehouse.ports.calls import CallRecords
from tests.contract.conftest import TABLE
from tests.fakes.calls import MemoryCallRecords
from tests.samples import INTEGRATION_ID, NOW, PROJECT_ID

HOUR = 3600
FULL_HOUR = NOW // HOUR * HOUR


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def port(request: pytest.FixtureRequest) -> CallRecords:
    if request.param == "memory":
        return MemoryCallRecords()
    return DynamoCallRecords(request.getfixturevalue(request.param), TABLE)


def record(at: float = NOW, number: int = 0, **changes: object) -> CallRecord:
    made = CallRecord(
        request_id=request_id(int(at * 1000), number),
        project_id=PROJECT_ID,
        integration_id=INTEGRATION_ID,
        tool_name="crm-contacts-get",
        tool_digest="d" * 64,
        member_external_id="ada",
        outcome=Outcome.SUCCEEDED,
        started_at_ms=int(at * 1000),
        duration_ms=40,
        upstream_status=200,
        attempts=(503, None, 200),
        receipt="chain/3",
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def listed(
    port: CallRecords,
    *,
    starts_at: int = NOW - 10,
    ends_at: int = NOW + 10,
    tool_name: str | None = None,
    member_external_id: str | None = None,
    outcome: Outcome | None = None,
    limit: int = 100,
) -> list[CallRecord]:
    """All pages, joined."""
    found: list[CallRecord] = []
    after = None
    for _ in range(1000):
        page = port.page(
            PROJECT_ID,
            starts_at=starts_at,
            ends_at=ends_at,
            tool_name=tool_name,
            member_external_id=member_external_id,
            outcome=outcome,
            after=after,
            limit=limit,
        )
        assert len(page.items) <= limit
        found += page.items
        after = page.next_after
        if after is None:
            return found
    raise AssertionError("the pages do not end")


def test_a_record_is_read_as_it_was_written(port: CallRecords) -> None:
    full = record(reason="x", repeated_of="y")
    least = record(
        number=1,
        tool_digest=None,
        member_external_id=None,
        upstream_status=None,
        outcome=Outcome.DENIED,
    )
    for written in (full, least):
        port.write(written)
        assert port.get(PROJECT_ID, written.request_id) == written


def test_another_projects_record_is_not_there(port: CallRecords) -> None:
    port.write(record())
    with pytest.raises(NotFound):
        port.get("Other001", record().request_id)
    with pytest.raises(NotFound):
        port.get(PROJECT_ID, record(number=1).request_id)
    with pytest.raises(NotFound):
        port.get(PROJECT_ID, "no id")
    port.write(record(number=2, project_id="Other001"))
    assert listed(port) == [record()]


def test_what_dispatch_knows_stands_whoever_comes_last(port: CallRecords) -> None:
    unknown = record(outcome=Outcome.UNKNOWN, upstream_status=None)
    port.write(unknown)
    port.write(record())
    port.write(unknown)
    assert port.get(PROJECT_ID, record().request_id) == record()


def test_calls_are_listed_newest_first_across_shards_and_hours(port: CallRecords) -> None:
    written = [record(NOW - step * 700, number=step) for step in range(20)]
    for each in written:
        port.write(each)
    found = listed(port, starts_at=NOW - 20 * 700, ends_at=NOW + 1)
    assert found == written


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_pages_of_any_size_hold_each_call_once(port: CallRecords, limit: int) -> None:
    written = [record(FULL_HOUR - 2 + step / 7, number=step) for step in range(23)]
    for each in written:
        port.write(each)
    found = listed(port, starts_at=FULL_HOUR - 5, ends_at=FULL_HOUR + 5, limit=limit)
    assert len(found) == len(written)
    assert all(newer.request_id > older.request_id for newer, older in pairwise(found))


def test_the_period_includes_its_start_and_excludes_its_end(port: CallRecords) -> None:
    inside = [record(NOW), record(NOW + 9.999, number=1)]
    for each in (*inside, record(NOW - 0.001, number=2), record(NOW + 10, number=3)):
        port.write(each)
    assert listed(port, starts_at=NOW, ends_at=NOW + 10) == inside[::-1]


def test_calls_are_filtered_by_tool_member_and_outcome(port: CallRecords) -> None:
    port.write(record())
    port.write(record(number=1, tool_name="other"))
    port.write(record(number=2, member_external_id="bob"))
    port.write(record(number=3, outcome=Outcome.FAILED))
    assert listed(port, tool_name="other") == [record(number=1, tool_name="other")]
    assert listed(port, member_external_id="bob") == [record(number=2, member_external_id="bob")]
    assert listed(port, outcome=Outcome.FAILED) == [record(number=3, outcome=Outcome.FAILED)]
    assert listed(port, outcome=Outcome.FAILED, tool_name="other") == []


def test_a_call_many_days_back_is_reached_by_following_the_pages(port: CallRecords) -> None:
    old = record(NOW - 5 * 24 * HOUR)
    port.write(old)
    assert listed(port, starts_at=NOW - 6 * 24 * HOUR, ends_at=NOW) == [old]


def test_one_page_looks_through_two_days_at_most(request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue("dynamodb")
    queries: list[object] = []
    client.meta.events.register("before-call.dynamodb.Query", lambda **_: queries.append(1))
    page = DynamoCallRecords(client, TABLE).page(
        PROJECT_ID,
        starts_at=NOW - 30 * 24 * HOUR,
        ends_at=NOW,
        tool_name=None,
        member_external_id=None,
        outcome=None,
        after=None,
        limit=10,
    )
    assert len(queries) == 48 * 16
    assert page.items == []
    assert page.next_after == request_id((NOW // HOUR - 47) * HOUR * 1000, 0)


def test_usage_counts_calls_failures_and_durations_by_tool_and_hour(port: CallRecords) -> None:
    port.write(record(FULL_HOUR))
    port.write(record(FULL_HOUR, number=1, duration_ms=4000))
    port.write(record(FULL_HOUR + HOUR - 1, number=2, outcome=Outcome.UPSTREAM_ERROR))
    port.write(record(FULL_HOUR + HOUR, number=3, outcome=Outcome.FAILED))
    port.write(record(FULL_HOUR, number=4, outcome=Outcome.UNKNOWN, tool_name="other"))
    first, other, second = port.usage(PROJECT_ID, starts_at=FULL_HOUR, ends_at=FULL_HOUR + 2 * HOUR)
    assert (first.tool_name, first.starts_at) == ("crm-contacts-get", FULL_HOUR)
    assert (first.calls, first.failures, first.denied) == (3, 1, 0)
    assert dict(first.histogram) == {bucket_of(40): 2, bucket_of(4000): 1}
    assert (other.tool_name, other.calls, other.failures) == ("other", 1, 1)
    assert (second.starts_at, second.calls, second.failures) == (FULL_HOUR + HOUR, 1, 1)


def test_denied_calls_are_counted_apart_and_repeated_ones_have_no_duration(
    port: CallRecords,
) -> None:
    port.write(record(outcome=Outcome.DENIED))
    port.write(record(number=1, outcome=Outcome.REPEATED))
    [usage] = port.usage(PROJECT_ID, starts_at=FULL_HOUR, ends_at=FULL_HOUR + HOUR)
    assert (usage.calls, usage.failures, usage.denied) == (1, 0, 1)
    assert not usage.histogram


def test_usage_outside_the_period_is_not_counted(port: CallRecords) -> None:
    port.write(record(FULL_HOUR - 1))
    port.write(record(FULL_HOUR + HOUR, number=1))
    assert not port.usage(PROJECT_ID, starts_at=FULL_HOUR, ends_at=FULL_HOUR + HOUR)


def test_verdicts_are_counted_by_tool_hour_decision_and_reason(port: CallRecords) -> None:
    def decided(decision: Decision, reason: str | None = None) -> WarrantVerdict:
        return WarrantVerdict(mode=WarrantMode.AUDIT, decision=decision, reason=reason)

    missing = decided(Decision.WOULD_DENY, "warrant-missing")
    replayed = decided(Decision.DENIED, "proof-replayed")
    for number, verdict in enumerate([missing] * 3 + [decided(Decision.ALLOWED)] * 2):
        port.write(record(FULL_HOUR, number, warrant=verdict))
    port.write(record(FULL_HOUR + HOUR, 8, warrant=missing, outcome=Outcome.UNKNOWN))
    port.write(record(FULL_HOUR + HOUR, 9, warrant=replayed, outcome=Outcome.DENIED))
    port.write(record(FULL_HOUR + HOUR, 10))
    port.write(record(FULL_HOUR, 11, warrant=missing, tool_name="another-tool"))
    port.write(record(FULL_HOUR, 12, warrant=missing, project_id="Proj0002"))
    port.write(record(FULL_HOUR + 2 * HOUR, 13, warrant=missing))
    counts: Counter[tuple[str, int, str, str | None]] = Counter()
    for each in port.verdicts(PROJECT_ID, starts_at=FULL_HOUR, ends_at=FULL_HOUR + 2 * HOUR):
        hour = (each.starts_at - FULL_HOUR) // HOUR
        counts[each.tool_name, hour, each.decision, each.reason] += each.calls
    assert counts == {
        ("another-tool", 0, "would_deny", "warrant-missing"): 1,
        ("crm-contacts-get", 0, "would_deny", "warrant-missing"): 3,
        ("crm-contacts-get", 0, "allowed", None): 2,
        ("crm-contacts-get", 1, "would_deny", "warrant-missing"): 1,
        ("crm-contacts-get", 1, "denied", "proof-replayed"): 1,
    }
    first, second = port.usage(PROJECT_ID, starts_at=FULL_HOUR, ends_at=FULL_HOUR + HOUR)
    assert (first.calls, second.calls) == (1, 5)


def test_both_items_say_when_they_may_be_swept(request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue("dynamodb")
    made = record()
    DynamoCallRecords(client, TABLE).write(made)
    keys = {
        90: call_key(PROJECT_ID, made.request_id),
        400: usage_key(PROJECT_ID, made.request_id, made.tool_name),
    }
    for days, key in keys.items():
        item = client.get_item(TableName=TABLE, Key=key)["Item"]
        assert int(item["ttl"]["N"]) == NOW + days * 86_400


class PagingClient:
    """Ends the Query of shard 0 after the first of its calls, as DynamoDB does after 1 MB."""

    def __init__(self, calls: list[CallRecord]) -> None:
        self.calls = calls

    def query(self, **asked: Any) -> Any:
        values = asked["ExpressionAttributeValues"]
        shard, below = values[":partition"]["S"][-1], values[":last"]["S"]
        items = [
            call_item(call)
            for call in self.calls
            if call.request_id[-1] == shard and call.request_id < below
        ]
        if shard == "0" and len(items) > 1:
            return {"Items": items[:1], "LastEvaluatedKey": items[0]}
        return {"Items": items}


def test_a_partition_that_was_not_looked_through_hides_nothing() -> None:
    calls = [record(number=48), record(number=33), record(number=32), record(number=17)]
    assert [call.request_id[-1] for call in calls] == ["0", "1", "0", "1"]
    port = DynamoCallRecords(PagingClient(calls), TABLE)  # type: ignore[arg-type]
    found = listed(port, starts_at=NOW, ends_at=NOW + 1, tool_name="crm-contacts-get")
    assert found == calls
