"""Create, list and delete integrations and their API keys."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from gatehouse.domain import api_keys, base62, oauth_clients
from gatehouse.domain.admissions import INVITED, Admission, admission_problem
from gatehouse.domain.errors import FieldError, InvalidFields, MissingScope, NotFound
from gatehouse.domain.limits import UNLIMITED, Limits, limit_problems, looser
from gatehouse.domain.oauth_clients import RegisteredClient
from gatehouse.domain.principals import Actor, Principal
from gatehouse.domain.projects import ALL_SCOPES, Integration, Scope
from gatehouse.domain.redirect_uris import MAX_URIS, redirect_problem
from gatehouse.domain.shown_text import text_problem
from gatehouse.ports.pages import Page, every
from gatehouse.ports.projects import Integrations

MAX_NAME = 200
MAX_ENVIRONMENT = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """What makes a new integration an OAuth client's; see `RegisteredClient`."""

    redirect_uris: tuple[str, ...]
    is_public: bool = False
    admission: Admission = INVITED
    allow_metadata_clients: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIntegration:
    """What is asked for; None means as much as the creator may give."""

    name: str
    environment: str | None = None
    scopes: frozenset[Scope] | None = None
    limits: Limits | None = None
    client: NewClient | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedIntegration:
    """An integration with its API key, or its client's secret, which is never seen again."""

    integration: Integration
    api_key: str | None = field(default=None, repr=False)
    client_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageIntegrations:
    """The use cases around integrations."""

    integrations: Integrations
    clock: Callable[[], int]
    choose: base62.Choose

    def create_as_admin(
        self, project_id: str, wanted: NewIntegration, actor: Actor
    ) -> CreatedIntegration:
        """Create an integration of any project; raise `NotFound` or `InvalidFields`."""
        _require_limits(wanted.limits or UNLIMITED, within=UNLIMITED)
        return self._create(project_id, wanted, creator=actor.label, holds=ALL_SCOPES)

    def create(self, principal: Principal, wanted: NewIntegration) -> CreatedIntegration:
        """Create an integration of the principal's project.

        Raises:
            MissingScope: The principal may not give a scope that it does not hold.
            InvalidFields: The name, the environment or a limit is not acceptable; limits are
                none that let more pass than the principal's own.
        """
        wanted = replace(wanted, limits=wanted.limits or principal.limits)
        _require_limits(wanted.limits or UNLIMITED, within=principal.limits)
        return self._create(
            principal.project.id, wanted, creator=principal.creator, holds=principal.scopes
        )

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[Integration]:
        """List a project's integrations."""
        return self.integrations.page(project_id, after=after, limit=limit)

    def delete(self, project_id: str, integration_id: str, *, cascade: bool) -> None:
        """Revoke an integration at once, with `cascade` also those made through it.

        An integration is gone before its offspring is looked for, and a deleted one creates
        nothing, so none slips through. A cascade that broke off may be repeated.

        Raises:
            NotFound: There is nothing to delete.
        """
        deleted = self._deleted(project_id, integration_id)
        if cascade:
            offspring = list(self._offspring(project_id, integration_id))
            deleted = any([deleted, *offspring])
        if not deleted:
            raise NotFound

    def _create(
        self, project_id: str, wanted: NewIntegration, *, creator: str, holds: frozenset[Scope]
    ) -> CreatedIntegration:
        _require_fields(wanted)
        scopes = _scopes(wanted, holds)
        if excess := scopes - holds:
            raise MissingScope(min(excess))
        integration_id = base62.random_text(api_keys.ID_LENGTH, self.choose)
        integration = Integration(
            id=integration_id,
            project_id=project_id,
            name=wanted.name,
            environment=wanted.environment,
            scopes=scopes,
            key_digest="",
            created_by=creator,
            created_at=self.clock(),
            limits=wanted.limits or UNLIMITED,
        )
        created = (
            self._with_key(integration)
            if wanted.client is None
            else self._with_client(integration, wanted.client)
        )
        self.integrations.create(created.integration)
        return created

    def _with_key(self, integration: Integration) -> CreatedIntegration:
        secret = base62.random_text(api_keys.SECRET_LENGTH, self.choose)
        api_key = api_keys.compose(integration.project_id, integration.id, secret)
        kept = replace(integration, key_digest=api_keys.digest(api_key))
        return CreatedIntegration(integration=kept, api_key=api_key)

    def _with_client(self, integration: Integration, wanted: NewClient) -> CreatedIntegration:
        secret = None if wanted.is_public else oauth_clients.new_secret(self.choose)
        client = RegisteredClient(
            redirect_uris=wanted.redirect_uris,
            secret_digest=None if secret is None else oauth_clients.secret_digest(secret),
            admission=wanted.admission,
            allow_metadata_clients=wanted.allow_metadata_clients,
        )
        kept = replace(integration, client=client)
        return CreatedIntegration(integration=kept, client_secret=secret)

    def _offspring(self, project_id: str, ancestor: str) -> Iterator[bool]:
        """Delete what was made through `ancestor`, generation by generation."""
        ended = {ancestor}
        while children := [
            i.id for i in every(self.integrations.page, project_id) if i.created_by in ended
        ]:
            for child in children:
                yield self._deleted(project_id, child)
            ended.update(children)

    def _deleted(self, project_id: str, integration_id: str) -> bool:
        try:
            self.integrations.delete(project_id, integration_id)
        except NotFound:
            return False
        return True


def _require_limits(limits: Limits, *, within: Limits) -> None:
    problems = (*limit_problems(limits), *looser(limits, than=within))
    if problems:
        errors = (FieldError(f"limits.{field}", problem) for field, problem in problems)
        raise InvalidFields(tuple(errors))


def _scopes(wanted: NewIntegration, holds: frozenset[Scope]) -> frozenset[Scope]:
    """Return what is asked for; through a client people call tools and do nothing else."""
    if wanted.client is not None:
        return frozenset({Scope.MCP})
    return holds if wanted.scopes is None else wanted.scopes


def _client_problems(client: NewClient) -> Iterator[FieldError]:
    uris = client.redirect_uris
    fewest = 0 if client.allow_metadata_clients else 1
    if not fewest <= len(uris) <= MAX_URIS or len(set(uris)) < len(uris):
        yield FieldError("redirect_uris", f"must name {fewest} to {MAX_URIS} addresses, each once")
    for index, uri in enumerate(uris):
        if problem := redirect_problem(uri):
            yield FieldError(f"redirect_uris.{index}", problem)
    if problem := admission_problem(client.admission):
        yield FieldError("admission", problem)


def _require_fields(wanted: NewIntegration) -> None:
    limits = (("name", wanted.name, MAX_NAME), ("environment", wanted.environment, MAX_ENVIRONMENT))
    problems = [
        FieldError(name, problem)
        for name, text, longest in limits
        if text is not None and (problem := text_problem(text, longest=longest))
    ]
    if wanted.client is not None:
        problems += _client_problems(wanted.client)
    if problems:
        raise InvalidFields(tuple(problems))
