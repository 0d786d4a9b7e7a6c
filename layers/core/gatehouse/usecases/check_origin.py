"""Check where a tool would call, before it is stored: the project's list, and what its name means.

Each call asks again: this tells the tool's owner early, and keeps nobody out on its own.
"""

from dataclasses import dataclass

from gatehouse.domain.origins import destination
from gatehouse.domain.projects import Project
from gatehouse.domain.upstreams import UpstreamPolicy
from gatehouse.ports.upstreams import Names, UpstreamUnreachable


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOrigin:
    """The deployment's policy, and how names are resolved."""

    policy: UpstreamPolicy
    names: Names

    def problem(self, project: Project, origin: str) -> str | None:
        """Say why the project's tools may not call an origin that the policy lets pass.

        A name that cannot be resolved now is no problem: nothing can be reached by it.
        """
        if not project.settings.allows(origin):
            return "is not among the origins that this project may call"
        there = destination(origin.lower(), self.policy)
        if self.policy.opens(there):
            return None
        try:
            addresses = self.names.addresses(there.host, there.port)
        except UpstreamUnreachable:
            return None
        return None if all(map(self.policy.admits, addresses)) else "must not lead inside a network"
