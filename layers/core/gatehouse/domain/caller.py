"""Who is calling, once it has been proven. Only authentication makes one."""

from dataclasses import dataclass

from gatehouse.domain.errors import MissingScope
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.projects import Integration, Project, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A verified principal: a project's integration, and for session tokens its member."""

    project: Project
    integration: Integration
    member: MemberIdentity | None = None

    def require(self, scope: Scope) -> None:
        """Raise `MissingScope` unless the integration holds `scope`."""
        if scope not in self.integration.scopes:
            raise MissingScope(scope)
