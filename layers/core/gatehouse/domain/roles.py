"""What may be done in a project, and which roles may do it.

An action is a kind of thing and what is done with it; each route of the management API names the
one it needs. Nothing is implied: a role holds exactly the actions of its set.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Action(StrEnum):
    """One thing that can be done in a project."""

    PROJECT_READ = "project:read"
    PROJECT_WRITE = "project:write"
    """Its name."""
    PROJECT_DELETE = "project:delete"
    TOOLS_READ = "tools:read"
    TOOLS_WRITE = "tools:write"
    TOOLS_APPROVE = "tools:approve"
    TOOLS_TRY = "tools:try"
    PROMPTS_READ = "prompts:read"
    PROMPTS_WRITE = "prompts:write"
    RESOURCES_READ = "resources:read"
    RESOURCES_WRITE = "resources:write"
    INTEGRATIONS_READ = "integrations:read"
    INTEGRATIONS_WRITE = "integrations:write"
    ASSERTION_KEYS_READ = "assertion_keys:read"
    ASSERTION_KEYS_WRITE = "assertion_keys:write"
    MEMBERS_READ = "members:read"
    MEMBERS_WRITE = "members:write"
    CALLS_READ = "calls:read"
    """Records of calls, and usage."""
    WARRANTS_READ = "warrants:read"
    WARRANTS_WRITE = "warrants:write"
    AUDIT_READ = "audit:read"
    CHECKLIST_READ = "checklist:read"
    CHECKLIST_WRITE = "checklist:write"
    """To give one's word that an item holds."""
    PEOPLE_READ = "people:read"
    """Who holds which role, groups, shares and invitations."""
    PEOPLE_WRITE = "people:write"
    APPS_READ = "apps:read"
    """Service apps that are granted something in the project."""
    APPS_WRITE = "apps:write"


_READS: Final = frozenset(
    action for action in Action if action.endswith(":read") and action is not Action.AUDIT_READ
)
_EDITS: Final = frozenset(
    {Action.TOOLS_WRITE, Action.TOOLS_TRY, Action.PROMPTS_WRITE, Action.RESOURCES_WRITE}
)


class Role(StrEnum):
    """What a person is in a project, from the least on."""

    GUEST = "guest"
    """Sees and changes what is shared with them, and nothing else."""
    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"
    OWNER = "owner"

    @property
    def actions(self) -> frozenset[Action]:
        """What this role may do."""
        return ROLE_ACTIONS[self]


ROLE_ACTIONS: Final[Mapping[Role, frozenset[Action]]] = MappingProxyType(
    {
        Role.GUEST: frozenset(),
        Role.VIEWER: _READS,
        Role.EDITOR: _READS | _EDITS,
        Role.ADMIN: frozenset(Action) - {Action.PROJECT_DELETE},
        Role.OWNER: frozenset(Action),
    }
)

KEY_ACTIONS: Final = frozenset(Action) - {
    Action.PEOPLE_WRITE,
    Action.APPS_WRITE,
    Action.PROJECT_WRITE,
    Action.PROJECT_DELETE,
}
"""What an API key with the scope `manage` may do: no key makes a person or an app more."""
