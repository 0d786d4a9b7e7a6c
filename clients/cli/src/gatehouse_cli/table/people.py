"""People, and what they may do."""

from typing import Final

from gatehouse_cli.commands import Command, Group, Option

_ROLE: Final = Option(flag="--role", field="role", help="guest, viewer, editor, admin or owner.")
_CUSTOM: Final = Option(
    flag="--custom-role", field="custom_roles", help="More than once.", kind=list[str]
)

GROUPS: Final[tuple[Group, ...]] = (
    Group(
        name="people",
        help="Who is something in the project.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/people",
                help="List who is something in the project.",
                columns=("user_id", "email", "name", "role", "custom_roles"),
            ),
            Command(
                name="set",
                route="PUT /api/v1/people/{user_id}",
                help="Make somebody of the project something else; their sessions for it end.",
                options=(_ROLE, _CUSTOM),
            ),
            Command(
                name="remove",
                route="DELETE /api/v1/people/{user_id}",
                help="End what somebody is in the project.",
                confirms="End what {user_id} is in the project?",
            ),
        ),
    ),
    Group(
        name="invitations",
        help="Invitations to the project.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/invitations",
                help="List the invitations, used and expired ones included.",
                columns=("id", "role", "email", "expires_at", "used_at"),
            ),
            Command(
                name="create",
                route="POST /api/v1/invitations",
                help="Invite somebody to the project; the text is shown once.",
                options=(
                    _ROLE,
                    Option(flag="--email", field="email", help="For this address only."),
                    Option(flag="--days", field="days", help="How long it is good.", kind=int),
                ),
                once=("invitation",),
            ),
            Command(
                name="withdraw",
                route="DELETE /api/v1/invitations/{id}",
                help="End an invitation.",
                confirms="End invitation {id}?",
            ),
        ),
    ),
    Group(
        name="roles",
        help="Roles that people of the project can have.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/roles",
                help="List the roles.",
                columns=("name", "custom", "actions", "description"),
                is_paged=False,
            ),
            Command(
                name="set",
                route="PUT /api/v1/roles/{name}",
                help="Make up a role, or change it for all who hold it.",
                options=(
                    Option(
                        flag="--action",
                        field="actions",
                        help="Such as tools:read; more than once.",
                        kind=list[str],
                    ),
                    Option(flag="--description", field="description", help="What it is for."),
                ),
            ),
            Command(
                name="delete",
                route="DELETE /api/v1/roles/{name}",
                help="Remove a role that nobody holds.",
                confirms="Remove role {name}?",
            ),
        ),
    ),
    Group(
        name="groups",
        help="Groups of people, to share with.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/groups",
                help="List the groups.",
                columns=("id", "name", "created_at"),
            ),
            Command(
                name="create",
                route="POST /api/v1/groups",
                help="Create a group.",
                options=(Option(flag="--name", field="name", help="What it is called."),),
            ),
            Command(
                name="delete",
                route="DELETE /api/v1/groups/{id}",
                help="End a group, and what was shared with it.",
                confirms="End group {id}?",
            ),
            Command(
                name="members",
                route="GET /api/v1/groups/{id}/members",
                help="List a group's people.",
                columns=("user_id",),
            ),
            Command(
                name="add",
                route="PUT /api/v1/groups/{id}/members/{user_id}",
                help="Put somebody of the project into a group.",
                takes_body=False,
            ),
            Command(
                name="remove",
                route="DELETE /api/v1/groups/{id}/members/{user_id}",
                help="Take somebody out of a group.",
            ),
        ),
    ),
    Group(
        name="shares",
        help="Tools and prompts that are shared with a person or group.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/shares",
                help="List what is shared with whom.",
                columns=("id", "tool_id", "prompt_id", "user_id", "group_id", "permission"),
            ),
            Command(
                name="create",
                route="POST /api/v1/shares",
                help="Share a tool or a prompt with a person or a group.",
                options=(
                    Option(flag="--tool", field="tool_id", help="The tool's id."),
                    Option(flag="--prompt", field="prompt_id", help="The prompt's id."),
                    Option(flag="--user", field="user_id", help="The person's id."),
                    Option(flag="--group", field="group_id", help="The group's id."),
                    Option(flag="--permission", field="permission", help="view or edit."),
                ),
            ),
            Command(
                name="end",
                route="DELETE /api/v1/shares/{id}",
                help="End a share.",
                confirms="End share {id}?",
            ),
        ),
    ),
)
