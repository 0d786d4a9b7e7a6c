"""What `LimitCounters` promises, in memory and on DynamoDB."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from gatehouse.aws.attributes import CorruptItem
from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.limits import DynamoLimits
from gatehouse.aws.project_items import integration_item, project_item
from gatehouse.aws.tables import quota_key, slots_key
from gatehouse.aws.tool_items import tool_items
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.ids import request_id
from gatehouse.domain.limits import (
    SLOT_SECONDS,
    Limit,
    Limits,
    LimitScope,
    Quota,
    Slots,
    Window,
)
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.ports.authority import Wanted
from gatehouse.ports.limits import LimitCounters, Taken
from tests.contract.conftest import TABLE
from tests.fakes.limits import MemoryLimits
from tests.samples import (
    INTEGRATION,
    INTEGRATION_ID,
    LOOKUP,
    NOW,
    PROJECT,
    PROJECT_ID,
    stored,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MS = NOW * 1000


@dataclass
class Instances:
    """Several instances of a function over the same counters; each call is made by the next."""

    each: Sequence[LimitCounters]

    def __post_init__(self) -> None:
        self.calls = count(1)

    def take(self, *limits: Limit, now_ms: int = MS) -> Taken:
        number = next(self.calls)
        instance = self.each[number % len(self.each)]
        return instance.take(limits, holder=request_id(now_ms, number), now_ms=now_ms)


def dynamo(client: "DynamoDBClient", table: str = TABLE) -> DynamoLimits:
    numbers = count()
    return DynamoLimits(client, table, lambda below: next(numbers) * 7 % below)


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def instances(request: pytest.FixtureRequest) -> Instances:
    if request.param == "memory":
        return Instances([MemoryLimits()])
    client = request.getfixturevalue(request.param)
    return Instances([dynamo(client) for _ in range(3)])


def quota(amount: int, window: Window = Window.MINUTE, subject: str = "Proj0001") -> Quota:
    return Quota(scope=LimitScope.PROJECT, subject=subject, window=window, amount=amount)


def slots(amount: int, subject: str = "Proj0001") -> Slots:
    return Slots(scope=LimitScope.PROJECT, subject=subject, amount=amount)


def passed(instances: Instances, times: int, *limits: Limit, now_ms: int = MS) -> int:
    return sum(not instances.take(*limits, now_ms=now_ms).refused for _ in range(times))


@pytest.mark.parametrize("amount", [0, 1, 7])
@pytest.mark.parametrize("window", Window)
def test_exactly_as_many_pass_as_the_limit_says(
    instances: Instances, amount: int, window: Window
) -> None:
    assert passed(instances, 2 * amount + 1, quota(amount, window)) == amount


def test_a_count_that_is_split_is_exact_too(instances: Instances) -> None:
    limit = quota(501)
    assert limit.shards == 2
    assert passed(instances, 520, limit) == 501


def test_the_next_window_starts_anew_although_nobody_sweeps(instances: Instances) -> None:
    starts = Window.MINUTE.starts_at(MS) * 1000
    assert passed(instances, 5, quota(2), now_ms=starts) == 2
    assert passed(instances, 5, quota(2), now_ms=starts + 59_999) == 0
    assert passed(instances, 5, quota(2), now_ms=starts + 60_000) == 2


def test_subjects_scopes_and_windows_are_counted_apart(instances: Instances) -> None:
    other = Quota(scope=LimitScope.MEMBER, subject="Proj0001", window=Window.MINUTE, amount=1)
    for limit in (quota(1), quota(1, subject="Proj0002"), quota(1, Window.DAY), other):
        assert passed(instances, 3, limit) == 1


def test_a_refused_call_counts_against_nothing(instances: Instances) -> None:
    wide, narrow, held = quota(3), quota(1, Window.DAY), slots(2)
    assert instances.take(wide, narrow, held).held
    assert instances.take(wide, narrow, held).refused == (narrow,)
    assert passed(instances, 6, wide) == 2
    assert len([1 for _ in range(3) if instances.take(held).held]) == 1


def test_what_is_left_is_told(instances: Instances) -> None:
    taken = instances.take(quota(5), slots(3))
    assert dict(taken.remaining) == {quota(5): 4, slots(3): 2}


def test_only_so_many_run_at_a_time_and_a_freed_place_is_free_again(instances: Instances) -> None:
    first, second = instances.take(slots(2)), instances.take(slots(2))
    assert not first.refused
    assert not second.refused
    assert instances.take(slots(2)).refused == (slots(2),)
    instances.each[0].free(first.held, now_ms=MS)
    later = MS + 200
    assert not instances.take(slots(2), now_ms=later).refused
    assert instances.take(slots(2), now_ms=later).refused


def test_a_call_that_died_gives_its_place_back_by_itself(instances: Instances) -> None:
    assert passed(instances, 3, slots(1)) == 1
    almost, ended = MS + SLOT_SECONDS * 1000 - 1000, MS + SLOT_SECONDS * 1000
    assert passed(instances, 3, slots(1), now_ms=almost) == 0
    assert passed(instances, 3, slots(1), now_ms=ended) == 1


def test_freeing_twice_or_late_takes_nobody_s_place(instances: Instances) -> None:
    died = instances.take(slots(1))
    ended = MS + SLOT_SECONDS * 1000
    assert not instances.take(slots(1), now_ms=ended).refused
    for _ in range(2):
        instances.each[0].free(died.held, now_ms=ended)
    assert instances.take(slots(1), now_ms=ended + 200).refused


def test_several_hundred_may_run_at_a_time(instances: Instances) -> None:
    assert 60 <= passed(instances, 80, slots(64)) <= 64


SOME = Limits(per_second=7, concurrent=3)
OTHERS = Limits(per_minute=1, per_day=2)


def test_the_one_read_of_a_request_finds_every_limit(dynamodb: "DynamoDBClient") -> None:
    settings = ProjectSettings(limits=SOME, member_limits=OTHERS)
    for item in (
        project_item(replace(PROJECT, settings=settings)),
        integration_item(replace(INTEGRATION, limits=OTHERS)),
        *tool_items(stored(LOOKUP, limits=SOME)),
    ):
        dynamodb.put_item(TableName=TABLE, Item=item)
    wanted = Wanted(project_id=PROJECT_ID, integration_id=INTEGRATION_ID, tool_name=LOOKUP.name)
    found = DynamoAuthority(dynamodb, TABLE).read(wanted)
    assert found.project
    assert found.integration
    assert found.tool
    assert found.project.settings == settings
    assert (found.integration.limits, found.tool.limits) == (OTHERS, SOME)


def test_limits_that_cannot_be_read_are_not_taken_for_none(dynamodb: "DynamoDBClient") -> None:
    item = {**integration_item(INTEGRATION), "limits": {"S": '{"per_hour":1}'}}
    dynamodb.put_item(TableName=TABLE, Item=item)
    wanted = Wanted(project_id=PROJECT_ID, integration_id=INTEGRATION_ID)
    with pytest.raises(CorruptItem):
        DynamoAuthority(dynamodb, TABLE).read(wanted)


def test_a_store_that_does_not_answer_refuses(dynamodb: "DynamoDBClient") -> None:
    missing = dynamo(dynamodb, "missing")
    several: list[Limit] = [quota(5), slots(5), quota(1, Window.DAY)]
    for limits in ([quota(5)], [slots(5)], several):
        with pytest.raises(Unavailable):
            missing.take(limits, holder=request_id(MS, 1), now_ms=MS)


class Broken:
    """DynamoDB, but for one kind of item."""

    def __init__(self, client: "DynamoDBClient", broken: str) -> None:
        self.client, self.broken = client, broken

    def update_item(self, **request: Any) -> Any:
        if self.broken in request["Key"]["PK"]["S"]:
            request["TableName"] = "missing"
        return self.client.update_item(**request)


def test_what_was_taken_is_given_back_when_another_count_fails(dynamodb: "DynamoDBClient") -> None:
    broken = DynamoLimits(Broken(dynamodb, "#day#"), TABLE, lambda _: 0)  # type: ignore[arg-type]
    limits: list[Limit] = [quota(2), slots(2), quota(9, Window.DAY)]
    for number in range(3):
        with pytest.raises(Unavailable):
            broken.take(limits, holder=request_id(MS, number), now_ms=MS)
    assert passed(Instances([dynamo(dynamodb)]), 5, quota(2), slots(2)) == 2


def test_items_are_spelled_as_written_down_and_may_be_swept(dynamodb: "DynamoDBClient") -> None:
    dynamo(dynamodb).take([quota(5), slots(5)], holder=request_id(MS, 1), now_ms=MS)
    starts = Window.MINUTE.starts_at(MS)
    key = quota_key(quota(5), 0, starts_at=starts)
    assert key["PK"] == {"S": f"LIMIT#project#Proj0001#minute#{starts}#0"}
    counted = dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    assert counted["calls"] == {"N": "1"}
    assert int(counted["ttl"]["N"]) > starts + 60
    held = dynamodb.get_item(TableName=TABLE, Key=slots_key(slots(5), 0))["Item"]
    assert int(held["ttl"]["N"]) > NOW + SLOT_SECONDS
    size = sum(len(name) + len(str(value)) for name, value in held.items())
    assert size < 300


def test_a_lost_answer_asked_again_holds_one_place(dynamodb: "DynamoDBClient") -> None:
    """The SDK repeats a request whose answer it did not get."""
    for _ in range(2):
        taken = dynamo(dynamodb).take([slots(1)], holder=request_id(MS, 1), now_ms=MS)
        assert not taken.refused
    again = dynamo(dynamodb).take([slots(1)], holder=request_id(MS, 2), now_ms=MS)
    assert again.refused


def test_a_flood_against_a_reached_limit_costs_an_instance_one_write_in_five_seconds(
    dynamodb: "DynamoDBClient",
) -> None:
    writes: list[str] = []
    dynamodb.meta.events.register("before-call", lambda model, **_: writes.append(model.name))
    instances = Instances([dynamo(dynamodb)])
    starts = Window.MINUTE.starts_at(MS) * 1000
    for ms in range(0, 10_000, 50):
        instances.take(quota(1), now_ms=starts + ms)
    assert len(writes) == 3  # one passed, one refusal in each five seconds


def test_an_instance_passes_by_the_items_it_has_seen_full(dynamodb: "DynamoDBClient") -> None:
    writes: list[str] = []
    dynamodb.meta.events.register("before-call", lambda model, **_: writes.append(model.name))
    instances = Instances([DynamoLimits(dynamodb, TABLE, lambda _: 0)])
    limit = quota(502)
    assert passed(instances, 251, limit) == 251
    writes.clear()
    assert passed(instances, 3, limit) == 3
    assert len(writes) == 1 + 3  # the first of them finds the first of two items full
