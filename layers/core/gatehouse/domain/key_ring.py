"""The keys that sign session tokens, and when each may be used.

A ring holds up to three keys. `next` is published at least 10 minutes before it signs, so that
every instance knows it by then; `current` signs; `previous` verifies for 20 minutes more:

    published        becomes current              retired            forgotten
    |--- >= 10 min ---|------- signs ---------------|---- 20 min ------|

A ring is made first and put in place a little later. Its times say when it was in place at the
latest, so that what is counted from them is never counted from too early.
"""

from dataclasses import dataclass, field, replace
from typing import Final

PUBLISH_SECONDS: Final = 600
RETIRE_SECONDS: Final = 1200
"""A token lives 15 minutes, and an instance may sign with a cached ring for 5 more."""
CACHE_SECONDS: Final = 300
REFETCH_SECONDS: Final = 30
SETTLE_SECONDS: Final = 300
"""How long after it was made a ring may still be put in place."""


class RotationRefused(Exception):
    """The ring may not change like that, or not now; the present one stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionKey:
    """One HMAC key; `since` is when it entered its present place in the ring (epoch seconds)."""

    kid: str
    secret: bytes = field(repr=False)
    since: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRing:
    """The keys at one moment."""

    current: SessionKey
    next: SessionKey | None = None
    previous: SessionKey | None = None

    def verifying_key(self, kid: str, *, now: int) -> SessionKey | None:
        """Return the key called `kid` if tokens under it are still accepted at `now`."""
        if self.previous and kid == self.previous.kid:
            return self.previous if now < self.previous.since + RETIRE_SECONDS else None
        # A token under `next` is genuine too: its signer merely saw the rotation before us.
        if kid == self.current.kid:
            return self.current
        return self.next if self.next and kid == self.next.kid else None

    def rotated(self, *, kid: str, secret: bytes, now: int) -> "KeyRing":
        """Return the ring that follows: a new key is published, and the one known by now signs.

        A ring without `next` only publishes one.

        Raises:
            RotationRefused: `next` may not be known everywhere yet, or tokens under `previous`
                may still be alive.
        """
        in_place_by = now + SETTLE_SECONDS
        fresh = SessionKey(kid=kid, secret=secret, since=in_place_by)
        if self.next is None:
            return replace(self, next=fresh)
        if now < self.next.since + PUBLISH_SECONDS:
            raise RotationRefused("the next key was published less than 10 minutes ago")
        if self.previous and now < self.previous.since + RETIRE_SECONDS:
            raise RotationRefused("the previous key was retired less than 20 minutes ago")
        return KeyRing(
            next=fresh,
            current=replace(self.next, since=in_place_by),
            previous=replace(self.current, since=in_place_by),
        )

    def require_to_follow(self, before: "KeyRing") -> None:
        """Raise `RotationRefused` unless this is what `before.rotated` makes."""
        follows = self.next is not None and (
            (self.current, self.previous) == (before.current, before.previous)
            if before.next is None
            else _same(self.current, before.next) and _same(self.previous, before.current)
        )
        if not follows:
            raise RotationRefused("another rotation came between")

    def require_in_time(self, *, now: int) -> None:
        """Raise `RotationRefused` when the ring was made too long ago to be put in place."""
        if self.next is None or now > self.next.since:
            raise RotationRefused("the ring was made too long ago to be put in place")


def _same(one: SessionKey | None, other: SessionKey) -> bool:
    """Say whether both are one key, whenever it entered its place."""
    return one is not None and (one.kid, one.secret) == (other.kid, other.secret)
