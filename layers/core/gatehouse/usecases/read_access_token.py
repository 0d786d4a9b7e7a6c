"""Prove an access token: by the key that it names, and by the session that it follows from."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import access_tokens
from gatehouse.domain.access_tokens import AccessToken
from gatehouse.domain.errors import Unauthenticated
from gatehouse.domain.families import Family, FamilyKind
from gatehouse.ports.signing import PublishedKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAccessToken:
    """Check signature, audience and time; what the token follows from is another matter."""

    keys: PublishedKeys
    clock: Callable[[], int]

    def __call__(self, credential: str, *, origin: str, scope: str) -> AccessToken:
        """Read a token for the resource of `scope`.

        Raises:
            Unauthenticated: It does not hold.
            SessionExpired: It is genuine and past its end.
            Unavailable: The keys could not be read.
        """
        kid = access_tokens.presented_kid(credential)
        key = next((key for key in self.keys.published() if key.kid == kid), None)
        if key is None:
            raise Unauthenticated
        return access_tokens.read(credential, key=key, origin=origin, scope=scope, now=self.clock())


def require_live(token: AccessToken, family: Family | None, *, now: int) -> None:
    """Refuse a token whose session has ended, or is not the one it was made in."""
    if family is None or family.id != token.family_id or not family.is_live(now=now):
        raise Unauthenticated
    granted, shown = family.grant, token.grant
    same = (
        family.kind is FamilyKind.OAUTH
        and granted.subject == shown.subject
        and granted.client_id == shown.client_id
        and granted.resource == shown.resource
        and granted.project_id == shown.project_id
    )
    if not same:
        raise Unauthenticated
