"""Import operations of an OpenAPI document as tools, each of them whole or not at all."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from gatehouse.domain.errors import (
    Conflict,
    FieldError,
    GatehouseError,
    InvalidFields,
    InvalidRequest,
    NotFound,
    Unavailable,
)
from gatehouse.domain.projects import Project
from gatehouse.domain.tools import AuthStrategy, Tool, ToolDefinition
from gatehouse.usecases.manage_tools import ManageTools, WrittenTool
from gatehouse.usecases.plan_import import Becoming, Plan, PlanImport, Planned, Source

MAX_CHOSEN: Final = 100
"""Operations of one import, for each is written and audited by itself."""
ALL_SECONDS: Final = 20.0
"""After which no more is begun, so that the answer still comes."""
_LATE: Final = "there was no time left: import it again"
_UNCERTAIN: Final = "a service failed: import it again, whether or not it was written"


class ImportOutcome(StrEnum):
    """What became of one operation."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    """The tool is as it was: nothing of the document changed, or the owner edited all that did."""
    REFUSED = "refused"
    """Nothing was written; `reason` says why."""
    FAILED = "failed"
    """Nothing of ours is wrong with it; the same import again does it, or finds it done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The operations wanted, and what holds for those of them that become new tools.

    `auth_strategy` replaces the one that the document asks for. `secret` is in the clear, and goes
    to each tool that needs one and has none that may stay.
    """

    operations: tuple[str, ...]
    auth_strategy: AuthStrategy | None = None
    secret: str | None = field(default=None, repr=False)
    is_enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of one operation; `tool` is the one that is there now, if there is one."""

    operation: str
    name: str
    outcome: ImportOutcome
    tool: Tool | None = None
    changed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOpenAPI:
    """The use case. Tools are made and changed as by hand: same rules, audit and approval."""

    plan: PlanImport
    tools: ManageTools
    monotonic: Callable[[], float]

    def preview(self, project: Project, source: Source, only: frozenset[str] | None) -> Plan:
        """Say what an import would do; see `PlanImport`."""
        return self.plan(project, source, only)

    def __call__(
        self, project: Project, source: Source, choice: Choice
    ) -> tuple[Plan, tuple[Imported, ...]]:
        """Import the chosen operations, and say of each what became of it.

        Each tool is written in one transaction with its entry in the audit. What was written stays
        whatever happens to the next one; the same import again changes nothing of it.

        Raises:
            InvalidFields: No operation is chosen, or too many; or as `PlanImport`.
            InvalidDocument, Conflict, PayloadTooLarge, UpstreamFailed: As `PlanImport`.
        """
        if not 1 <= len(choice.operations) <= MAX_CHOSEN:
            message = f"must name 1 to {MAX_CHOSEN} operations"
            raise InvalidFields((FieldError("operations", message),))
        ends = self.monotonic() + ALL_SECONDS
        plan = self.plan(project, source, frozenset(choice.operations))
        return plan, tuple(self._all(project, plan.planned, choice, ends))

    def _all(
        self, project: Project, planned: Sequence[Planned], choice: Choice, ends: float
    ) -> Iterator[Imported]:
        known = {each.operation: each for each in planned}
        for operation in dict.fromkeys(choice.operations):
            found = known.get(operation)
            if found is None:
                reason = "the document has no such operation"
                yield Imported(
                    operation=operation, name="", outcome=ImportOutcome.REFUSED, reason=reason
                )
            elif self.monotonic() > ends:
                yield _result(found, ImportOutcome.FAILED, reason=_LATE)
            else:
                yield self._one(project, found, choice)

    def _one(self, project: Project, found: Planned, choice: Choice) -> Imported:
        match found.becoming:
            case Becoming.REFUSED | Becoming.TAKEN:
                return _result(found, ImportOutcome.REFUSED, reason=found.reason)
            case Becoming.UNCHANGED | Becoming.EDITED:
                return _result(found, ImportOutcome.UNCHANGED)
            case Becoming.NEW | Becoming.CHANGED:
                try:
                    return self._written(project, found, choice)
                except (InvalidRequest, Conflict, NotFound) as error:
                    return _result(found, ImportOutcome.REFUSED, reason=_words(error))
                except Unavailable:
                    return _result(found, ImportOutcome.FAILED, reason=_UNCERTAIN)

    def _written(self, project: Project, found: Planned, choice: Choice) -> Imported:
        if found.definition is None:
            raise InvalidRequest(found.reason or "")
        if found.tool is None:
            tool = self.tools.create(project, _new(found.definition, found, choice))
            return _result(found, ImportOutcome.CREATED, tool=tool)
        written = _changed(found.definition, found, found.tool, choice)
        version = found.tool.version
        tool = self.tools.replace(project, found.tool, written, version=version)
        # Where the owner edited all that changed, it is only noted what was read.
        is_same = tool.digest == found.tool.digest
        return _result(
            found, ImportOutcome.UNCHANGED if is_same else ImportOutcome.UPDATED, tool=tool
        )


def _new(definition: ToolDefinition, found: Planned, choice: Choice) -> WrittenTool:
    strategy = choice.auth_strategy or definition.auth_strategy
    return WrittenTool(
        definition=replace(definition, auth_strategy=strategy),
        is_enabled=choice.is_enabled,
        secret=choice.secret if strategy is not AuthStrategy.NONE else None,
        imported_from=found.imported_from,
    )


def _changed(definition: ToolDefinition, found: Planned, tool: Tool, choice: Choice) -> WrittenTool:
    """Return a changed tool; its secret is another one only where the present one may not stay."""
    needs_one = definition.auth_strategy is not AuthStrategy.NONE
    stays = tool.sealed_secret is not None and definition.origin == tool.definition.origin
    return WrittenTool(
        definition=definition,
        is_enabled=tool.is_enabled,
        secret=choice.secret if needs_one and not stays else None,
        limits=tool.limits,
        warrant_mode=tool.warrant_mode,
        allow_equal_calls=tool.allow_equal_calls,
        imported_from=found.imported_from,
    )


def _result(
    found: Planned, outcome: ImportOutcome, *, tool: Tool | None = None, reason: str | None = None
) -> Imported:
    return Imported(
        operation=found.operation,
        name=found.name,
        outcome=outcome,
        tool=tool or found.tool,
        changed=tuple(name for name in found.changed if name not in found.edited),
        edited=found.edited,
        reason=reason,
    )


def _words(error: GatehouseError) -> str:
    """Say in one line what a tool was refused for."""
    if isinstance(error, InvalidFields):
        return "; ".join(f"{each.field} {each.message}" for each in error.errors)
    return str(error)
