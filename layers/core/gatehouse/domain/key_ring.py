"""The keys that sign session tokens, and when each may be used.

A ring holds up to three keys. `next` is published at least 10 minutes before it signs, so that
every instance knows it by then; `current` signs; `previous` verifies for 20 minutes more:

    published        becomes current              retired            forgotten
    |--- >= 10 min ---|------- signs ---------------|---- 20 min ------|
"""

from dataclasses import dataclass, field
from typing import Final

PUBLISH_SECONDS: Final = 600
RETIRE_SECONDS: Final = 1200
"""A token lives 15 minutes, and an instance may sign with a cached ring for 5 more."""
CACHE_SECONDS: Final = 300
REFETCH_SECONDS: Final = 30


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
        return next((k for k in (self.current, self.next) if k and k.kid == kid), None)
