"""End the session that a token belongs to (RFC 7009)."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import access_tokens, family_tokens
from gatehouse.domain.errors import OAuthRefused, Unauthenticated
from gatehouse.domain.grants import RESOURCES, Grant
from gatehouse.ports.sessions import Families
from gatehouse.usecases.authenticate_client import ProvenClient
from gatehouse.usecases.read_access_token import ReadAccessToken


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeToken:
    """End a family by one of its tokens; whoever has none can end none."""

    families: Families
    read: ReadAccessToken
    clock: Callable[[], int]

    def __call__(
        self,
        client: ProvenClient,
        token: str,
        *,
        origin: str,
        admitted: Callable[[Grant], None],
    ) -> bool:
        """Revoke; False for a token that does not hold, which is nothing to revoke and no error.

        `admitted` is told what was granted once the token holds, and may refuse.

        Raises:
            OAuthRefused: It was issued to another client, or cannot be revoked.
            TooManyRequests: `admitted` said so.
            Unavailable: It could not be checked, or not be ended.
        """
        family_id = self._family_id(token, origin)
        family = self.families.get(family_id) if family_id else None
        if family is None:
            return False
        admitted(family.grant)
        if family.grant.client_id != client.id:
            raise OAuthRefused("invalid_grant", "The token was issued to another client")
        self.families.end(family.id, now=self.clock())
        return True

    def _family_id(self, token: str, origin: str) -> str | None:
        """Return the family of a genuine token."""
        if access_tokens.has_shape(token):
            return self._of_access_token(token, origin)
        try:
            presented = family_tokens.read(family_tokens.REFRESH, token)
        except Unauthenticated:
            return None
        is_good = self.families.refresh_token_is_good(presented.family_id, presented.digest)
        return presented.family_id if is_good else None

    def _of_access_token(self, token: str, origin: str) -> str | None:
        for scope in RESOURCES:
            try:
                read = self.read(token, origin=origin, scope=scope)
            except Unauthenticated:
                continue
            if read.family_id is None:
                raise OAuthRefused("unsupported_token_type", "A service app's token ends by itself")
            return read.family_id
        return None
