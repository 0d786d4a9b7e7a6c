"""Key sets of issuers outside."""

from typing import Protocol

from gatehouse.domain.assertion_keys import AssertionKey


class JwkSets(Protocol):
    """JWK sets by address, as this instance knows them."""

    def key(self, url: str, kid: str, *, now: int) -> AssertionKey | None:
        """Return a key of the set; an unknown kid is looked up again, but not for every stranger.

        Raises:
            Unavailable: The set could not be read.
        """
        ...
