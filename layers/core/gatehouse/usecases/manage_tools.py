"""Register tools and keep them: nothing is stored that breaks a rule, no secret comes back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from gatehouse.domain import ids
from gatehouse.domain.breaker import Breaker, standing
from gatehouse.domain.errors import Conflict, FieldError, InvalidFields
from gatehouse.domain.imports import ImportedFrom
from gatehouse.domain.limits import UNLIMITED, Limits, limit_problems
from gatehouse.domain.projects import Project
from gatehouse.domain.sealing import SealedSecret
from gatehouse.domain.secret_rotation import retiring, rotation_errors
from gatehouse.domain.tool_documents import tool_digest
from gatehouse.domain.tool_rules import field_errors
from gatehouse.domain.tools import AuthStrategy, Tool, ToolDefinition
from gatehouse.domain.warrant_policies import WarrantMode
from gatehouse.ports.offers import Tools
from gatehouse.ports.pages import Page
from gatehouse.ports.secrets import SecretSealer
from gatehouse.ports.upstreams import Breakers
from gatehouse.usecases.approving import approved
from gatehouse.usecases.check_origin import CheckOrigin
from gatehouse.usecases.keeping import kept_secret, require_same_use


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenTool:
    """What a tool's owner wrote; `secret` is in the clear, and None when there is no new one.

    For `rotation_seconds` the secret before stays in force beside a new one. Of a tool that was
    imported, `imported_from` stays unless there is a newer one.
    """

    definition: ToolDefinition
    is_enabled: bool
    secret: str | None = field(default=None, repr=False)
    rotation_seconds: int = 0
    limits: Limits = UNLIMITED
    warrant_mode: WarrantMode | None = None
    allow_equal_calls: bool = False
    imported_from: ImportedFrom | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageTools:
    """The use cases around tools."""

    tools: Tools
    sealer: SecretSealer
    breakers: Breakers
    clock: Callable[[], int]
    check_origin: CheckOrigin

    def create(self, project: Project, written: WrittenTool) -> Tool:
        """Register a tool; raise `InvalidFields`, or `Conflict` when its name is taken."""
        made = self._completed(project, self._new(project, written), written, kept=None)
        self.tools.create(made)
        return made

    def proposed(self, project: Project, written: WrittenTool) -> Tool:
        """Return a tool as it would be stored, its secret left open; raise `InvalidFields`."""
        needs_one = written.definition.auth_strategy is not AuthStrategy.NONE
        keeps_secret = needs_one and written.secret is None
        self._require_sound(project, written, keeps_secret=keeps_secret)
        made = self._new(project, written)
        return replace(made, digest=tool_digest(written.definition))

    def get(self, project_id: str, tool_id: str) -> Tool:
        """Return a tool; raise `NotFound`."""
        return self.tools.get(project_id, ids.tool_name(tool_id))

    def breaker(self, tool: Tool) -> Breaker | None:
        """Return the circuit breaker of a tool's origin, if it ever failed."""
        name = tool.definition.name
        found = self.breakers.read(tool.project_id, name, now=self.clock())
        return standing(found, tool.definition.origin)

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Tool]:
        """List a project's tools."""
        return self.tools.page(project_id, after=after, limit=limit)

    def replace(
        self, project: Project, current: Tool, written: WrittenTool, *, version: int
    ) -> Tool:
        """Store a changed tool over `current`, which must still be of `version`.

        Raises:
            InvalidFields: The changed tool breaks a rule.
            Conflict: Somebody else changed the tool (with the current version), or a secret
                would go to another origin, or be used in another way, than it was given for.
            NotFound: The tool was deleted.
        """
        if current.version != version:
            raise Conflict("The tool has changed", current_version=current.version)
        now, is_new = self.clock(), written.secret is not None
        changed = replace(
            current,
            definition=written.definition,
            version=version + 1,
            is_enabled=written.is_enabled,
            updated_at=now,
            limits=written.limits,
            warrant_mode=written.warrant_mode,
            allow_equal_calls=written.allow_equal_calls,
            imported_from=written.imported_from or current.imported_from,
        )
        seconds = written.rotation_seconds
        if errors := tuple(rotation_errors(current, changed, seconds=seconds, is_new=is_new)):
            raise InvalidFields(errors)
        needs_one = written.definition.auth_strategy is not AuthStrategy.NONE
        kept = kept_secret(current, needs_one=needs_one, new=written.secret)
        made = self._completed(project, changed, written, kept=kept)
        require_same_use(kept, current, made)
        if made.sealed_secret is not None:
            kept_beside = retiring(current, seconds=seconds, is_new=is_new, now=now)
            made = replace(made, retiring_secret=kept_beside)
        self.tools.replace(made, expected_version=version)
        return made

    def approve(self, project_id: str, tool_id: str, digest: str) -> Tool:
        """Let the definition of `digest` be shown and called where a project asks for approval.

        Raises:
            Conflict: That is not the present definition, or it changes at this moment.
            NotFound: There is no such tool.
        """
        current = self.get(project_id, tool_id)
        made = approved(current, digest, now=self.clock())
        self.tools.replace(made, expected_version=current.version)
        return made

    def delete(self, project_id: str, tool_id: str) -> None:
        """Remove a tool at once; raise `NotFound`."""
        self.tools.delete(project_id, ids.tool_name(tool_id))

    def _new(self, project: Project, written: WrittenTool) -> Tool:
        now = self.clock()
        return Tool(
            project_id=project.id,
            definition=written.definition,
            digest="",
            version=1,
            is_enabled=written.is_enabled,
            created_at=now,
            updated_at=now,
            limits=written.limits,
            warrant_mode=written.warrant_mode,
            allow_equal_calls=written.allow_equal_calls,
            imported_from=written.imported_from,
        )

    def _completed(
        self, project: Project, tool: Tool, written: WrittenTool, *, kept: SealedSecret | None
    ) -> Tool:
        """Check everything, then seal the new secret, if there is one."""
        self._require_sound(project, written, keeps_secret=kept is not None)
        sealed = kept
        if written.secret is not None:
            sealed = self.sealer.seal(written.secret, tool.secret_binding)
        digest = tool_digest(written.definition)
        return replace(tool, digest=digest, sealed_secret=sealed, retiring_secret=None)

    def _require_sound(self, project: Project, written: WrittenTool, *, keeps_secret: bool) -> None:
        errors = field_errors(
            written.definition,
            secret=written.secret,
            keeps_secret=keeps_secret,
            upstreams=self.check_origin.policy,
        )
        problems = limit_problems(written.limits)
        errors += tuple(FieldError(f"limits.{field}", problem) for field, problem in problems)
        if errors:
            raise InvalidFields(errors)
        if problem := self.check_origin.problem(project, written.definition.base_url):
            raise InvalidFields((FieldError("base_url", problem),))
