"""Tell a service app what a token is good for (RFC 7662)."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import access_tokens, family_tokens
from gatehouse.domain.access_tokens import AccessToken
from gatehouse.domain.errors import InvalidClient, Unauthenticated
from gatehouse.domain.families import FamilyKind
from gatehouse.domain.grants import MCP, RESOURCES, Grant
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.ports.authority import AuthorityReader, Wanted
from gatehouse.ports.sessions import Families
from gatehouse.usecases.authenticate_client import ProvenClient
from gatehouse.usecases.read_access_token import ReadAccessToken, require_live
from gatehouse.usecases.standing import require_standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An active token; `issued_at` and `token_id` are those of an access token."""

    grant: Grant
    expires_at: int
    family_id: str | None
    issued_at: int | None = None
    token_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrospectToken:
    """Describe access and refresh tokens of the projects in which the asking app has a grant."""

    read: ReadAccessToken
    families: Families
    authority: AuthorityReader
    clock: Callable[[], int]

    def __call__(self, client: ProvenClient, token: str, *, origin: str) -> Described | None:
        """Return what an active token is; None for any that is not, or not the app's business.

        Raises:
            InvalidClient: No service app asks.
            Unavailable: It could not be checked.
        """
        if client.app is None:
            raise InvalidClient("only service apps may introspect")
        try:
            described = self._described(token, origin)
        except Unauthenticated:
            return None
        return described if _concerns(described.grant, client.app) else None

    def _described(self, token: str, origin: str) -> Described:
        if access_tokens.has_shape(token):
            return self._access_token(token, origin)
        presented = family_tokens.read(family_tokens.REFRESH, token)
        family = self.families.get(presented.family_id)
        if family is None or family.kind is not FamilyKind.OAUTH:
            raise Unauthenticated
        if not family.is_live(now=self.clock()):
            raise Unauthenticated
        if not self.families.refresh_token_is_good(family.id, presented.digest):
            raise Unauthenticated
        return Described(grant=family.grant, expires_at=family.ends_at, family_id=family.id)

    def _access_token(self, text: str, origin: str) -> Described:
        token = self._read(text, origin)
        if token.family_id is not None:
            require_live(token, self.families.get(token.family_id), now=self.clock())
        if token.grant.member is not None:
            self._require_member(token)
        return Described(
            grant=token.grant,
            expires_at=token.expires_at,
            family_id=token.family_id,
            issued_at=token.issued_at,
            token_id=token.token_id,
        )

    def _read(self, text: str, origin: str) -> AccessToken:
        for scope in RESOURCES:
            try:
                return self.read(text, origin=origin, scope=scope)
            except Unauthenticated:
                continue
        raise Unauthenticated

    def _require_member(self, token: AccessToken) -> None:
        """Hold the token to what it would be held to at `/mcp`."""
        grant = token.grant
        if MCP not in grant.scope or grant.project_id is None or grant.member is None:
            raise Unauthenticated
        found = self.authority.read(
            Wanted(
                project_id=grant.project_id,
                integration_id=grant.integration_id,
                member_external_id=grant.member.external_id,
            )
        )
        require_standing(grant, found)


def _concerns(grant: Grant, app: ServiceApp) -> bool:
    return grant.project_id is not None and app.grant_in(grant.project_id) is not None
