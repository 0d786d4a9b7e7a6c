"""Builds what holds requests to limits."""

import secrets
from functools import cache
from typing import TYPE_CHECKING

from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.limits import DynamoLimits
from gatehouse.settings import Settings
from gatehouse.usecases.limit_requests import LimitDoor, LimitFailures, LimitRequests
from gatehouse.wiring import clock

if TYPE_CHECKING:
    from gatehouse.aws.services import DynamoDb
    from gatehouse.wiring.aws_clients import AwsClients


@cache
def _counters(client: "DynamoDb", table: str) -> DynamoLimits:
    """Build the counters once: they remember what an instance has leased."""
    return DynamoLimits(client, table, secrets.randbelow)


def limit_requests(settings: Settings, aws: "AwsClients") -> LimitRequests:
    """Build the limits of those who are known."""
    table = settings.activity_table
    return LimitRequests(
        counters=_counters(aws.dynamodb(), table),
        records=DynamoCallRecords(aws.dynamodb(), table),
        clock_ms=clock.now_ms,
    )


def limit_failures(settings: Settings, aws: "AwsClients") -> LimitFailures:
    """Build the limit of those who are not."""
    return LimitFailures(
        counters=_counters(aws.dynamodb(), settings.activity_table),
        per_minute=settings.failures_per_minute,
        clock_ms=clock.now_ms,
    )


def limit_door(settings: Settings, aws: "AwsClients") -> LimitDoor:
    """Build the count at a door where every request counts."""
    counters = _counters(aws.dynamodb(), settings.activity_table)
    return LimitDoor(counters=counters, clock_ms=clock.now_ms)
