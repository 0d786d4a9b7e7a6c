"""What requests and answers about service apps are made of."""

from typing import Annotated

from pydantic import Field

from gatehouse.domain.assertion_key_rules import checked_public_key
from gatehouse.domain.assertion_keys import AssertionAlgorithm, AssertionKey
from gatehouse.domain.roles import Action
from gatehouse.domain.service_apps import AppGrant, AppKey, ServiceApp
from gatehouse.edge.rest.models import Answer, Input, Listing, rfc3339


class GrantBody(Input):
    """What an app may do in one project."""

    project_id: str
    actions: list[Annotated[Action, Field(strict=False)]] = Field(min_length=1, max_length=64)


class PublicKeyBody(Input):
    """A key that verifies an app's assertions (`private_key_jwt`)."""

    kid: str
    public_key_pem: str
    algorithm: Annotated[AssertionAlgorithm, Field(strict=False)]


class AppBody(Input):
    """What an app may do, where, and how it may prove itself beside its keys."""

    grants: list[GrantBody] | None = Field(default=None, max_length=64)
    public_keys: list[PublicKeyBody] | None = Field(default=None, max_length=16)
    allowed_origins: list[str] | None = Field(
        default=None, max_length=64, description="Exact origins of its pages, for browsers."
    )


class NewApp(AppBody):
    """An app to register; its name never changes."""

    name: str


class AppChange(AppBody):
    """A change, based on a version: what is given replaces what is stored, the rest stays."""

    is_active: bool | None = None
    version: int | None = Field(default=None, description="Or in If-Match.")


class NewKeyBody(Input):
    """A key to create."""

    days: int | None = Field(default=None, description="After how many it ends; null for never.")


class GrantAnswer(Answer):
    """What an app may do in one project."""

    project_id: str
    actions: list[Action]


class PublicKeyAnswer(Answer):
    """A key that verifies an app's assertions."""

    kid: str
    algorithm: AssertionAlgorithm
    created_at: str


class AppKeyAnswer(Answer):
    """A key of an app, without its secret."""

    id: str
    created_at: str
    expires_at: str | None
    last_used_at: str | None = Field(description="To five minutes.")


class CreatedAppKeyAnswer(AppKeyAnswer):
    """A new key of an app, which is never shown again."""

    key: str


class AppAnswer(Answer):
    """A service app."""

    id: str
    name: str
    is_active: bool
    grants: list[GrantAnswer]
    keys: list[AppKeyAnswer]
    public_keys: list[PublicKeyAnswer]
    allowed_origins: list[str]
    version: int
    created_at: str


class AppList(Listing[AppAnswer]):
    """A page of apps."""


class AppOfProject(Answer):
    """A service app, as a project sees it."""

    id: str
    name: str
    is_active: bool
    actions: list[Action]


class AppOfProjectList(Listing[AppOfProject]):
    """A page of a project's apps."""


def given_parts(body: AppBody, *, now: int) -> dict[str, object]:
    """Return those fields of an app that a request gives; raise `InvalidFields`."""
    given: dict[str, object] = {}
    if body.grants is not None:
        given["grants"] = tuple(
            AppGrant(project_id=grant.project_id, actions=frozenset(grant.actions))
            for grant in body.grants
        )
    if body.public_keys is not None:
        given["public_keys"] = tuple(_public_key(key, now) for key in body.public_keys)
    if body.allowed_origins is not None:
        given["allowed_origins"] = tuple(dict.fromkeys(body.allowed_origins))
    return given


def app_answer(app: ServiceApp) -> AppAnswer:
    """Return an app as its administrators see it."""
    return AppAnswer(
        id=app.id,
        name=app.name,
        is_active=app.is_active,
        grants=[
            GrantAnswer(project_id=grant.project_id, actions=sorted(grant.actions))
            for grant in app.grants
        ],
        keys=[key_answer(key) for key in app.keys],
        public_keys=[
            PublicKeyAnswer(
                kid=key.kid, algorithm=key.algorithm, created_at=rfc3339(key.created_at)
            )
            for key in app.public_keys
        ],
        allowed_origins=list(app.allowed_origins),
        version=app.version,
        created_at=rfc3339(app.created_at),
    )


def key_answer(key: AppKey) -> AppKeyAnswer:
    """Return a key without its secret, which nobody has."""
    ends, used = key.expires_at, key.last_used_at
    return AppKeyAnswer(
        id=key.id,
        created_at=rfc3339(key.created_at),
        expires_at=None if ends is None else rfc3339(ends),
        last_used_at=None if used is None else rfc3339(used),
    )


def of_project(app: ServiceApp, project_id: str) -> AppOfProject:
    """Return an app as a project sees it: nothing of any other."""
    grant = app.grant_in(project_id)
    return AppOfProject(
        id=app.id,
        name=app.name,
        is_active=app.is_active,
        actions=sorted(grant.actions) if grant else [],
    )


def _public_key(body: PublicKeyBody, now: int) -> AssertionKey:
    return AssertionKey(
        kid=body.kid,
        algorithm=body.algorithm,
        public_key_pem=checked_public_key(body.kid, body.algorithm, body.public_key_pem),
        created_at=now,
    )
