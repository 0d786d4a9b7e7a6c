"""Integrations."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from gatehouse.domain import oauth_clients
from gatehouse.domain.admissions import Admission, AdmissionRule
from gatehouse.domain.errors import FieldError, InvalidFields
from gatehouse.domain.projects import Integration, Scope
from gatehouse.edge.rest.limit_models import (
    LimitsAnswer,
    LimitsInput,
    limits_answer,
    read_limits,
)
from gatehouse.edge.rest.models import Answer, Input, Listing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.manage_integrations import (
    CreatedIntegration,
    NewClient,
    NewIntegration,
)
from gatehouse.usecases.management import Management

Kind = Literal["api_key", "oauth"]


class Domains(Input):
    """Whoever has a verified address of one of these domains."""

    domains: list[str] = Field(min_length=1, max_length=50)


class NewIntegrationBody(Input):
    """An integration to create; its kind and scopes never change."""

    name: str
    environment: str | None = None
    scopes: list[Annotated[Scope, Field(strict=False)]] | None = Field(
        default=None, min_length=1, max_length=16, description="By default all that one may give."
    )
    limits: LimitsInput | None = Field(
        default=None, description="By default, and at most, those of the key that creates it."
    )
    kind: Kind = Field(
        default="api_key",
        description="`oauth`: people sign in through a client; there is no API key, and the scope"
        " is `mcp`.",
    )
    redirect_uris: list[str] | None = Field(
        default=None, max_length=20, description="Of kind `oauth`: compared to the letter."
    )
    public: bool | None = Field(
        default=None, description="Of kind `oauth`: the client has no secret. By default it has."
    )
    admission: Literal["invited", "any"] | Domains | None = Field(
        default=None,
        description="Of kind `oauth`: who becomes a member. `invited`, by default: whoever holds a"
        " role in the project.",
    )
    allow_metadata_clients: bool | None = Field(
        default=None,
        description="Of kind `oauth`: also let in clients that describe themselves at their id.",
    )


class Deletion(Input):
    """How far a deletion goes."""

    model_config = ConfigDict(strict=False)

    cascade: bool = Field(default=False, description="Also those made through it.")


class ClientAnswer(Answer):
    """The OAuth client of an integration."""

    client_id: str
    redirect_uris: list[str]
    public: bool
    admission: Literal["invited", "any"] | Domains
    allow_metadata_clients: bool


class IntegrationAnswer(Answer):
    """An integration; of kind `oauth` with its client."""

    id: str
    name: str
    kind: Kind
    environment: str | None
    scopes: list[Scope]
    limits: LimitsAnswer
    client: ClientAnswer | None
    created_by: str
    created_at: str


class CreatedIntegrationAnswer(IntegrationAnswer):
    """A new integration, with its API key or its client's secret, never shown again."""

    api_key: str | None
    client_secret: str | None


class IntegrationList(Listing[IntegrationAnswer]):
    """A page of integrations."""


def create_as_admin(management: Management, call: Call, body: NewIntegrationBody) -> Answered:
    """Create an integration of any project; the API key is shown once."""
    created = management.integrations.create_as_admin(call.params["id"], _wanted(body), call.actor)
    return _created(created)


def create_integration(management: Management, call: Call, body: NewIntegrationBody) -> Answered:
    """Create an integration; the API key is shown once."""
    return _created(management.integrations.create(call.principal, _wanted(body)))


def list_integrations(management: Management, call: Call, query: PageQuery) -> Answered:
    """List the project's integrations."""
    page = management.integrations.page(call.project_id, after=query.cursor, limit=query.limit)
    return Answered(answer=IntegrationList.of(map(_answer, page.items), page.next_after))


def delete_integration(management: Management, call: Call, query: Deletion) -> Answered:
    """Revoke an integration's key and sessions at once."""
    management.integrations.delete(call.project_id, call.params["id"], cascade=query.cascade)
    return Answered(answer=None)


def _wanted(body: NewIntegrationBody) -> NewIntegration:
    scopes = None if body.scopes is None else frozenset(body.scopes)
    limits = None if body.limits is None else read_limits(body.limits)
    return NewIntegration(
        name=body.name,
        environment=body.environment,
        scopes=scopes,
        limits=limits,
        client=_client(body),
    )


def _client(body: NewIntegrationBody) -> NewClient | None:
    """Read what makes an OAuth client; no other integration may say any of it."""
    said = ("redirect_uris", "public", "admission", "allow_metadata_clients")
    if body.kind == "api_key":
        given = [name for name in said if getattr(body, name) is not None]
        wrong = [FieldError(name, "is only of integrations of kind 'oauth'") for name in given]
    else:
        # There is one scope that people can have through a client.
        wrong = [FieldError("scopes", "must be left out")] if body.scopes is not None else []
    if wrong:
        raise InvalidFields(tuple(wrong))
    if body.kind == "api_key":
        return None
    return NewClient(
        redirect_uris=tuple(body.redirect_uris or ()),
        is_public=body.public or False,
        admission=_admission(body.admission),
        allow_metadata_clients=body.allow_metadata_clients or False,
    )


def _admission(given: Literal["invited", "any"] | Domains | None) -> Admission:
    if isinstance(given, Domains):
        return Admission(rule=AdmissionRule.DOMAINS, domains=frozenset(given.domains))
    return Admission(rule=AdmissionRule(given or "invited"))


def _created(created: CreatedIntegration) -> Answered:
    known = _answer(created.integration).model_dump()
    shown_once = {"api_key": created.api_key, "client_secret": created.client_secret}
    return Answered(answer=CreatedIntegrationAnswer(**known, **shown_once))


def _answer(integration: Integration) -> IntegrationAnswer:
    return IntegrationAnswer(
        id=integration.id,
        name=integration.name,
        kind="api_key" if integration.client is None else "oauth",
        environment=integration.environment,
        client=_client_answer(integration),
        scopes=sorted(integration.scopes),
        limits=limits_answer(integration.limits),
        created_by=integration.created_by,
        created_at=rfc3339(integration.created_at),
    )


def _client_answer(integration: Integration) -> ClientAnswer | None:
    client = integration.client
    if client is None:
        return None
    admission: Literal["invited", "any"] | Domains
    match client.admission.rule:
        case AdmissionRule.DOMAINS:
            admission = Domains(domains=sorted(client.admission.domains))
        case AdmissionRule.ANY:
            admission = "any"
        case AdmissionRule.INVITED:
            admission = "invited"
    return ClientAnswer(
        client_id=oauth_clients.registered_id(integration.project_id, integration.id),
        redirect_uris=list(client.redirect_uris),
        public=client.secret_digest is None,
        admission=admission,
        allow_metadata_clients=client.allow_metadata_clients,
    )
