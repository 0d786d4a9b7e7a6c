"""A budget of work, so that no warrant, however built, can keep a verifier busy."""

from typing import Final

from gatehouse.domain.warrants.denied import Denied

MOST: Final = 20_000
"""Units for one verification; one unit is about a microsecond."""


class Effort:
    """What is left to spend on one verification."""

    __slots__ = ("left",)

    def __init__(self, left: int = MOST) -> None:
        self.left = left

    def spend(self, units: int = 1) -> None:
        """Take `units`; raise `Denied` (1905) when fewer are left."""
        self.left -= units
        if self.left < 0:
            raise Denied(1905, "deciding this would take too long")
