"""What is counted of a request, in CloudWatch's embedded metric format.

A metric has two dimensions, and so as many series as there are functions: never a project, a tool
or anything else that a caller chooses. Counts of zero are left out; alarms take silence for zero.
"""

import json
from collections.abc import Collection
from enum import StrEnum
from functools import lru_cache
from typing import Final

from gatehouse.domain.errors import (
    Forbidden,
    GatehouseError,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.replays import REPLAYS

NAMESPACE: Final = "Gatehouse"
DIMENSIONS: Final = ("FunctionName", "Stage")
LATENCY: Final = "LatencyMs"


class Metric(StrEnum):
    """What has a count. Alarms of template.yaml name them so."""

    REQUESTS = "Requests"
    ERRORS_5XX = "Errors5xx"
    """Requests that were answered 5xx, or by nobody's rule."""
    DENIED = "Denied"
    """A credential that does not hold, or may not do this; calls that a rule refused."""
    DISPATCH_FAILURES = "DispatchFailures"
    """Tool calls that no good answer came of."""
    THROTTLED = "Throttled"
    """Requests beyond a limit of ours."""
    REPLAY_ATTEMPTS = "ReplayAttempts"
    """Assertions, proofs, codes and refresh tokens that came a second time."""
    BREAKER_OPEN = "BreakerOpen"
    """Tool calls that were not made because their origin keeps failing."""
    KMS_ERRORS = "KmsErrors"
    DYNAMODB_ERRORS = "DynamoDbErrors"


_OF_SERVICES: Final = {"kms": Metric.KMS_ERRORS, "dynamodb": Metric.DYNAMODB_ERRORS}
_OF_OUTCOMES: Final = {
    "denied": Metric.DENIED,
    "failed": Metric.DISPATCH_FAILURES,
    "unknown": Metric.DISPATCH_FAILURES,
    "upstream_error": Metric.DISPATCH_FAILURES,
}
"""By the values of `Outcome`."""


def of_refusal(error: Exception) -> set[Metric]:
    """Return what a refusal counts as, beside its status."""
    counts: set[Metric] = set()
    if isinstance(error, Unauthenticated | Forbidden):
        counts.add(Metric.DENIED)
    if isinstance(error, TooManyRequests):
        counts.add(Metric.THROTTLED)
    if isinstance(error, Unavailable) and error.service in _OF_SERVICES:
        counts.add(_OF_SERVICES[error.service])
    if not isinstance(error, GatehouseError):
        counts.add(Metric.ERRORS_5XX)
    return counts | of_reason(getattr(error, "reason", None))


def of_outcome(outcome: str) -> set[Metric]:
    """Return what the end of a tool call counts as."""
    return {_OF_OUTCOMES[outcome]} if outcome in _OF_OUTCOMES else set()


def of_reason(reason: object) -> set[Metric]:
    """Return what a reason counts as; those of calls, refusals and warrants are all known here."""
    if reason in REPLAYS:
        return {Metric.REPLAY_ATTEMPTS}
    return {Metric.BREAKER_OPEN} if reason == "breaker_open" else set()


def embedded(
    counts: Collection[Metric], *, duration_ms: int, function: str, stage: str, now_ms: int
) -> str:
    """Return what a line of the log holds for CloudWatch to make metrics of: members, in JSON."""
    return _embedded(frozenset(counts), function, stage) % (duration_ms, now_ms)


@lru_cache(maxsize=64)
def _embedded(counts: frozenset[Metric], function: str, stage: str) -> str:
    """Write them but for two numbers, how long it took and when; few sets are counted."""
    names = [str(count) for count in sorted(counts)]
    dimensions = dict(zip(DIMENSIONS, (function, stage), strict=True))
    metrics = [{"Name": name, "Unit": "Count"} for name in names]
    metrics.append({"Name": LATENCY, "Unit": "Milliseconds"})
    directive: JsonObject = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(DIMENSIONS)],
        "Metrics": metrics,
    }
    values = _escaped({**dimensions, **dict.fromkeys(names, 1)})[1:-1]
    described = f'{{"Timestamp":%d,"CloudWatchMetrics":[{_escaped(directive)}]}}'
    return f'{values},"{LATENCY}":%d,"_aws":{described}'


def _escaped(document: JsonObject) -> str:
    """Write JSON that numbers are to be put into by `%`."""
    return json.dumps(document, separators=(",", ":")).replace("%", "%%")
