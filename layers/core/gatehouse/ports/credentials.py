"""Keys, rings and tokens by which callers prove who they are."""

from dataclasses import dataclass
from typing import Protocol

from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.key_ring import KeyRing
from gatehouse.ports.pages import Page


class AssertionKeys(Protocol):
    """A project's assertion keys, by kid."""

    def register(self, project_id: str, key: AssertionKey) -> None:
        """Add a key; raise `Conflict` when its kid was ever used."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[AssertionKey]:
        """List in the order of kids, deactivated ones included."""
        ...

    def deactivate(self, project_id: str, kid: str, *, now: int) -> None:
        """End the key for the very next request; raise `NotFound` when there is no active one."""
        ...


class KeyRings(Protocol):
    """The session key ring, as this instance knows it."""

    def ring(self, *, now: int) -> KeyRing:
        """Return the ring, at most `CACHE_SECONDS` old."""
        ...

    def refreshed(self, *, now: int) -> KeyRing:
        """Return the ring, read again unless that was done less than `REFETCH_SECONDS` ago."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class RingVersion:
    """The ring in force, and the id of the version that holds it."""

    id: str
    ring: KeyRing


class KeyRingVersions(Protocol):
    """The session key ring as it is rotated: one version in force, one being prepared."""

    def current(self) -> RingVersion:
        """Return the version in force."""
        ...

    def pending(self, version_id: str) -> KeyRing | None:
        """Return the ring prepared as `version_id`, if there is one."""
        ...

    def prepare(self, version_id: str, ring: KeyRing) -> None:
        """Keep `ring` as `version_id`, not yet in force."""
        ...

    def promote(self, version_id: str, *, instead_of: str) -> None:
        """Put a prepared version in force; fail if `instead_of` no longer is."""
        ...

    def discard(self, version_id: str) -> None:
        """Forget a prepared version."""
        ...


class AssertionSignatures(Protocol):
    """Checks the signature of a compact JWS."""

    def verify(self, token: str, key: AssertionKey) -> None:
        """Raise `InvalidAssertion` unless `key`, by its own algorithm, signed `token`."""
        ...


class AdminToken(Protocol):
    """The deployment's bootstrap credential."""

    def matches(self, presented: str) -> bool:
        """Compare in constant time."""
        ...
