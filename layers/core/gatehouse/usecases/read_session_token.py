"""Prove a member's session token: by the key that it names, in the ring."""

from gatehouse.domain import session_tokens
from gatehouse.domain.errors import Unauthenticated
from gatehouse.domain.key_ring import SessionKey
from gatehouse.domain.session_tokens import Session
from gatehouse.ports.credentials import KeyRings


def read_session_token(
    credential: str, *, rings: KeyRings, deployment_id: str, now: int
) -> Session:
    """Return what a token says; whether that still stands is another matter.

    Raises:
        Unauthenticated: It does not hold.
        SessionExpired: It is genuine and past its end.
        Unavailable: The ring could not be read.
    """
    kid = session_tokens.presented_kid(credential)
    key = _key(rings, kid, now)
    return session_tokens.read(credential, key=key, deployment_id=deployment_id, now=now)


def _key(rings: KeyRings, kid: str, now: int) -> SessionKey:
    """Find the key in the ring; an unknown kid may be newer than the cached ring."""
    key = rings.ring(now=now).verifying_key(kid, now=now)
    key = key or rings.refreshed(now=now).verifying_key(kid, now=now)
    if key is None:
        raise Unauthenticated
    return key
