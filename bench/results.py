"""Everything that one run found, as values; and which of the demands it meets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.ceiling import Ceiling
from bench.cold import ColdStart
from bench.cost import Bill, Request
from bench.growth import Curve
from bench.history import Reading
from bench.warm import EMPTY, FETCH, LEAN, OURS, Warm

MCP = "mcp: tools/call, session"
BY_KEY = "mcp: tools/call, API key"
AWSLABS = "awslabs-mcp-lambda-handler"
SDK = "mcp SDK server"
FASTMCP = "fastmcp, by hand"
CONTEXTFORGE = "ContextForge"
PARTS = (EMPTY, FETCH, LEAN)
FLAT = 1.1


@dataclass(frozen=True, kw_only=True)
class Results:
    """One run."""

    machine: str
    cold: Mapping[str, ColdStart]
    warm: Warm
    curves: Sequence[Curve]
    readings: Sequence[Reading]
    requests: Mapping[str, Request]
    halves: tuple[float, float]
    bills: Sequence[Bill]
    deployments: Sequence[tuple[str, float, float]]
    ceilings: Sequence[Ceiling]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Something that must be true: what was found, and at most what it may be."""

    text: str
    found: float
    most: float

    @property
    def holds(self) -> bool:
        """Whether it is."""
        return self.found <= self.most


def to_floor(results: Results, name: str, floor: Sequence[float] | None = None) -> float:
    """Return how many F a tool call takes: the median, round by round."""
    pairs = zip(results.warm.calls[name].cpu, floor or results.warm.floor, strict=True)
    return median(cost / least for cost, least in pairs)


def demands(results: Results) -> list[Demand]:
    """Judge the run."""
    return [*_cold(results), *_warm(results), *_lists(results), *_growth(results)]


def _cold(results: Results) -> list[Demand]:
    cold = results.cold
    peer = {name: cold[f"{name}: tools/call"].answered for name in (AWSLABS, SDK)}
    found = [
        ("cold mcp (session) to the floor", cold[MCP].to_floor, 1.0),
        ("cold mcp (API key, the floor's very read) to the floor", cold[BY_KEY].to_floor, 1.0),
        ("cold mcp (session) to awslabs with byte code", cold[MCP].answered / peer[AWSLABS], 1.0),
        ("cold mcp (session) to the SDK server", cold[MCP].answered / peer[SDK], 0.5),
        ("cold token to the floor", cold["token: session exchange"].to_floor, 1.35),
        ("cold dispatch (none) to the floor", cold["dispatch: call, none"].to_floor, 1.35),
        (
            "cold dispatch (hmac_signature) to the floor",
            cold["dispatch: call, hmac_signature"].to_floor,
            1.35,
        ),
    ]
    return [Demand(text=text, found=value, most=most) for text, value, most in found]


def _warm(results: Results) -> list[Demand]:
    calls = results.warm.calls
    signed = "gatehouse: hmac_signature"
    floors = {"in F": results.warm.floor, "in F with our own client": results.warm.own_floor}
    found = [
        Demand(text=f"warm {call}, {unit}", found=to_floor(results, name, floor), most=1.4)
        for unit, floor in floors.items()
        for call, name in (("tools/call (none)", OURS), ("tools/call (signed)", signed))
    ]
    limits = {CONTEXTFORGE: 0.1, FASTMCP: 1.0, SDK: 1.0}
    for peer, most in limits.items():
        if peer in calls:
            text = f"warm tools/call (signed) to {peer}{' (stretch)' if most == 1 else ''}"
            found.append(Demand(text=text, found=calls[signed].ratio(calls[peer]), most=most))
    return found


def _lists(results: Results) -> list[Demand]:
    found = []
    for size in (100, 1_000):
        figures = results.warm.lists[size]
        for peer, figure in figures.items():
            if peer.startswith("gatehouse"):
                continue
            ratio = figures["gatehouse"].ratio(figure)
            text = f"tools/list, {size:,} tools (a page of 100), to {peer}"
            found.append(Demand(text=text, found=ratio, most=1.0))
    return found


def _growth(results: Results) -> list[Demand]:
    found = []
    for curve in results.curves:
        if curve.title.startswith("tools/list"):
            many, some = (curve.figures[curve.sizes.index(size)] for size in (1_000, 100))
            text = "tools/list, a page of 1,000 tools to one of 100"
            found.append(Demand(text=text, found=many.ratio(some), most=3.0))
        elif curve.of.startswith(("projects", "members", "tools of")):
            text = f"{curve.title}: {curve.sizes[0]:,} to {curve.sizes[-1]:,} {curve.of}"
            found.append(Demand(text=text, found=curve.growth, most=FLAT))
    first, last = results.readings[-2:]
    text = "bytes read for a page of records: 100,000 to 1,000,000 of them"
    found.append(Demand(text=text, found=last.bytes_read / first.bytes_read, most=FLAT))
    return found
