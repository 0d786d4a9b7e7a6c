"""What may happen once."""

from typing import Protocol


class Marks(Protocol):
    """Things that may happen once."""

    def claim(self, digest: str, *, expires_at: int, now: int) -> bool:
        """Claim `digest` until `expires_at` (epoch seconds); False when it is claimed already."""
        ...


class KnownMarks(Protocol):
    """Things that may have happened."""

    def is_claimed(self, digest: str, *, now: int) -> bool:
        """Say whether `digest` is claimed at `now`; nothing is claimed by asking."""
        ...
