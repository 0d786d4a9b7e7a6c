"""What somebody was granted: who may reach what, through which client."""

from dataclasses import dataclass
from typing import Final

from gatehouse.domain.members import MemberIdentity

MCP: Final = "mcp"
MANAGE: Final = "manage"
SCOPES: Final = frozenset({MCP, MANAGE})
"""All that an access token's scope may hold."""
RESOURCES: Final = {MCP: "/mcp", MANAGE: "/api"}
"""Where each scope is good (RFC 8707), as a path of this origin."""
USER: Final = "user:"
APP: Final = "app:"
"""What a subject begins with: a person who signed in, or a service app."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Everything that tokens made of one sign-in, or of one app's request, have in common.

    A console session has a `subject` alone. `resource` is the audience, `<origin>/mcp` or
    `<origin>/api`, and `scope` its words. For `/mcp` there are `project_id`, `integration_id` and
    `member`, and `epoch` is the member's; for `/api` there is `project_id`, and `epoch` is that of
    the person's role (None for an app), or `is_admin` for an administrator of the deployment.
    """

    subject: str
    client_id: str | None = None
    scope: frozenset[str] = frozenset()
    resource: str | None = None
    project_id: str | None = None
    integration_id: str | None = None
    member: MemberIdentity | None = None
    epoch: int | None = None
    is_admin: bool = False


def resource_of(scope: str, origin: str) -> str:
    """Return where `scope` is good."""
    return origin + RESOURCES[scope]
