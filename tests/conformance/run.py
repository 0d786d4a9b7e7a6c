"""`make conformance`: the official suite against the deployed template, one revision at a time."""

import sys
import tempfile
from pathlib import Path
from typing import Final

from tests.conformance import authorization, ground, proxy, suite

SCORES: Final = {"2026-07-28": (37, 37), "2025-11-25": (26, 30), "2025-06-18": (25, 27)}
"""Scenarios that pass and that there are; the rest is in expected-failures.yml, with the reason."""
PENDING: Final = (
    "http-header-validation",
    "http-custom-header-server-validation",
    "json-schema-2020-12",
)
"""Of 2026-07-28; the suite does not score them, we do."""
REASON: Final = "Server did not request"
"""What each expected failure must say, lest a broken fixture hide among them."""


def main() -> int:
    """Run every revision; return 0 when all is as it must be."""
    with (
        tempfile.TemporaryDirectory(prefix="conformance-") as results,
        ground.laid() as laid,
        proxy.forwarding(laid.api_url, laid.session) as origin,
    ):
        outcomes = {
            revision: suite.run(f"{origin}/mcp", revision, Path(results, revision))
            for revision in SCORES
        }
        authorized = authorization.run(laid)
    wrong = [revision for revision, outcome in outcomes.items() if not judge(revision, outcome)]
    for revision, outcome in outcomes.items():
        print(f"{revision}: {len(outcome.passed)}/{len(outcome.scored)}")
    return 0 if authorization.judge(authorized) and not wrong else 1


def judge(revision: str, outcome: suite.Outcome) -> bool:
    """Print every fault of one revision, one a line; tell whether it is as it must be."""
    expected = suite.expected_failures()
    reasons = True
    counted = outcome.scored | (frozenset(PENDING) if revision == "2026-07-28" else frozenset())
    for scenario in sorted(counted):
        for fault in outcome.findings.get(scenario, (suite.Fault("-", "FAILURE", "did not run"),)):
            message = " ".join(fault.message.split())
            reasons = reasons and (scenario not in expected or REASON in message)
            known = {scenario, f"{scenario}:{fault.check}"} & expected
            note = " (expected)" if known else ""
            print(f"{revision} {scenario} {fault.status}{note} {fault.check}: {message}")
    scored = (len(outcome.passed), len(outcome.scored))
    pending = all(outcome.good(name) for name in counted - outcome.scored)
    right = outcome.as_expected and reasons and pending and scored == SCORES[revision]
    if not right and not outcome.findings:
        print(outcome.said)
    return right


if __name__ == "__main__":
    sys.exit(main())
