"""`make bench`: measure everything beside the peers, print the tables, write them down.

    python -m bench.run [--rounds N] [--publish]

With `--publish` the tables and plots go into docs/performance.md too.
"""

import argparse
import os
import platform
import sys
import time
from pathlib import Path

from bench import cold, cost, growth, warm
from bench.ceiling import ceilings
from bench.ground import OUTPUT, standing
from bench.measure import ROUNDS
from bench.report import markdown, publish, write
from bench.results import FASTMCP, SDK, Results
from bench.runtime import ROOT

DOCS = ROOT / "docs"


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--publish", action="store_true")
    options = parser.parse_args()
    if sys.platform != "linux":
        sys.exit("CPU of other processes is read as Linux offers it; run this on Linux.")
    results = measured(options.rounds)
    write(results, OUTPUT)
    if options.publish:
        publish(results, DOCS / "performance.md", DOCS / "performance")
    print(markdown(results))
    print(f"\nWritten to {OUTPUT.relative_to(ROOT)}/")


def measured(rounds: int) -> Results:
    """Run every part; each takes its turns within itself."""
    with standing() as ground:
        _say("cold starts")
        starts = cold.measure(ground, rounds)
        _say("warm calls")
        calls = warm.measure(ground, rounds)
        _say("growth")
        curves, readings = growth.measure(ground, min(rounds, growth.ROUNDS))
        _say("cost")
        requests, halves = cost.requests(ground), cost.halves(ground, rounds)
    bills = [cost.bill(memory, *halves) for memory in cost.MEMORY]
    return Results(
        machine=_machine(),
        cold=starts,
        warm=calls,
        curves=curves,
        readings=readings,
        requests=requests,
        halves=halves,
        bills=bills,
        deployments=_deployments(calls, bills),
        ceilings=ceilings(bills[1]),
    )


def _deployments(calls: warm.Warm, bills: list[cost.Bill]) -> list[tuple[str, float, float]]:
    """Return what a million calls cost as each peer is usually deployed, at two loads."""
    months = (1e6, 1e8)
    own = cost.one_function(512, calls.calls["awslabs-mcp-lambda-handler"].cpu_ms)
    rows = [
        ("Gatehouse, 512 MB", bills[1].dollars, bills[1].dollars),
        ("awslabs-mcp-lambda-handler, one 512 MB function", own, own),
    ]
    small, large = {"vcpu": 0.25, "gb": 0.5}, {"vcpu": 1.0, "gb": 2.0}
    for name, size in ((SDK, small), (FASTMCP, small), ("ContextForge", large)):
        if name in calls.calls:
            of, with_database = calls.calls[name].cpu_ms, name == "ContextForge"
            few, many = (
                cost.containers(of, month, database=with_database, **size) for month in months
            )
            rows.append((f"{name}, two tasks or more of {size['vcpu']:g} vCPU", few, many))
    return rows


def _machine() -> str:
    text = Path("/proc/cpuinfo").read_text()
    models = [line.partition(":")[2].strip() for line in text.splitlines() if "model name" in line]
    model = models[0] if models else platform.machine()
    day = time.strftime("%d %B %Y", time.gmtime())
    return f"{os.cpu_count()} processors ({model}), Python {platform.python_version()}, {day}"


def _say(part: str) -> None:
    print(f"Measuring {part} ...", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
