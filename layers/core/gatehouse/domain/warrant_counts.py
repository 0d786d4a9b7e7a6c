"""How often it was decided what about calls on account of their warrants, by tool and hour.

A counter's name is `w_allowed`, or `w_`, the decision, `_` and the reason with `_` for `-`. Only
reasons from a closed list are part of a name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from gatehouse.domain import replays
from gatehouse.domain.warrant_policies import Decision, WarrantVerdict

MISSING: Final = "warrant-missing"
AMBIGUOUS: Final = "carrier-ambiguous"
MALFORMED: Final = "carrier-malformed"
REPLAYED: Final = replays.PROOF
UNLISTED: Final = "unlisted"
"""Stands for every reason that is none of ours, of which there should be none."""

COUNTER: Final = "w_"
_ALLOWED: Final = COUNTER + Decision.ALLOWED
_OWN: Final = (MISSING, AMBIGUOUS, MALFORMED, REPLAYED, UNLISTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictCount:
    """How often one tool's calls were decided so in one hour; `starts_at` is epoch seconds."""

    tool_name: str
    starts_at: int
    decision: Decision
    reason: str | None
    calls: int


def counter_of(verdict: WarrantVerdict) -> str:
    """Return the name of the counter that a verdict raises by one."""
    if verdict.decision is Decision.ALLOWED:
        return _ALLOWED
    reason = verdict.reason if verdict.reason in _reasons().values() else UNLISTED
    return _name(verdict.decision, reason or UNLISTED)


def meaning_of(counter: str) -> tuple[Decision, str | None] | None:
    """Return the decision and the reason that a counter counts; None if it counts neither."""
    if counter == _ALLOWED:
        return Decision.ALLOWED, None
    for decision in (Decision.WOULD_DENY, Decision.DENIED):
        written = counter.removeprefix(_name(decision, ""))
        if written != counter and (reason := _reasons().get(written)):
            return decision, reason
    return None


def _name(decision: Decision, reason: str) -> str:
    return f"{COUNTER}{decision}_{reason.replace('-', '_')}"


@cache
def _reasons() -> Mapping[str, str]:
    """Return all reasons by how they are written in a counter's name."""
    from gatehouse.domain.warrants.denied import REASONS  # noqa: PLC0415 - loads the verifier

    return {reason.replace("-", "_"): reason for reason in (*REASONS.values(), *_OWN)}
