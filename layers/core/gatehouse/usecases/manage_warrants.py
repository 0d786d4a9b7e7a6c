"""Say what a project asks of warrants, and whose it trusts."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain.errors import InvalidFields
from gatehouse.domain.projects import Project
from gatehouse.domain.warrant_policies import TrustedRoot, WarrantPolicy
from gatehouse.domain.warrant_rules import policy_errors, read_public_key, root_errors
from gatehouse.ports.pages import Page
from gatehouse.ports.warrants import TrustedRoots, WarrantPolicies


@dataclass(frozen=True, slots=True, kw_only=True)
class NewRoot:
    """What is asked for; `public_key` is in hexadecimal or base64."""

    public_key: str
    description: str | None = None
    integration_ids: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ManageWarrants:
    """The use cases around policy and trust; each change holds for the very next call."""

    policies: WarrantPolicies
    roots: TrustedRoots
    clock: Callable[[], int]

    def change_policy(self, project_id: str, policy: WarrantPolicy, *, version: int) -> Project:
        """Replace what a project of `version` asks of warrants.

        Raises:
            InvalidFields: A rule is broken.
            Conflict: The project has changed (with the current version).
        """
        if errors := tuple(policy_errors(policy)):
            raise InvalidFields(errors)
        return self.policies.change(project_id, policy, version=version)

    def trust(self, project_id: str, wanted: NewRoot) -> TrustedRoot:
        """Trust a key; raise `InvalidFields`, or `Conflict` when it is trusted already."""
        root = TrustedRoot(
            public_key=read_public_key(wanted.public_key),
            description=wanted.description,
            integration_ids=wanted.integration_ids,
            created_at=self.clock(),
        )
        if errors := tuple(root_errors(root)):
            raise InvalidFields(errors)
        self.roots.add(project_id, root)
        return root

    def page(self, project_id: str, *, after: str | None, limit: int) -> Page[TrustedRoot]:
        """List the trusted roots."""
        return self.roots.page(project_id, after=after, limit=limit)

    def distrust(self, project_id: str, public_key: bytes) -> None:
        """End the trust in a key; raise `NotFound`."""
        self.roots.remove(project_id, public_key)
