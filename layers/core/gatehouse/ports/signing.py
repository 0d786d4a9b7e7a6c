"""The keys of access tokens."""

from collections.abc import Sequence
from typing import Protocol

from gatehouse.domain.jwks import PublicKey


class PublishedKeys(Protocol):
    """The keys under which access tokens may be: the one that signs, and the one that does not."""

    def published(self) -> Sequence[PublicKey]:
        """Return them all; raise `Unavailable`."""
        ...


class TokenSigner(Protocol):
    """The key that signs at present."""

    def kid(self) -> str:
        """Return what it is called; raise `Unavailable`."""
        ...

    def sign(self, signed: str) -> bytes:
        """Return its RSASSA-PKCS1-v1_5 with SHA-256 of `signed`; raise `Unavailable`."""
        ...
