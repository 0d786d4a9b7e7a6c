"""What decides who manages, in memory."""

from dataclasses import dataclass

from gatehouse.ports.principals import Sought, Standing
from tests.fakes.authority import MemoryAuthority


@dataclass
class MemoryPrincipals:
    """Keeps `PrincipalReader`."""

    table: MemoryAuthority

    def read(self, sought: Sought) -> Standing:
        """See `PrincipalReader.read`."""
        self.table.reads += 1
        table, project_id = self.table, sought.project_id or ""
        membership = table.memberships.get((project_id, sought.user_id or ""))
        named = membership.custom_roles if membership else ()
        return Standing(
            project=table.projects.get(project_id),
            person=table.people.get(sought.user_id or ""),
            membership=membership,
            custom_roles=tuple(
                table.custom_roles[project_id, name]
                for name in named
                if (project_id, name) in table.custom_roles
            ),
            app=table.apps.get(sought.app_id or ""),
            family=table.families.get(sought.family_id or ""),
        )
