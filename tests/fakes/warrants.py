"""What projects ask of warrants, whose they trust and which are revoked, in memory."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.projects import Project
from gatehouse.domain.revocations import KeptList
from gatehouse.domain.warrant_policies import TrustedRoot, WarrantPolicy
from gatehouse.ports.pages import Page
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import page_of, require_active


@dataclass
class MemoryWarrantPolicies:
    """Keeps `WarrantPolicies`."""

    table: MemoryAuthority

    def change(self, project_id: str, policy: WarrantPolicy, *, version: int) -> Project:
        """See `WarrantPolicies.change`."""
        require_active(self.table, project_id)
        project = self.table.projects[project_id]
        if project.version != version:
            raise Conflict("The project has changed", current_version=project.version)
        changed = replace(project, warrant_policy=policy, version=version + 1)
        self.table.projects[project_id] = changed
        return changed


@dataclass
class MemoryTrustedRoots:
    """Keeps `TrustedRoots`."""

    table: MemoryAuthority

    def add(self, project_id: str, root: TrustedRoot) -> None:
        """See `TrustedRoots.add`."""
        if (project_id, root.public_key) in self.table.roots:
            raise Conflict("This key is trusted already")
        require_active(self.table, project_id)
        self.table.roots[project_id, root.public_key] = root

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[TrustedRoot]:
        """See `TrustedRoots.page`."""
        roots = {(owner, key.hex()): root for (owner, key), root in self.table.roots.items()}
        return page_of(roots, project_id, after, limit)

    def remove(self, project_id: str, public_key: bytes) -> None:
        """See `TrustedRoots.remove`."""
        if self.table.roots.pop((project_id, public_key), None) is None:
            raise NotFound


@dataclass
class MemoryRevocations:
    """Keeps `Revocations`; `before_keeping` is called between warrants and list."""

    table: MemoryAuthority
    lists: dict[tuple[str, str], KeptList] = field(default_factory=dict)
    before_keeping: Callable[[], None] = lambda: None

    def revoke(
        self,
        project_id: str,
        ids: Collection[str],
        *,
        issuer: bytes,  # noqa: ARG002 - for people who look into the table
        version: int,  # noqa: ARG002
        now: int,  # noqa: ARG002
    ) -> None:
        """See `Revocations.revoke`."""
        self.table.revoked.update((project_id, each) for each in ids)

    def get(self, project_id: str, issuer: bytes) -> KeptList | None:
        """See `Revocations.get`."""
        return self.lists.get((project_id, issuer.hex()))

    def keep(self, project_id: str, kept: KeptList, *, instead_of: int | None) -> None:
        """See `Revocations.keep`."""
        self.before_keeping()
        current = self.get(project_id, kept.issuer)
        version = current.version if current else None
        if version != instead_of:
            raise Conflict("The list has changed", current_version=version)
        self.lists[project_id, kept.issuer.hex()] = kept

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[KeptList]:
        """See `Revocations.page`."""
        return page_of(self.lists, project_id, after, limit)

    def published(self, project_id: str, issuer: bytes) -> KeptList:
        """See `Revocations.published`."""
        require_active(self.table, project_id)
        found = self.get(project_id, issuer)
        if found is None:
            raise NotFound
        return found
