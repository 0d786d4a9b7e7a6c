"""Trade an API key and a member's assertion for a session token."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from gatehouse.domain import api_keys, assertions, replays, session_tokens
from gatehouse.domain.assertions import RECOMMENDED_LIFETIME_SECONDS, UNRESOLVED, Vouched
from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import Forbidden, InvalidAssertion, InvalidRequest, Unavailable
from gatehouse.domain.limits import Standing
from gatehouse.domain.long_assertions import KEPT_SECONDS, long_assertion_mark
from gatehouse.domain.members import MemberIdentity, MemberStanding, external_id_problem
from gatehouse.domain.projects import Scope
from gatehouse.domain.session_tokens import LIFETIME_SECONDS, Session
from gatehouse.ports.authority import Authority, AuthorityReader, Wanted
from gatehouse.ports.credentials import AssertionSignatures, KeyRings
from gatehouse.ports.marks import Marks
from gatehouse.ports.members import SeenMembers
from gatehouse.usecases.authenticate import key_caller
from gatehouse.usecases.limit_requests import LimitedRequest, LimitRequests

NEITHER: Final = "Provide member_assertion or member_external_id"
BOTH: Final = "Provide member_assertion or member_external_id, not both"
UNVERIFIED_DISABLED: Final = "member_external_id mode disabled in production"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRequest:
    """For whom a session is wanted: exactly one of the two says it."""

    member_assertion: str | None = field(default=None, repr=False)
    member_external_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """A session token, its lifetime in seconds, and the assertion's where there was one.

    `standings` is where the integration stands with its limits, and its project.
    """

    token: str = field(repr=False)
    lifetime: int
    assertion_lifetime: int | None
    standings: tuple[Standing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeSession:
    """Mint a session token; one read, and nothing that fails spends the assertion."""

    authority: AuthorityReader
    rings: KeyRings
    signatures: AssertionSignatures
    marks: Marks
    members: SeenMembers
    limit: LimitRequests
    deployment_id: str
    allow_unverified_minting: bool
    clock: Callable[[], int]
    new_token_id: Callable[[], str]

    def __call__(
        self,
        credential: str,
        request: SessionRequest,
        *,
        request_id: str,
        admitted: Callable[[Caller], None],
    ) -> Granted:
        """Exchange.

        Args:
            credential: The API key; its integration needs the scope `exchange`.
            request: For whom.
            request_id: A UUIDv7 of the moment at which the request came.
            admitted: Told whose key it is, once that is proven.

        Raises:
            Unauthenticated: The API key does not hold.
            MissingScope: It may not exchange.
            InvalidAssertion: The assertion does not hold, was used before, or its member is
                blocked.
            InvalidRequest: Neither or both were given, or no member is named.
            Forbidden: The deployment wants assertions.
            TooManyRequests: The integration, or its project, has reached a limit.
            Unavailable: Something could not be checked; the assertion may be used again.
        """
        now = self.clock()
        found, caller = self._admit(credential, request)
        admitted(caller)
        caller.require(Scope.EXCHANGE)
        with self.limit(LimitedRequest(request_id=request_id, caller=caller)) as standings:
            granted = self._granted(request, found, caller, now)
        return replace(granted, standings=standings)

    def _granted(
        self, request: SessionRequest, found: Authority, caller: Caller, now: int
    ) -> Granted:
        vouched = self._vouched(request, found, caller.project.id, now)
        member = vouched.member if vouched else self._unverified(request.member_external_id)
        if found.member and found.member.is_blocked:
            raise InvalidAssertion("blocked member")
        token = self._token(caller, member, found.member, vouched.kid if vouched else None, now)
        self.members.upsert(caller.project.id, member, now=now)
        # Last, so that nothing that fails before spends the assertion.
        if vouched and not self.marks.claim(vouched.mark, expires_at=vouched.dead_at, now=now):
            raise InvalidAssertion(replays.ASSERTION)
        if vouched and vouched.lifetime > RECOMMENDED_LIFETIME_SECONDS:
            self._note_long(caller.project.id, now)
        lifetime = vouched.lifetime if vouched else None
        return Granted(token=token, lifetime=LIFETIME_SECONDS, assertion_lifetime=lifetime)

    def _note_long(self, project_id: str, now: int) -> None:
        """Leave a mark for the checklist, at no cost to backends that keep to what is asked."""
        mark = long_assertion_mark(project_id, now)
        with suppress(Unavailable):
            self.marks.claim(mark, expires_at=now + KEPT_SECONDS, now=now)

    def _admit(self, credential: str, request: SessionRequest) -> tuple[Authority, Caller]:
        """Prove the API key, and read along what the unproven rest names."""
        presented = api_keys.read(credential)
        kid, external_id = None, request.member_external_id
        if request.member_assertion is not None:
            kid, external_id = assertions.named(request.member_assertion)
        elif external_id is not None and external_id_problem(external_id):
            external_id = None
        found = self.authority.read(
            Wanted(
                project_id=presented.project_id,
                integration_id=presented.integration_id,
                assertion_kid=kid,
                member_external_id=external_id,
            )
        )
        return found, key_caller(presented, found)

    def _vouched(
        self, request: SessionRequest, found: Authority, project_id: str, now: int
    ) -> Vouched | None:
        """Prove the assertion; `None` where there is none."""
        if (assertion := request.member_assertion) is None:
            return None
        if request.member_external_id is not None:
            raise InvalidRequest(BOTH)
        presented = assertions.read(assertion)
        self.signatures.verify(assertion, assertions.require_key(presented, found.assertion_key))
        return assertions.vouched(presented, project_id=project_id, now=now)

    def _unverified(self, external_id: str | None) -> MemberIdentity:
        """Take the caller's word for who the member is, where the deployment allows that."""
        if external_id is None:
            raise InvalidRequest(NEITHER)
        if not self.allow_unverified_minting:
            raise Forbidden(UNVERIFIED_DISABLED)
        if external_id_problem(external_id):
            raise InvalidRequest(UNRESOLVED)
        return MemberIdentity(external_id=external_id)

    def _token(
        self,
        caller: Caller,
        member: MemberIdentity,
        standing: MemberStanding | None,
        kid: str | None,
        now: int,
    ) -> str:
        session = Session(
            project_id=caller.project.id,
            integration_id=caller.integration.id,
            member=member,
            epoch=standing.epoch if standing else 0,
            assertion_kid=kid,
            token_id=self.new_token_id(),
            issued_at=now,
            expires_at=now + LIFETIME_SECONDS,
        )
        return minted(session, self.rings, self.deployment_id)


def minted(session: Session, rings: KeyRings, deployment_id: str) -> str:
    """Return a session's token; raise `InvalidRequest` when it would be too long."""
    key = rings.ring(now=session.issued_at).current
    token = session_tokens.mint(session, key=key, deployment_id=deployment_id)
    if len(token) > session_tokens.MAX_LENGTH:
        raise InvalidRequest("The member's email and roles do not fit into a session token")
    return token
