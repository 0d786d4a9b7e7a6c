"""Store resources and keep them: nothing is stored that breaks a rule, no secret comes back."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from gatehouse.domain import ids
from gatehouse.domain.errors import Conflict, FieldError, InvalidFields
from gatehouse.domain.projects import Project
from gatehouse.domain.resource_documents import resource_digest
from gatehouse.domain.resource_rules import resource_errors
from gatehouse.domain.resources import Resource, ResourceDefinition
from gatehouse.domain.sealing import SealedSecret
from gatehouse.domain.tools import AuthStrategy
from gatehouse.ports.offers import Resources
from gatehouse.ports.pages import Page
from gatehouse.ports.secrets import SecretSealer
from gatehouse.usecases.approving import approved
from gatehouse.usecases.check_origin import CheckOrigin
from gatehouse.usecases.keeping import kept_secret, require_same_use


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenResource:
    """What a resource's owner wrote; `secret` of its endpoint is in the clear, None for no new."""

    definition: ResourceDefinition
    is_enabled: bool
    secret: str | None = field(default=None, repr=False)

    @property
    def needs_secret(self) -> bool:
        """Whether its endpoint is called with a secret."""
        endpoint = self.definition.endpoint
        return endpoint is not None and endpoint.auth_strategy is not AuthStrategy.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageResources:
    """The use cases around resources."""

    resources: Resources
    sealer: SecretSealer
    clock: Callable[[], int]
    check_origin: CheckOrigin

    def create(self, project: Project, written: WrittenResource) -> Resource:
        """Store a resource; raise `InvalidFields`, or `Conflict`: name taken, or too many."""
        now = self.clock()
        resource = Resource(
            project_id=project.id,
            definition=written.definition,
            digest="",
            version=1,
            is_enabled=written.is_enabled,
            created_at=now,
            updated_at=now,
        )
        made = self._completed(project, resource, written, kept=None)
        self.resources.create(made)
        return made

    def get(self, project_id: str, resource_id: str) -> Resource:
        """Return a resource; raise `NotFound`."""
        return self.resources.get(project_id, ids.resource_name(resource_id))

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Resource]:
        """List a project's resources."""
        return self.resources.page(project_id, after=after, limit=limit)

    def replace(
        self, project: Project, current: Resource, written: WrittenResource, *, version: int
    ) -> Resource:
        """Store a changed resource over `current`, which must still be of `version`.

        Raises:
            InvalidFields: The changed resource breaks a rule.
            Conflict: Somebody else changed the resource (with the current version), or a secret
                would go to another origin, or be used in another way, than it was given for.
            NotFound: The resource was deleted.
        """
        if current.version != version:
            raise Conflict("The resource has changed", current_version=current.version)
        changed = replace(
            current,
            definition=written.definition,
            version=version + 1,
            is_enabled=written.is_enabled,
            updated_at=self.clock(),
        )
        kept = kept_secret(current, needs_one=written.needs_secret, new=written.secret)
        made = self._completed(project, changed, written, kept=kept)
        require_same_use(kept, current, made)
        self.resources.replace(made, expected_version=version)
        return made

    def approve(self, project_id: str, resource_id: str, digest: str) -> Resource:
        """Let the definition of `digest` be shown and read where a project asks for approval.

        Raises:
            Conflict: That is not the present definition, or it changes at this moment.
            NotFound: There is no such resource.
        """
        current = self.get(project_id, resource_id)
        made = approved(current, digest, now=self.clock())
        self.resources.replace(made, expected_version=current.version)
        return made

    def delete(self, project_id: str, resource_id: str) -> None:
        """Remove a resource at once; raise `NotFound`."""
        self.resources.delete(project_id, ids.resource_name(resource_id))

    def _completed(
        self,
        project: Project,
        resource: Resource,
        written: WrittenResource,
        *,
        kept: SealedSecret | None,
    ) -> Resource:
        """Check everything, then seal the new secret, if there is one."""
        errors = resource_errors(
            written.definition,
            secret=written.secret,
            keeps_secret=kept is not None,
            upstreams=self.check_origin.policy,
        )
        if errors:
            raise InvalidFields(errors)
        endpoint = written.definition.endpoint
        if endpoint and (problem := self.check_origin.problem(project, endpoint.base_url)):
            raise InvalidFields((FieldError("endpoint.base_url", problem),))
        sealed = kept
        if written.secret is not None and (binding := resource.secret_binding):
            sealed = self.sealer.seal(written.secret, binding)
        digest = resource_digest(written.definition)
        return replace(resource, digest=digest, sealed_secret=sealed)
