"""A document into proposals: each operation a tool that may be registered, or why there is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from gatehouse.domain.openapi.document import BrokenReference, Document
from gatehouse.domain.openapi.operations import Operation, definition_of, operations
from gatehouse.domain.openapi.parameters import NotImportable
from gatehouse.domain.openapi.schemas import DETAILS, TooLarge
from gatehouse.domain.tool_rules import field_errors
from gatehouse.domain.tools import AuthStrategy, ToolDefinition
from gatehouse.domain.upstreams import UpstreamPolicy

MAX_OPERATIONS: Final = 3000
_ANY_SECRET: Final = "x" * 32
"""Stands for the secret that is given later, for the rules ask for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What becomes of one operation: a `definition` and notes, or the `refusal`."""

    operation: str
    name: str
    definition: ToolDefinition | None = None
    notes: tuple[str, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How to read a document.

    `is_late` says that the time is over: what has not been looked at is refused for that.
    `only` names the operations wanted (`GET /pets`), None is all of them; the names of tools do
    not depend on it. `base_url` replaces the origin of every server.
    """

    policy: UpstreamPolicy
    is_late: Callable[[], bool]
    document_url: str | None = None
    base_url: str | None = None
    only: frozenset[str] | None = None


def proposals(document: Document, wanted: Wanted) -> Iterator[Proposal]:
    """Yield one proposal for each operation that is wanted, in the document's order."""
    taken: set[str] = set()
    for number, operation in enumerate(operations(document)):
        name = _free_name(operation.wanted_name, taken)
        taken.add(name)
        if wanted.only is not None and operation.key not in wanted.only:
            continue
        if number >= MAX_OPERATIONS:
            refusal = f"the document has more than {MAX_OPERATIONS} operations"
        elif wanted.is_late():
            refusal = "reading the document took too long; import fewer operations at a time"
        else:
            yield _proposal(document, operation, name, wanted)
            continue
        yield Proposal(operation=operation.key, name=name, refusal=refusal)


def _proposal(document: Document, operation: Operation, name: str, wanted: Wanted) -> Proposal:
    refusal = ""
    try:
        for detail in DETAILS:
            try:
                definition, notes = definition_of(
                    document,
                    operation,
                    name=name,
                    detail=detail,
                    document_url=wanted.document_url,
                    base_url=wanted.base_url,
                )
            except TooLarge as error:
                refusal = str(error)
                continue
            definition, problem = _accepted(definition, wanted.policy)
            if problem is None:
                if detail is not DETAILS[0]:
                    notes = (*notes, "the schemas were shortened to fit")
                return Proposal(
                    operation=operation.key, name=name, definition=definition, notes=notes
                )
            refusal = problem
            if not problem.startswith("input_schema"):
                break
    except (NotImportable, BrokenReference) as error:
        refusal = str(error)
    return Proposal(operation=operation.key, name=name, refusal=refusal)


def _accepted(
    definition: ToolDefinition, policy: UpstreamPolicy
) -> tuple[ToolDefinition, str | None]:
    """Hold a tool to the rules of registration; an output schema that breaks one is dropped."""
    needs_one = definition.auth_strategy is not AuthStrategy.NONE
    secret = _ANY_SECRET if needs_one else None
    errors = field_errors(definition, secret=secret, keeps_secret=False, upstreams=policy)
    others = [error for error in errors if error.field != "output_schema"]
    if len(others) < len(errors):
        definition = replace(definition, output_schema=None)
    problem = f"{others[0].field} {others[0].message}"[:300] if others else None
    return definition, problem


def _free_name(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 1
    while name in taken:
        number += 1
        suffix = f"_{number}"
        name = wanted[: 64 - len(suffix)] + suffix
    return name
