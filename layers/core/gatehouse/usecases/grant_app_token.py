"""Give a service app a token of its own (RFC 6749 section 4.4)."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain.errors import OAuthRefused
from gatehouse.domain.grants import MANAGE, Grant, resource_of
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.usecases.authenticate_client import ProvenClient
from gatehouse.usecases.mint_access_tokens import Issued, MintAccessTokens


@dataclass(frozen=True, slots=True, kw_only=True)
class AppTokenRequest:
    """What a service app asks for; `project_id` may be left out where there is only one."""

    scope: frozenset[str] | None = None
    resource: str | None = None
    project_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantAppToken:
    """Mint a token for one project in which the app was granted something."""

    mint: MintAccessTokens
    clock: Callable[[], int]

    def __call__(self, client: ProvenClient, request: AppTokenRequest, *, origin: str) -> Issued:
        """Grant; raise `OAuthRefused`, `Unavailable`."""
        if client.app is None:
            raise OAuthRefused("unauthorized_client", "Only service apps may use this grant")
        if request.scope not in {None, frozenset({MANAGE})}:
            raise OAuthRefused("invalid_scope", "scope may only be 'manage'")
        resource = resource_of(MANAGE, origin)
        if request.resource not in {None, resource}:
            raise OAuthRefused("invalid_target", f"resource may only be {resource}")
        grant = Grant(
            subject=client.app.subject,
            client_id=client.id,
            scope=frozenset({MANAGE}),
            resource=resource,
            project_id=_project(client.app, request.project_id),
        )
        return self.mint(grant, origin=origin, family_id=None, now=self.clock())


def _project(app: ServiceApp, asked: str | None) -> str:
    """Choose among the projects of the app; another one's reads like none."""
    granted = [grant.project_id for grant in app.grants]
    if asked in granted:
        return asked
    if asked is None and len(granted) == 1:
        return granted[0]
    if asked is None and granted:
        raise OAuthRefused("invalid_request", "project_id must name one of the app's projects")
    raise OAuthRefused("unauthorized_client", "The app is granted nothing in this project")
