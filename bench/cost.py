"""What a call costs: AWS calls and bytes, counted; billed time and money, by a model said here.

The model. Lambda gives a function of M MB a share of M/1769 of a processor, and bills the time
until it answers: CPU divided by that share, plus what it waits for. CPU is measured here; waiting
is assumed (`WAITS`), the same for all. Prices are AWS's published ones for us-east-1, without free
tiers or savings plans (`PRICES`).
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from bench.field import fielded
from bench.ground import Ground, result_of
from bench.measure import Subject, in_turns
from bench.runtime import Worker, working
from bench.world import ENFORCED, chain_of
from gatehouse.domain.tools import AuthStrategy

PRICES_AS_OF: Final = "November 2026"
PRICES_FROM: Final = "aws.amazon.com/{lambda,api-gateway,dynamodb,cloudwatch,fargate,elb}/pricing"
LAMBDA_REQUEST, GB_SECOND = 0.20e-6, 0.0000133334  # arm64
HTTP_API_REQUEST: Final = 1.00e-6
READ_UNIT, WRITE_UNIT = 0.125e-6, 0.625e-6  # on demand
LOG_BYTE: Final = 0.50 / 2**30
LOG_BYTES: Final = 1_000
"""Of one function's line for one request, with Lambda's own."""
VCPU_HOUR, GB_HOUR, BALANCER_HOUR = 0.04048, 0.004445, 0.0225
DATABASE_HOUR: Final = 0.016
"""The smallest managed PostgreSQL; ContextForge's documents ask for one outside of trials."""
HOURS: Final = 730
WARMING: Final = 3
MEMORY: Final = (256, 512, 1024)
WHOLE_CPU_MB: Final = 1769
WAITS: Final[Mapping[str, float]] = {"read": 4.0, "write": 5.0, "invoke": 8.0, "upstream": 100.0}
"""Milliseconds: a BatchGetItem, two parallel writes, what an invocation adds, and the tool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """AWS calls of one warm request by kind, the bytes of their bodies, and steps by function.

    A step is a call of a Python function, whoever wrote it.
    """

    calls: Mapping[str, int]
    bytes_sent: Mapping[str, int]
    bytes_received: Mapping[str, int]
    steps: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A million calls at one size of memory; milliseconds are billed ones of one call."""

    memory: int
    mcp_ms: float
    dispatch_ms: float
    dollars: float


def requests(ground: Ground) -> dict[str, Request]:
    """Count what each kind of warm request asks of AWS, and how many steps it takes."""
    plain = ground.world(project_id="Counted1")
    signed = ground.world(project_id="Counted2", strategy=AuthStrategy.HMAC_SIGNATURE)
    guarded = ground.world(project_id="Counted3", policy=ENFORCED)
    many = ground.world(project_id="Counted4", tools=100)
    changed = ground.world(project_id="Counted5", tools=100, changed_at=int(time.time()))
    chain = chain_of(3)
    with fielded(ground, is_counting=True) as field_:
        assert ground.dispatch is not None  # noqa: S101
        token = {"token": field_.worker("token", ground.counting("token"))}
        mcp = {"mcp": field_.worker("mcp", ground.counting("mcp"))}
        both = {**mcp, "dispatch": ground.dispatch}
        return {
            "tools/call, none": _counted(ground, both, plain.call),
            "tools/call, hmac_signature": _counted(ground, both, signed.call),
            "tools/call, with a warrant": _counted(ground, both, lambda: guarded.call(chain=chain)),
            "tools/list of 100": _counted(ground, mcp, lambda: many.rpc("tools/list", {})),
            "tools/list of 100, just changed": _counted(
                ground, mcp, lambda: changed.rpc("tools/list", {})
            ),
            "session exchange": _counted(ground, token, plain.exchange),
        }


def _counted(ground: Ground, workers: Mapping[str, Worker], make: Callable[[], bytes]) -> Request:
    """Count one request to the first of `workers`, by all of which it is served."""
    first = next(iter(workers.values()))
    for _ in range(WARMING):
        first.call(make())  # keys, data keys, connections, and what is kept from the second time on
    for counter in (ground.aws.calls, ground.aws.received, ground.aws.sent):
        counter.clear()
    first.call(make())
    return Request(
        calls=dict(ground.aws.calls),
        bytes_sent=dict(ground.aws.received),
        bytes_received=dict(ground.aws.sent),
        steps={name: worker.steps() for name, worker in workers.items()},
    )


def halves(ground: Ground, rounds: int) -> tuple[float, float]:
    """Return the milliseconds of CPU that mcp and dispatch take for one call, each."""
    plain = ground.world(project_id="Halves01")
    with fielded(ground) as field_, working(ground.function("mcp"), ground.log("half")) as mcp:
        dispatch = field_.ground.dispatch
        assert dispatch is not None  # noqa: S101
        event = plain.call()
        each = {
            name: Subject(
                call=lambda: result_of(mcp.call(event)),
                pids=(worker.process.pid,),
                settle=worker.settle,
            )
            for name, worker in (("mcp", mcp), ("dispatch", dispatch))
        }
        figures = in_turns(each, rounds)
    return figures["mcp"].cpu_ms, figures["dispatch"].cpu_ms


def bill(memory: int, mcp_cpu: float, dispatch_cpu: float, items_read: int = 6) -> Bill:
    """Return what a million tool calls cost."""
    share = min(1.0, memory / WHOLE_CPU_MB)
    dispatch = dispatch_cpu / share + WAITS["upstream"] + WAITS["write"]
    mcp = mcp_cpu / share + WAITS["read"] + WAITS["invoke"] + dispatch
    one = HTTP_API_REQUEST + 2 * LAMBDA_REQUEST + _compute(memory, mcp + dispatch)
    one += items_read * READ_UNIT + 2 * WRITE_UNIT + 2 * LOG_BYTES * LOG_BYTE
    return Bill(memory=memory, mcp_ms=mcp, dispatch_ms=dispatch, dollars=one * 1e6)


def one_function(memory: int, cpu: float) -> float:
    """Return a million calls of a function of its own behind the same API: it records nothing."""
    share = min(1.0, memory / WHOLE_CPU_MB)
    billed = _compute(memory, cpu / share + WAITS["upstream"])
    return (HTTP_API_REQUEST + LAMBDA_REQUEST + billed + LOG_BYTES * LOG_BYTE) * 1e6


def containers(
    cpu: float, calls_a_month: float, *, vcpu: float, gb: float, database: bool
) -> float:
    """Return a million calls of two tasks, or more at 60 % use, behind a load balancer."""
    seconds = cpu / 1000 * calls_a_month
    tasks = max(2.0, seconds / (HOURS * 3600 * vcpu * 0.6))
    month = tasks * (vcpu * VCPU_HOUR + gb * GB_HOUR) * HOURS + BALANCER_HOUR * HOURS
    month += DATABASE_HOUR * HOURS if database else 0.0
    return month / calls_a_month * 1e6


def _compute(memory: int, milliseconds: float) -> float:
    return memory / 1024 * milliseconds / 1000 * GB_SECOND
