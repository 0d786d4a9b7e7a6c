"""Prove who manages by an access token for `<origin>/api`."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain.access_tokens import AccessToken
from gatehouse.domain.errors import MissingScope
from gatehouse.domain.grants import MANAGE
from gatehouse.ports.sessions import Families
from gatehouse.usecases.read_access_token import ReadAccessToken, require_live


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateManager:
    """Verify an access token for the management API, and that its session goes on.

    What its subject may do is not in it: whoever asks reads the person's role in the project, and
    compares `grant.epoch`, or the app and its grants.
    """

    read: ReadAccessToken
    families: Families
    clock: Callable[[], int]

    def __call__(self, credential: str, *, origin: str) -> AccessToken:
        """Return what the token says, proven; one read, and none for an app's token.

        Raises:
            Unauthenticated: It does not hold, or its session has ended.
            SessionExpired: It is genuine and past its end.
            MissingScope: It is for something else.
            Unavailable: It could not be checked.
        """
        token = self.read(credential, origin=origin, scope=MANAGE)
        if token.family_id is not None:
            family = self.families.get(token.family_id)
            require_live(token, family, now=self.clock())
        if MANAGE not in token.grant.scope:
            raise MissingScope(MANAGE)
        return token
