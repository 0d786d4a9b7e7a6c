"""Whose share a request to an OAuth endpoint uses up, once it is known who asks."""

from dataclasses import dataclass

from gatehouse.domain.errors import GatehouseError, OAuthRefused, Unauthenticated
from gatehouse.domain.grants import Grant
from gatehouse.domain.limits import Standing
from gatehouse.domain.tiers import Tier, principal_quota
from gatehouse.usecases.authenticate_client import ProvenClient
from gatehouse.usecases.limit_requests import LimitDoor
from gatehouse.usecases.redeem_code import INVALID_GRANT


@dataclass(slots=True, kw_only=True)
class Counting:
    """Counts one request once, for the first who is proven.

    That is a client that has proven itself. The id of a public client is anybody's word, so a
    request in its name counts for the person whose code or token holds.
    """

    limit: LimitDoor
    request_id: str
    standings: tuple[Standing, ...] = ()
    """Where that one then stands."""

    def client(self, client: ProvenClient) -> None:
        """Count for a client; raise `TooManyRequests`, `Unavailable`."""
        if client.principal is not None:
            self._count(client.principal)

    def grant(self, grant: Grant) -> None:
        """Count for a person, unless their client counts; raise as `client` does."""
        if not self.standings:
            self._count(grant.subject)

    def _count(self, principal: str) -> None:
        quota = principal_quota(Tier.TOKEN, principal)
        self.standings = (self.limit(quota, request_id=self.request_id),)


def is_guess(error: GatehouseError) -> bool:
    """Say whether a refusal means that a credential did not hold: a client's, or a grant."""
    if isinstance(error, OAuthRefused):
        return error.code == INVALID_GRANT
    return isinstance(error, Unauthenticated)
