"""10,000 calls a second of one deployment: which limit is met first, and what raises it."""

from dataclasses import dataclass

from bench import limits_simulation, reads_simulation
from bench.cost import Bill
from gatehouse.aws.secret_opener import CACHE_SECONDS, CACHE_USES
from gatehouse.domain.limits import Window

CALLS = 10_000
TOOLS = 1_000
"""Different tools with secrets, called evenly; each instance opens each one anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceiling:
    """A limit: what 10,000 calls a second need of it, and how much there is by default."""

    name: str
    needed: float
    there: float
    raised_by: str

    @property
    def calls(self) -> float:
        """The calls a second at which it is met."""
        return CALLS * self.there / self.needed


def ceilings(bill: Bill) -> list[Ceiling]:
    """Return the limits, the one that is met first at the top."""
    concurrent = CALLS * (bill.mcp_ms + bill.dispatch_ms) / 1000
    in_dispatch = CALLS * bill.dispatch_ms / 1000
    opened = max(CALLS / CACHE_USES, min(CALLS, in_dispatch * TOOLS / CACHE_SECONDS))
    plain, copied = (_hottest(replicas) for replicas in (1, 8))
    limit = limits_simulation.simulate(
        limits_simulation.Load(
            "one limited project", limits_simulation.limit(30_000, Window.MINUTE), 500, CALLS
        )
    )
    found = [
        Ceiling(
            name="API stage throttle", needed=CALLS, there=500,
            raised_by="parameter ThrottlingRateLimit, up to the account's 10,000",
        ),
        Ceiling(
            name="API account throttle", needed=CALLS, there=10_000,
            raised_by="a quota increase, or a second Region",
        ),
        Ceiling(
            name="Lambda concurrency", needed=concurrent, there=1_000,
            raised_by="a quota increase (tens of thousands are usual)",
        ),
        Ceiling(
            name="a project's partition, 1 copy", needed=plain, there=3_000,
            raised_by="the project's copies (8 at most)",
        ),
        Ceiling(
            name="a project's partition, 8 copies", needed=copied, there=3_000,
            raised_by="a second project; other projects do not share it",
        ),
        Ceiling(
            name=f"KMS Decrypt, {TOOLS:,} tools with secrets", needed=opened, there=100_000,
            raised_by="a quota increase; fewer, busier instances open less",
        ),
        Ceiling(
            name="a call record's partition", needed=2 * CALLS / 16, there=1_000,
            raised_by="adaptive capacity splits by request id; more shards in tables.py",
        ),
        Ceiling(
            name="a limit's counter", needed=limit.hottest, there=1_000,
            raised_by="nothing needed: it has leases and shards",
        ),
    ]  # fmt: skip
    return sorted(found, key=lambda each: each.calls)


def _hottest(replicas: int) -> float:
    """Return the units that the hottest partition bears in a second, for one project alone."""
    outcome = reads_simulation.simulate(reads_simulation.Load(replicas=replicas))
    return max(*outcome.hottest.values(), outcome.home)
