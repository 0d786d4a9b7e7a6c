"""Projects."""

from dataclasses import replace

from pydantic import Field

from gatehouse.domain.external_issuers import ExternalIssuer, issuer_fields
from gatehouse.domain.principals import ActorKind
from gatehouse.domain.project_settings import ProjectSettings, canonical_origin
from gatehouse.domain.projects import Project
from gatehouse.domain.roles import Action, Role
from gatehouse.edge.rest.limit_models import (
    LimitsAnswer,
    LimitsInput,
    limits_answer,
    read_limits,
)
from gatehouse.edge.rest.models import Answer, Input, Listing, Nothing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.edge.rest.versions import etag, expected_version, lost_race
from gatehouse.usecases.management import Management


class ExternalIssuerInput(Input):
    """An issuer whose tokens say who a member is."""

    issuer: str = Field(description="Its `iss`.")
    jwks_url: str
    audience: str = Field(description="The `aud` that its tokens for this project have.")
    member_claim: str = Field(description="The claim that is the member's external id.")


class ExternalIssuerAnswer(Answer):
    """An issuer whose tokens say who a member is."""

    issuer: str
    jwks_url: str
    audience: str
    member_claim: str


class NewProject(Input):
    """A project to create."""

    name: str


class SettingsChange(Input):
    """Settings to change; null means no restriction."""

    upstream_origins: list[str] | None = Field(
        default=None, description="All origins that the project's tools may call."
    )
    require_approval: bool | None = Field(
        default=None, description="Whether new or changed tools and resources wait for approval."
    )
    limits: LimitsInput | None = Field(
        default=None, description="For all calls of the project together."
    )
    member_limits: LimitsInput | None = Field(
        default=None, description="For the calls of each member."
    )
    replicas: int | None = Field(
        default=None, description="Under how many keys what every call reads is kept: 1 to 8."
    )
    external_issuers: list[ExternalIssuerInput] | None = Field(
        default=None, description="Whose tokens may be exchanged for sessions: at most 5."
    )


class ProjectChange(Input):
    """A change, based on a version: what is given replaces what is stored, the rest stays."""

    name: str | None = None
    settings: SettingsChange | None = None
    version: int | None = Field(default=None, description="Or in If-Match.")


class ProjectDeletion(Input):
    """The confirmation."""

    confirm: str | None = Field(default=None, description="The project's name.")


class SettingsAnswer(Answer):
    """What the administrator has set; null means no restriction."""

    upstream_origins: list[str] | None
    require_approval: bool
    limits: LimitsAnswer
    member_limits: LimitsAnswer
    replicas: int
    external_issuers: list[ExternalIssuerAnswer]


class ProjectAnswer(Answer):
    """A project, as the administrator sees it."""

    id: str
    name: str
    settings: SettingsAnswer
    replicas_in_use: int
    version: int
    created_at: str


class ActorAnswer(Answer):
    """Who asks."""

    kind: ActorKind
    id: str
    name: str


class OwnProject(Answer):
    """The project that a credential is good in, and what it is good for."""

    id: str
    name: str
    integration_id: str | None = Field(description="Of an API key.")
    settings: SettingsAnswer
    actor: ActorAnswer
    role: Role | None = Field(description="Of a person.")
    actions: list[Action]


class ProjectList(Listing[ProjectAnswer]):
    """A page of projects."""


class Health(Answer):
    """A sign of life."""

    status: str


def health(_management: Management, _call: Call, _nothing: Nothing) -> Answered:
    """Say that the function answers; nothing behind it is asked."""
    return Answered(answer=Health(status="ok"))


def own_project(_management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Tell a credential which project it is good in, and what it is good for."""
    principal = call.principal
    actor, integration = principal.actor, principal.integration
    return Answered(
        answer=OwnProject(
            id=principal.project.id,
            name=principal.project.name,
            integration_id=None if integration is None else integration.id,
            settings=_settings_answer(principal.project.settings),
            actor=ActorAnswer(kind=actor.kind, id=actor.id, name=actor.name),
            role=principal.role,
            actions=sorted(principal.actions),
        )
    )


def create_project(management: Management, _call: Call, body: NewProject) -> Answered:
    """Create a project."""
    return _answered(management.projects.create(body.name))


def list_projects(management: Management, _call: Call, query: PageQuery) -> Answered:
    """List the projects."""
    page = management.projects.page(after=query.cursor, limit=query.limit)
    return Answered(answer=ProjectList.of(map(_answer, page.items), page.next_after))


def read_project(management: Management, call: Call, _nothing: Nothing) -> Answered:
    """Read a project."""
    return _answered(management.projects.get(call.params["id"]))


def change_project(management: Management, call: Call, body: ProjectChange) -> Answered:
    """Change a project's settings."""
    version = expected_version(call.request, body.version)
    with lost_race(call.request):
        changed = _changed(management.projects.get(call.params["id"]), body)
        return _answered(management.projects.change(changed, version=version))


def delete_project(management: Management, call: Call, query: ProjectDeletion) -> Answered:
    """End a project for everybody at once."""
    management.projects.delete(call.params["id"], confirm=query.confirm)
    return Answered(answer=None)


def _changed(project: Project, body: ProjectChange) -> Project:
    """Return the project as a request would have it."""
    changed = project if body.name is None else replace(project, name=body.name)
    if body.settings is None:
        return changed
    given = body.settings.model_dump(include=body.settings.model_fields_set)
    if origins := given.get("upstream_origins"):
        given["upstream_origins"] = tuple(map(canonical_origin, origins))
    if "require_approval" in given:
        given["require_approval"] = bool(given["require_approval"])
    if "replicas" in given:
        given["replicas"] = 1 if given["replicas"] is None else given["replicas"]
    if "external_issuers" in given:
        issuers = body.settings.external_issuers or []
        given["external_issuers"] = tuple(ExternalIssuer(**dict(issuer)) for issuer in issuers)
    for name in {"limits", "member_limits"} & given.keys():
        given[name] = read_limits(getattr(body.settings, name))
    return replace(changed, settings=replace(project.settings, **given))


def _settings_answer(settings: ProjectSettings) -> SettingsAnswer:
    origins = settings.upstream_origins
    return SettingsAnswer(
        upstream_origins=None if origins is None else list(origins),
        require_approval=settings.require_approval,
        limits=limits_answer(settings.limits),
        member_limits=limits_answer(settings.member_limits),
        replicas=settings.replicas,
        external_issuers=[
            ExternalIssuerAnswer(**issuer_fields(issuer)) for issuer in settings.external_issuers
        ],
    )


def _answered(project: Project) -> Answered:
    return Answered(answer=_answer(project), etag=etag(project.version))


def _answer(project: Project) -> ProjectAnswer:
    return ProjectAnswer(
        id=project.id,
        name=project.name,
        settings=_settings_answer(project.settings),
        replicas_in_use=project.replicas_in_use,
        version=project.version,
        created_at=rfc3339(project.created_at),
    )
