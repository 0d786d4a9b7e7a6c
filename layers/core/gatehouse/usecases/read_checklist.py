"""Evaluate the checklist by what the gateway knows itself, and keep what people say about it."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Final, TypeVar

from gatehouse.domain.checklist.catalogue import BY_ID
from gatehouse.domain.checklist.evaluation import Finding, evaluate
from gatehouse.domain.checklist.snapshot import (
    Attestation,
    DeploymentSettings,
    Inside,
    Snapshot,
)
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.long_assertions import recent_marks
from gatehouse.domain.principals import Actor
from gatehouse.domain.projects import Project
from gatehouse.domain.shown_text import text_problem
from gatehouse.ports.attestations import Attestations
from gatehouse.ports.credentials import AssertionKeys
from gatehouse.ports.marks import KnownMarks
from gatehouse.ports.members import Members
from gatehouse.ports.offers import Tools
from gatehouse.ports.pages import PageOf, every
from gatehouse.ports.projects import Integrations
from gatehouse.ports.warrants import TrustedRoots

MAX_LOOKED_AT: Final = 1000
"""Of each kind of thing: a project of more is judged by the first ones."""
MAX_NOTE: Final = 1000

Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadChecklist:
    """The use cases around the checklist."""

    settings: DeploymentSettings
    integrations: Integrations
    assertion_keys: AssertionKeys
    tools: Tools
    members: Members
    roots: TrustedRoots
    attestations: Attestations
    marks: KnownMarks
    clock: Callable[[], int]

    def __call__(self, project: Project) -> tuple[Finding, ...]:
        """Return what comes of each item that is not seen from outside alone."""
        now = self.clock()
        snapshot = Snapshot(
            inside=self._inside(project, now), attestations=self.attestations.all(project.id)
        )
        return evaluate(snapshot, now)

    def attest(self, project: Project, item: str, note: str, actor: Actor) -> Attestation:
        """Keep an actor's word that an item holds; raise `InvalidFields`, or `NotFound`."""
        if item not in BY_ID:
            raise InvalidFields((FieldError("item", "is no item of the checklist"),))
        if not BY_ID[item].is_attestable:
            message = "is measured or proven; nobody's word counts"
            raise InvalidFields((FieldError("item", message),))
        if problem := text_problem(note, longest=MAX_NOTE):
            raise InvalidFields((FieldError("note", problem),))
        attestation = Attestation(item=item, by=actor.label, at=self.clock(), note=note)
        self.attestations.keep(project.id, attestation)
        return attestation

    def _inside(self, project: Project, now: int) -> Inside:
        return Inside(
            settings=self.settings,
            project=project,
            integrations=_first(self.integrations.page, project.id),
            assertion_keys=_first(self.assertion_keys.page, project.id),
            tools=_first(self.tools.page, project.id),
            members=_first(self.members.page, project.id),
            roots=_first(self.roots.page, project.id),
            had_long_assertions=any(
                self.marks.is_claimed(mark, now=now) for mark in recent_marks(project.id, now)
            ),
        )


def _first(page_of: PageOf[Thing], project_id: str) -> tuple[Thing, ...]:
    """Return the first things of a kind."""
    return tuple(islice(every(page_of, project_id), MAX_LOOKED_AT))
