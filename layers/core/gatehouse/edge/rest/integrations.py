"""Integrations."""

from typing import Annotated

from pydantic import ConfigDict, Field

from gatehouse.domain.projects import Integration, Scope
from gatehouse.edge.rest.limit_models import (
    LimitsAnswer,
    LimitsInput,
    limits_answer,
    read_limits,
)
from gatehouse.edge.rest.models import Answer, Input, Listing, PageQuery, rfc3339
from gatehouse.edge.rest.routing import Answered, Call
from gatehouse.usecases.manage_integrations import CreatedIntegration, NewIntegration
from gatehouse.usecases.management import Management


class NewIntegrationBody(Input):
    """An integration to create; its scopes never change."""

    name: str
    environment: str | None = None
    scopes: list[Annotated[Scope, Field(strict=False)]] | None = Field(
        default=None, min_length=1, max_length=16, description="By default all that one may give."
    )
    limits: LimitsInput | None = Field(
        default=None, description="By default, and at most, those of the key that creates it."
    )


class Deletion(Input):
    """How far a deletion goes."""

    model_config = ConfigDict(strict=False)

    cascade: bool = Field(default=False, description="Also those made through it.")


class IntegrationAnswer(Answer):
    """An integration."""

    id: str
    name: str
    environment: str | None
    scopes: list[Scope]
    limits: LimitsAnswer
    created_by: str
    created_at: str


class CreatedIntegrationAnswer(IntegrationAnswer):
    """A new integration, with its API key, which is never shown again."""

    api_key: str


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
        name=body.name, environment=body.environment, scopes=scopes, limits=limits
    )


def _created(created: CreatedIntegration) -> Answered:
    known = _answer(created.integration).model_dump()
    return Answered(answer=CreatedIntegrationAnswer(**known, api_key=created.api_key))


def _answer(integration: Integration) -> IntegrationAnswer:
    return IntegrationAnswer(
        id=integration.id,
        name=integration.name,
        environment=integration.environment,
        scopes=sorted(integration.scopes),
        limits=limits_answer(integration.limits),
        created_by=integration.created_by,
        created_at=rfc3339(integration.created_at),
    )
