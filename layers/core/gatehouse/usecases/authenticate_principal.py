"""Prove who manages a project: an API key, a service app, a person, or an administrator."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import access_tokens, app_keys
from gatehouse.domain.errors import InvalidRequest, NotFound, Unauthenticated
from gatehouse.domain.people import actions_of
from gatehouse.domain.principals import Actor, ActorKind, Principal
from gatehouse.domain.projects import Project, Scope
from gatehouse.domain.roles import KEY_ACTIONS
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.ports.apps import Apps
from gatehouse.ports.principals import PrincipalReader, Sought, Standing
from gatehouse.usecases.authenticate import AuthenticateKey
from gatehouse.usecases.authenticate_manager import (
    AuthenticateManager,
    Presented,
    ProvenToken,
    active_person,
    person_actor,
)

WHICH_PROJECT = "X-Gatehouse-Project must name the project: this credential is not for one alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticatePrincipal:
    """Turn a credential into who manages; what they may do is read each time, never cached."""

    keys: AuthenticateKey
    managers: AuthenticateManager
    principals: PrincipalReader
    apps: Apps
    clock: Callable[[], int]

    def __call__(self, presented: Presented) -> Principal:
        """Admit whoever manages a project.

        Raises:
            Unauthenticated: The credential does not hold; one message whatever the reason.
            SessionExpired: It is a genuine token past its end.
            MissingScope: It is an access token for something else.
            InvalidRequest: It is good in several projects and none is named.
            NotFound: It is not good in the project that is named, or there is none.
            Unavailable: It could not be checked.
        """
        if presented.credential.startswith(app_keys.PREFIX):
            return self._app_key(presented)
        if access_tokens.has_shape(presented.credential):
            return _signed_in(self.managers(presented))
        return self._api_key(presented)

    def _api_key(self, presented: Presented) -> Principal:
        caller = self.keys(presented.credential)
        integration = caller.integration
        presented.project(caller.project.id)
        manages = Scope.MANAGE in integration.scopes
        return Principal(
            actor=Actor(kind=ActorKind.KEY, id=integration.id, name=integration.name),
            project=caller.project,
            actions=KEY_ACTIONS if manages else frozenset(),
            integration=integration,
        )

    def _app_key(self, presented: Presented) -> Principal:
        now = self.clock()
        key = app_keys.read(presented.credential)
        project_id = presented.project(None)
        standing = self.principals.read(Sought(app_id=key.app_id, project_id=project_id))
        app = standing.app
        if app is None or not app.recognizes(key, now=now):
            raise Unauthenticated
        self.apps.note_use(app, key.key_id, now=now)
        if project_id is None:
            # Which project it is follows from the app, so it is read after the app.
            project_id = _only_project(app)
            standing = self.principals.read(Sought(app_id=app.id, project_id=project_id))
        return _app(standing, project_id)


def _signed_in(proven: ProvenToken) -> Principal:
    grant, standing = proven.token.grant, proven.standing
    if grant.is_admin:
        return _administrator(standing, proven.project_id)
    if grant.project_id is None:
        raise Unauthenticated
    if standing.person is None:
        return _app(standing, grant.project_id)
    membership = standing.membership
    if membership is None or membership.epoch != grant.epoch:
        raise Unauthenticated
    return Principal(
        actor=person_actor(standing.person),
        project=_active(standing.project, Unauthenticated()),
        actions=actions_of(membership, standing.custom_roles),
        role=membership.role,
    )


def _administrator(standing: Standing, project_id: str | None) -> Principal:
    person = active_person(standing)
    if not person.is_admin:
        raise Unauthenticated
    if project_id is None:
        raise InvalidRequest(WHICH_PROJECT)
    project = _active(standing.project, NotFound())
    return Principal.administrating(person_actor(person), project)


def _app(standing: Standing, project_id: str) -> Principal:
    app = standing.app
    if app is None or not app.is_active:
        raise Unauthenticated
    grant = app.grant_in(project_id)
    if grant is None:
        raise NotFound
    return Principal(
        actor=Actor(kind=ActorKind.APP, id=app.id, name=app.name),
        project=_active(standing.project, NotFound()),
        actions=grant.actions,
    )


def _only_project(app: ServiceApp) -> str:
    if len(app.grants) != 1:
        raise InvalidRequest(WHICH_PROJECT)
    return app.grants[0].project_id


def _active(project: Project | None, refusal: Exception) -> Project:
    if project is None or not project.is_active:
        raise refusal
    return project
