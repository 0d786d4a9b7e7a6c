"""Key rings and one-time marks in memory."""

from dataclasses import dataclass, field

from gatehouse.domain.key_ring import KeyRing


@dataclass
class FixedKeyRings:
    """A ring that changes when a test says so."""

    known: KeyRing
    fresh: KeyRing | None = None
    refetches: int = 0

    def ring(self, *, now: int) -> KeyRing:
        """See `KeyRings.ring`."""
        del now
        return self.known

    def refreshed(self, *, now: int) -> KeyRing:
        """See `KeyRings.refreshed`."""
        del now
        self.refetches += 1
        self.known = self.fresh or self.known
        return self.known


@dataclass
class MemoryMarks:
    """One-time marks in a dict."""

    until: dict[str, int] = field(default_factory=dict)

    def claim(self, digest: str, *, expires_at: int, now: int) -> bool:
        """See `Marks.claim`."""
        if self.until.get(digest, now) > now:
            return False
        self.until[digest] = expires_at
        return True
