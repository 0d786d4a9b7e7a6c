"""What comes of the checklist: each item holds, does not, or waits for somebody's word."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from gatehouse.domain.checklist.catalogue import ITEMS
from gatehouse.domain.checklist.items import DAY, Asked, ByConstruction, Item, Measured, Probed
from gatehouse.domain.checklist.snapshot import Attestation, Snapshot


class Standing(StrEnum):
    """What came of an item, from the best on."""

    PASSED = "passed"
    NEEDS_ATTESTATION = "needs_attestation"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of one item; `problems` say what is wrong, a sentence each."""

    item: Item
    standing: Standing
    problems: tuple[str, ...] = ()
    attestation: Attestation | None = None


def evaluate(snapshot: Snapshot, now: int) -> tuple[Finding, ...]:
    """Return what comes of each item of whose part there is something in `snapshot`.

    From a snapshot of both sides each item has a finding: nothing is ever unknown.
    """
    return tuple(
        finding for item in ITEMS if (finding := _finding(item, snapshot, now)) is not None
    )


def combined(inside: tuple[Finding, ...], outside: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return the findings of both sides, in order, where each has looked at its part.

    What both have measured is as bad as the worse of the two. Of all else, the one outside knows
    more: it has probed, and was told what people said.
    """
    ours = {finding.item.id: finding for finding in inside}
    theirs = {finding.item.id: finding for finding in outside}
    return tuple(
        _joined(ours.get(item.id), theirs.get(item.id))
        for item in ITEMS
        if item.id in ours.keys() | theirs.keys()
    )


def _joined(ours: Finding | None, theirs: Finding | None) -> Finding:
    known = [finding for finding in (theirs, ours) if finding is not None]
    if len(known) == 1 or not isinstance(known[0].item.known, Measured):
        return known[0]
    return _judged(known[0].item, dict.fromkeys((*known[1].problems, *known[0].problems)))


def _finding(item: Item, snapshot: Snapshot, now: int) -> Finding | None:
    match item.known:
        case ByConstruction():
            return Finding(item=item, standing=Standing.PASSED)
        case Measured():
            return _measured(item, item.known, snapshot, now)
        case Probed() if found := tuple(item.known.rule(snapshot.probes)):
            return _judged(item, found)
        case Probed(waits=waits) if waits and (open_ := tuple(waits(snapshot.probes))):
            return Finding(item=item, standing=Standing.NEEDS_ATTESTATION, problems=open_)
        case Probed(is_conclusive=True) if snapshot.probes and not snapshot.unprobed:
            return _judged(item, ())
        case Probed() | Asked():
            return _attested(item, item.known.days, snapshot.attestations.get(item.id), now)


def _measured(item: Item, known: Measured, snapshot: Snapshot, now: int) -> Finding | None:
    found: list[str] | None = None
    if known.inside and snapshot.inside:
        found = [*known.inside(snapshot.inside, now)]
    if known.outside and snapshot.outside:
        found = [*(found or ()), *known.outside(snapshot.outside, now)]
    return None if found is None else _judged(item, found)


def _judged(item: Item, problems: Iterable[str]) -> Finding:
    found = tuple(problems)
    standing = Standing.FAILED if found else Standing.PASSED
    return Finding(item=item, standing=standing, problems=found)


def _attested(item: Item, days: int, said: Attestation | None, now: int) -> Finding:
    if said is None:
        problem = "nobody has said so yet"
    elif said.at + days * DAY <= now:
        problem = "what was said is too long ago"
    else:
        return Finding(item=item, standing=Standing.PASSED, attestation=said)
    standing = Standing.NEEDS_ATTESTATION
    return Finding(item=item, standing=standing, problems=(problem,), attestation=said)
