"""What a project asks of warrants, whose it trusts, and which are revoked."""

from collections.abc import Collection
from typing import Protocol

from gatehouse.domain.projects import Project
from gatehouse.domain.revocations import KeptList
from gatehouse.domain.warrant_policies import TrustedRoot, WarrantPolicy
from gatehouse.ports.pages import Page


class WarrantPolicies(Protocol):
    """What each project asks of warrants."""

    def change(self, project_id: str, policy: WarrantPolicy, *, version: int) -> Project:
        """Replace it; raise `Conflict` unless the project is of `version`, `NotFound`."""
        ...


class TrustedRoots(Protocol):
    """A project's trusted roots, by public key."""

    def add(self, project_id: str, root: TrustedRoot) -> None:
        """Trust a key; raise `Conflict` when it is trusted, `NotFound` without its project."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[TrustedRoot]:
        """List in the order of the keys; `after` is one in hexadecimal."""
        ...

    def remove(self, project_id: str, public_key: bytes) -> None:
        """End the trust for the very next call; raise `NotFound`."""
        ...


class Revocations(Protocol):
    """A project's revoked warrants, and the lists that revoked them, by issuer."""

    def revoke(
        self, project_id: str, ids: Collection[str], *, issuer: bytes, version: int, now: int
    ) -> None:
        """Revoke warrants for good, from the very next call on; doing it again changes nothing."""
        ...

    def get(self, project_id: str, issuer: bytes) -> KeptList | None:
        """Return the newest list of an issuer, if there is one."""
        ...

    def keep(self, project_id: str, kept: KeptList, *, instead_of: int | None) -> None:
        """Keep a list in place of that of the version `instead_of`; raise `Conflict`."""
        ...

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[KeptList]:
        """List in the order of issuers; `after` is one in hexadecimal."""
        ...

    def published(self, project_id: str, issuer: bytes) -> KeptList:
        """Return the newest list of an issuer; raise `NotFound`, also without its project."""
        ...
