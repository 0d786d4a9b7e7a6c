"""Trade a refresh token for the next one and an access token (RFC 6749 section 6, RFC 9700)."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from gatehouse.domain import family_tokens, replays
from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import OAuthRefused, Unauthenticated
from gatehouse.domain.families import Family, FamilyKind
from gatehouse.domain.family_tokens import PresentedToken
from gatehouse.domain.grants import Grant
from gatehouse.ports.authority import AuthorityReader
from gatehouse.ports.principals import PrincipalReader
from gatehouse.ports.sessions import Families, Rotation
from gatehouse.usecases.authenticate_client import ProvenClient
from gatehouse.usecases.manager_standing import require_manager, sought_of
from gatehouse.usecases.mint_access_tokens import Issued, MintAccessTokens
from gatehouse.usecases.redeem_code import INVALID_TARGET, invalid_grant
from gatehouse.usecases.standing import require_standing, wanted_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshRequest:
    """A refresh token, and what may narrow what is asked for."""

    token: str = field(repr=False)
    scope: frozenset[str] | None = None
    resource: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshSession:
    """Rotate; a token that comes a second time ends its family."""

    families: Families
    authority: AuthorityReader
    principals: PrincipalReader
    mint: MintAccessTokens
    clock: Callable[[], int]
    choose: Choose

    def __call__(
        self,
        client: ProvenClient,
        request: RefreshRequest,
        *,
        origin: str,
        admitted: Callable[[Grant], None],
    ) -> Issued:
        """Refresh; `admitted` is told what was granted once the token holds, and may refuse.

        Raises:
            OAuthRefused: `invalid_grant`, `invalid_scope` or `invalid_target`.
            TooManyRequests: `admitted` said so.
            Unavailable: The token was not used up.
        """
        now = self.clock()
        try:
            presented = family_tokens.read(family_tokens.REFRESH, request.token)
        except Unauthenticated as error:
            raise invalid_grant("no refresh token") from error
        family = self._family(presented, client, origin)
        grant = family.grant
        if request.scope is not None and not (request.scope and request.scope <= grant.scope):
            raise OAuthRefused("invalid_scope", "scope is more than what was granted")
        if request.resource not in {None, grant.resource}:
            raise OAuthRefused("invalid_target", INVALID_TARGET)
        fresh = family_tokens.new_token(family_tokens.REFRESH, family.id, self.choose)
        if not self.families.refresh_token_is_good(family.id, presented.digest):
            # Nothing is signed for it. Trying to use it tells a used one, which ends the family.
            self._rotate(family, presented, fresh, now)
        admitted(grant)
        if not self._stands(grant):
            self.families.end(family.id, now=now)
            raise invalid_grant("the person, role, integration or project has ended")
        granted = replace(grant, scope=request.scope or grant.scope)
        # Signed first, so that a token is not used up where the next one cannot be made.
        issued = self.mint(granted, origin=origin, family_id=family.id, now=now)
        self._rotate(family, presented, fresh, now)
        return replace(issued, refresh_token=fresh)

    def _family(self, presented: PresentedToken, client: ProvenClient, origin: str) -> Family:
        family = self.families.get(presented.family_id)
        if family is None or family.kind is not FamilyKind.OAUTH:
            raise invalid_grant("unknown family")
        if family.grant.client_id != client.id:
            raise invalid_grant("another client's refresh token")
        if not (family.grant.resource or "").startswith(f"{origin}/"):
            raise invalid_grant("granted at another origin")
        return family

    def _rotate(self, family: Family, presented: PresentedToken, fresh: str, now: int) -> None:
        outcome = self.families.rotate(
            family, used=presented.digest, fresh=family_tokens.digest(fresh), now=now
        )
        if outcome is Rotation.REUSED:
            self.families.end(family.id, now=now)
            raise invalid_grant(replays.REFRESH_TOKEN)
        if outcome is Rotation.REFUSED:
            raise invalid_grant("unknown refresh token, or the family has ended")

    def _stands(self, grant: Grant) -> bool:
        """Say whether the session may go on; whoever lost what it was for signs in again."""
        try:
            if grant.member is not None:
                require_standing(grant, self.authority.read(wanted_of(grant, grant.member)))
            else:
                require_manager(grant, self.principals.read(sought_of(grant)))
        except Unauthenticated:
            return False
        return True
