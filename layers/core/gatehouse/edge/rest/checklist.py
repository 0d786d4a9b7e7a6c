"""The production checklist of a project, and what people say about it."""

from typing import Final, Literal

from pydantic import Field

from gatehouse.domain.checklist.catalogue import ITEMS
from gatehouse.domain.checklist.evaluation import Finding
from gatehouse.domain.checklist.items import Item
from gatehouse.domain.checklist.page import way
from gatehouse.domain.checklist.snapshot import Attestation
from gatehouse.domain.roles import Action
from gatehouse.edge.rest.models import Answer, Input, Nothing, rfc3339
from gatehouse.edge.rest.routing import Answered, Call, Route, route
from gatehouse.usecases.management import Management

ShownStanding = Literal["passed", "failed", "needs_attestation", "outside"]


class NewAttestation(Input):
    """Somebody's word that an item holds."""

    item: str
    note: str = Field(description="What was looked at; it is shown beside the item.")


class AttestationAnswer(Answer):
    """Who said so, and when; `by` is an actor as in `created_by`."""

    item: str
    by: str
    at: str
    note: str


class ItemAnswer(Answer):
    """One item; `outside` is seen by `gatehouse preflight` alone."""

    id: str
    origin: str
    says: str
    known: str
    standing: ShownStanding
    problems: list[str]
    risk: str
    fix: str
    command: str
    attestation: AttestationAnswer | None


class ChecklistAnswer(Answer):
    """Every item, with how many there are of each standing."""

    items: list[ItemAnswer]
    counts: dict[ShownStanding, int]


def read_checklist(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Evaluate the production checklist by what the gateway knows itself."""
    found = {finding.item.id: finding for finding in management.checklist(call.project)}
    items = [_item(item, found.get(item.id)) for item in ITEMS]
    counts: dict[ShownStanding, int] = {
        "passed": 0,
        "failed": 0,
        "needs_attestation": 0,
        "outside": 0,
    }
    for item in items:
        counts[item.standing] += 1
    return Answered(answer=ChecklistAnswer(items=items, counts=counts))


def attest(management: Management, call: Call, body: NewAttestation) -> Answered:
    """Say that an item holds, in one's own name and for as long as the item says."""
    said = management.checklist.attest(call.project, body.item, body.note, call.actor)
    return Answered(answer=_attestation(said))


def _item(item: Item, finding: Finding | None) -> ItemAnswer:
    said = None if finding is None else finding.attestation
    return ItemAnswer(
        id=item.id,
        origin=item.origin,
        says=item.says,
        known=way(item.known),
        standing="outside" if finding is None else finding.standing.value,
        problems=[] if finding is None else list(finding.problems),
        risk=item.risk,
        fix=item.fix,
        command=item.command,
        attestation=None if said is None else _attestation(said),
    )


def _attestation(said: Attestation) -> AttestationAnswer:
    return AttestationAnswer(item=said.item, by=said.by, at=rfc3339(said.at), note=said.note)


CHECKLIST_ROUTES: Final[tuple[Route, ...]] = (
    route(
        "GET", "/api/v1/checklist", Action.CHECKLIST_READ, read_checklist, answer=ChecklistAnswer,
    ),
    route(
        "POST", "/api/v1/checklist/attestations", Action.CHECKLIST_WRITE, attest,
        input=NewAttestation, answer=AttestationAnswer, status=201,
    ),
)  # fmt: skip
