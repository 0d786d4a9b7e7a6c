"""The Authority table as dictionaries, open to tests."""

from dataclasses import dataclass, field

from gatehouse.domain.assertion_keys import AssertionKey
from gatehouse.domain.families import Family
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.people import CustomRole, Membership, Person
from gatehouse.domain.projects import Integration, Project
from gatehouse.domain.prompts import Prompt
from gatehouse.domain.resources import Resource
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.domain.tools import Tool
from gatehouse.domain.warrant_policies import TrustedRoot
from gatehouse.ports.authority import Authority, LatestChange, Wanted


@dataclass
class MemoryAuthority:
    """What the fakes of the Authority table share; keys are (project id, name or id)."""

    projects: dict[str, Project] = field(default_factory=dict)
    integrations: dict[tuple[str, str], Integration] = field(default_factory=dict)
    assertion_keys: dict[tuple[str, str], AssertionKey] = field(default_factory=dict)
    members: dict[tuple[str, str], MemberStanding] = field(default_factory=dict)
    tools: dict[tuple[str, str], Tool] = field(default_factory=dict)
    prompts: dict[tuple[str, str], Prompt] = field(default_factory=dict)
    resources: dict[tuple[str, str], Resource] = field(default_factory=dict)
    roots: dict[tuple[str, bytes], TrustedRoot] = field(default_factory=dict)
    revoked: set[tuple[str, str]] = field(default_factory=set)
    families: dict[str, Family] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    memberships: dict[tuple[str, str], Membership] = field(default_factory=dict)
    custom_roles: dict[tuple[str, str], CustomRole] = field(default_factory=dict)
    left: dict[tuple[str, str], int] = field(default_factory=dict)
    apps: dict[str, ServiceApp] = field(default_factory=dict)
    changes: dict[str, LatestChange] = field(default_factory=dict)
    reads: int = 0

    def read(self, wanted: Wanted) -> Authority:
        """See `AuthorityReader.read`."""
        self.reads += 1
        project_id = wanted.project_id
        return Authority(
            project=self.projects.get(project_id),
            integration=self.integrations.get((project_id, wanted.integration_id or "")),
            assertion_key=self.assertion_keys.get((project_id, wanted.assertion_kid or "")),
            member=self.members.get((project_id, wanted.member_external_id or "")),
            tool=self.tools.get((project_id, wanted.tool_name or "")),
            prompt=self.prompts.get((project_id, wanted.prompt_name or "")),
            trusted_root=self.roots.get((project_id, wanted.warrant_root or b"")),
            revoked=frozenset(
                name for name in wanted.warrant_ids if (project_id, name) in self.revoked
            ),
            family=self.families.get(wanted.family_id or ""),
            latest_change=self.changes.get(project_id) if wanted.latest_change else None,
        )
