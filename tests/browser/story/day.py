"""A day of calls, the same each time but for the hour that it ends with."""

import random
from collections.abc import Iterator
from typing import Final

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.ids import request_id
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict
from tests.integration.world import Tenant

HOUR_MS: Final = 3_600_000
MEMBERS: Final = ("cust-1042", "cust-2210", "cust-3178", "cust-0871")
BUSY: Final = {"get_order": 9, "find_customer": 6, "search_catalogue": 5, "track_parcel": 4,
               "book_repair": 2, "create_refund": 1}  # fmt: skip
"""How often each tool is called beside the others."""
TOOK: Final = {"get_order": 120, "find_customer": 210, "search_catalogue": 85, "track_parcel": 900,
               "book_repair": 160, "create_refund": 340}  # fmt: skip
"""Milliseconds, about."""
CURVE: Final = (3, 2, 1, 1, 1, 2, 4, 8, 14, 19, 22, 21, 16, 18, 23, 24, 21, 17, 12, 9, 8, 7, 5, 4)
"""Calls of each hour."""
UNHOLDING: Final = (
    ("warrant-missing", "The call came without a warrant."),
    ("warrant-expired", "The warrant is no longer valid."),
    ("constraint-violation", "The warrant does not cover this argument."),
)


def calls(shop: Tenant, now_ms: int) -> Iterator[CallRecord]:
    """Yield the records of the 24 hours before `now_ms`, oldest first."""
    chance = random.Random(1817)  # noqa: S311 - the same day each time
    names, weights = list(BUSY), list(BUSY.values())
    for hour, amount in enumerate(CURVE):
        begins = now_ms - (len(CURVE) - hour) * HOUR_MS
        moments = sorted(chance.randrange(HOUR_MS) for _ in range(amount))
        for moment in moments:
            [tool] = chance.choices(names, weights)
            yield _call(shop, tool, begins + moment, chance)


def _call(shop: Tenant, tool: str, at_ms: int, chance: random.Random) -> CallRecord:
    outcome, status, reason, attempts = _end(tool, chance)
    took = 0 if outcome is Outcome.DENIED else round(TOOK[tool] * chance.lognormvariate(0, 0.45))
    return CallRecord(
        request_id=request_id(at_ms, chance.getrandbits(74)),
        project_id=shop.project_id,
        integration_id=shop.integration_id,
        tool_name=tool,
        tool_digest=f"{chance.getrandbits(256):064x}",
        member_external_id=chance.choice((*MEMBERS, None)),
        outcome=outcome,
        started_at_ms=at_ms,
        duration_ms=took + 9,
        upstream_status=status,
        reason=reason,
        attempts=attempts,
        warrant=_verdict(chance),
    )


def _end(
    tool: str, chance: random.Random
) -> tuple[Outcome, int | None, str | None, tuple[int | None, ...]]:
    """Draw how a call ended: parcels are tracked by somebody who is often away."""
    if tool == "track_parcel" and chance.random() < 0.22:
        return Outcome.UPSTREAM_ERROR, 503, None, (503, 503)
    if tool == "create_refund" and chance.random() < 0.4:
        return Outcome.DENIED, None, "role_not_allowed", ()
    if chance.random() < 0.02:
        return Outcome.UNKNOWN, None, "uncertain", (None,)
    return Outcome.SUCCEEDED, 200, None, (200,)


def _verdict(chance: random.Random) -> WarrantVerdict:
    """Draw what was found of its warrant: a stricter mode would deny some."""
    if chance.random() < 0.8:
        return WarrantVerdict(mode=WarrantMode.AUDIT, decision=Decision.ALLOWED)
    [(reason, hint)] = chance.choices(UNHOLDING, (6, 3, 2))
    return WarrantVerdict(
        mode=WarrantMode.AUDIT, decision=Decision.WOULD_DENY, reason=reason, hint=hint
    )
