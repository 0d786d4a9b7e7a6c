"""Tell a service app what a token is good for (RFC 7662)."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import access_tokens, family_tokens, session_tokens
from gatehouse.domain.access_tokens import AccessToken
from gatehouse.domain.errors import InvalidClient, Unauthenticated
from gatehouse.domain.families import FamilyKind
from gatehouse.domain.grants import MCP, RESOURCES, Grant
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.domain.session_tokens import Session
from gatehouse.ports.authority import AuthorityReader, Wanted
from gatehouse.ports.credentials import KeyRings
from gatehouse.ports.principals import PrincipalReader
from gatehouse.ports.sessions import Families
from gatehouse.usecases.authenticate_client import ProvenClient
from gatehouse.usecases.manager_standing import require_manager, sought_of
from gatehouse.usecases.read_access_token import ReadAccessToken, require_live
from gatehouse.usecases.read_session_token import read_session_token
from gatehouse.usecases.standing import require_session, require_standing, wanted_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """An active token; `issued_at` and `token_id` are those of an access or session token.

    `issuer` is that of a session token; all others are of the origin.
    """

    grant: Grant
    expires_at: int
    family_id: str | None = None
    issued_at: int | None = None
    token_id: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IntrospectToken:
    """Describe tokens of the projects in which the asking app has a grant.

    A token is active where its own endpoint would admit it now.
    """

    read: ReadAccessToken
    families: Families
    authority: AuthorityReader
    principals: PrincipalReader
    rings: KeyRings
    deployment_id: str
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
        if token.startswith(session_tokens.PREFIX):
            return self._session_token(token)
        if access_tokens.has_shape(token):
            return self._access_token(token, origin)
        return self._refresh_token(token)

    def _session_token(self, text: str) -> Described:
        session = read_session_token(
            text, rings=self.rings, deployment_id=self.deployment_id, now=self.clock()
        )
        found = self.authority.read(
            Wanted(
                project_id=session.project_id,
                integration_id=session.integration_id,
                assertion_kid=session.assertion_kid,
                member_external_id=session.member.external_id,
            )
        )
        require_session(session, found)
        issuer = session_tokens.issuer(self.deployment_id)
        return Described(
            grant=_granted(session, issuer),
            expires_at=session.expires_at,
            issued_at=session.issued_at,
            token_id=session.token_id,
            issuer=issuer,
        )

    def _refresh_token(self, text: str) -> Described:
        presented = family_tokens.read(family_tokens.REFRESH, text)
        family = self.families.get(presented.family_id)
        if family is None or family.kind is not FamilyKind.OAUTH:
            raise Unauthenticated
        if not family.is_live(now=self.clock()):
            raise Unauthenticated
        if not self.families.refresh_token_is_good(family.id, presented.digest):
            raise Unauthenticated
        self._require_standing(family.grant)
        return Described(grant=family.grant, expires_at=family.ends_at, family_id=family.id)

    def _access_token(self, text: str, origin: str) -> Described:
        token = self._read(text, origin)
        if token.family_id is not None:
            require_live(token, self.families.get(token.family_id), now=self.clock())
        self._require_standing(token.grant)
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

    def _require_standing(self, grant: Grant) -> None:
        """Hold a token to what it would be held to at its resource."""
        if grant.member is None:
            require_manager(grant, self.principals.read(sought_of(grant)))
            return
        if MCP not in grant.scope:
            raise Unauthenticated
        require_standing(grant, self.authority.read(wanted_of(grant, grant.member)))


def _granted(session: Session, issuer: str) -> Grant:
    """Return a member's session as a grant, without what only its endpoint needs to know."""
    return Grant(
        subject=session_tokens.subject(session.member),
        client_id=session.integration_id,
        scope=frozenset({MCP}),
        resource=issuer,
        project_id=session.project_id,
        integration_id=session.integration_id,
        member=MemberIdentity(external_id=session.member.external_id),
    )


def _concerns(grant: Grant, app: ServiceApp) -> bool:
    return grant.project_id is not None and app.grant_in(grant.project_id) is not None
