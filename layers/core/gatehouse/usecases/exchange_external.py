"""Trade an API key and a token of an issuer outside for a session token."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gatehouse.domain import api_keys, assertions, external_issuers
from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import InvalidAssertion
from gatehouse.domain.external_issuers import ExternalIssuer, ExternalMember
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.projects import Scope
from gatehouse.domain.session_tokens import LIFETIME_SECONDS, Session
from gatehouse.ports.authority import AuthorityReader, Wanted
from gatehouse.ports.credentials import AssertionSignatures, KeyRings
from gatehouse.ports.jwk_sets import JwkSets
from gatehouse.ports.members import SeenMembers
from gatehouse.usecases.authenticate import key_caller
from gatehouse.usecases.exchange_session import Granted, minted
from gatehouse.usecases.limit_requests import LimitedRequest, LimitRequests


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeExternal:
    """Mint a session for whom an external issuer's token names; it never outlives that token."""

    authority: AuthorityReader
    rings: KeyRings
    sets: JwkSets
    signatures: AssertionSignatures
    members: SeenMembers
    limit: LimitRequests
    deployment_id: str
    clock: Callable[[], int]
    new_token_id: Callable[[], str]

    def __call__(
        self,
        credential: str,
        token: str,
        *,
        request_id: str,
        admitted: Callable[[Caller], None],
    ) -> Granted | None:
        """Exchange; None when the token is of no issuer that the project has configured.

        Raises:
            Unauthenticated: The API key does not hold.
            MissingScope: It may not exchange.
            InvalidAssertion: The token does not hold, or its member is blocked.
            TooManyRequests: The integration, or its project, has reached a limit.
            Unavailable: Something could not be checked, such as the issuer's keys.
        """
        named = assertions.named_issuer(token)
        if named is None:
            return None
        key = api_keys.read(credential)
        wanted = Wanted(project_id=key.project_id, integration_id=key.integration_id)
        caller = key_caller(key, self.authority.read(wanted))
        issuer = caller.project.settings.issuer(named)
        if issuer is None:
            return None
        admitted(caller)
        caller.require(Scope.EXCHANGE)
        with self.limit(LimitedRequest(request_id=request_id, caller=caller)) as standings:
            now = self.clock()
            named_member = self._proven(token, issuer, now)
            granted = self._granted(caller, wanted, named_member, now)
        return replace(granted, standings=standings)

    def _proven(self, token: str, issuer: ExternalIssuer, now: int) -> ExternalMember:
        presented = assertions.read_foreign(token)
        key = self.sets.key(issuer.jwks_url, presented.kid, now=now)
        self.signatures.verify(token, assertions.require_key(presented, key))
        return external_issuers.member_of(presented, issuer, now=now)

    def _granted(self, caller: Caller, wanted: Wanted, proven: ExternalMember, now: int) -> Granted:
        member = proven.member
        standing = self._standing(wanted, member.external_id)
        lifetime = min(LIFETIME_SECONDS, proven.expires_at - now)
        session = Session(
            project_id=caller.project.id,
            integration_id=caller.integration.id,
            member=member,
            epoch=standing.epoch if standing else 0,
            assertion_kid=None,
            external_issuer=proven.issuer,
            token_id=self.new_token_id(),
            issued_at=now,
            expires_at=now + lifetime,
        )
        token = minted(session, self.rings, self.deployment_id)
        self.members.upsert(caller.project.id, member, now=now)
        return Granted(token=token, lifetime=lifetime, assertion_lifetime=None)

    def _standing(self, wanted: Wanted, external_id: str) -> MemberStanding | None:
        """Read whom the token has turned out to name; raise `InvalidAssertion` if blocked."""
        member = self.authority.read(wanted._replace(member_external_id=external_id)).member
        if member is not None and member.is_blocked:
            raise InvalidAssertion("blocked member")
        return member
