"""How often anybody may come to each door."""

import pytest

from gatehouse.domain.errors import TooManyRequests, Unavailable
from gatehouse.domain.tiers import Tier, principal_quota, source_quota
from gatehouse.usecases.limit_requests import LimitDoor
from tests.fakes.limits import MemoryLimits


def door(counters: MemoryLimits) -> LimitDoor:
    return LimitDoor(counters=counters, clock_ms=lambda: 1_800_000_000_000)


@pytest.mark.parametrize("tier", Tier)
def test_exactly_as_many_pass_as_a_door_lets_in(tier: Tier) -> None:
    come = door(MemoryLimits())
    quota = source_quota(tier, "192.0.2.7")
    for _ in range(tier.per_minute):
        come(quota, request_id="r")
    with pytest.raises(TooManyRequests):
        come(quota, request_id="r")


def test_two_addresses_do_not_use_up_each_others_share() -> None:
    come = door(MemoryLimits())
    for _ in range(Tier.SIGN_IN.per_minute):
        come(source_quota(Tier.SIGN_IN, "192.0.2.7"), request_id="r")
    assert come(source_quota(Tier.SIGN_IN, "192.0.2.8"), request_id="r").remaining


def test_doors_count_apart_and_addresses_apart_from_principals() -> None:
    quotas = {source_quota(tier, "a") for tier in Tier} | {principal_quota(t, "a") for t in Tier}
    assert len({(quota.scope, quota.subject) for quota in quotas}) == 2 * len(Tier)


def test_a_door_stays_shut_when_nobody_can_count() -> None:
    with pytest.raises(Unavailable):
        door(MemoryLimits(fails=True))(source_quota(Tier.SIGN_IN, "192.0.2.7"), request_id="r")
