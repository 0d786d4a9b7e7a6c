"""Service apps, and their keys."""

from typing import Final

from gatehouse_cli.commands import Command, Group, Option

_APP: Final = "/admin/v1/apps/{id}"

GROUPS: Final[tuple[Group, ...]] = (
    Group(
        name="apps",
        help="Service apps, as an administrator.",
        commands=(
            Command(
                name="list",
                route="GET /admin/v1/apps",
                help="List the service apps.",
                columns=("id", "name", "is_active", "version", "created_at"),
            ),
            Command(
                name="granted",
                route="GET /api/v1/apps",
                help="List the apps that are granted something in your API key's project.",
                columns=("id", "name", "is_active", "actions"),
            ),
            Command(
                name="create",
                route="POST /admin/v1/apps",
                help="Register an app; it has no key as yet. Grants come with --from.",
                options=(Option(flag="--name", field="name", help="What it is called."),),
            ),
            Command(name="show", route=f"GET {_APP}", help="Show an app."),
            Command(
                name="edit",
                route=f"PATCH {_APP}",
                help="Change what an app may do: --from grants.json, --set is_active=false.",
                is_versioned=True,
            ),
            Command(
                name="delete",
                route=f"DELETE {_APP}",
                help="End an app, its keys and its tokens, at once.",
                confirms="End app {id}?",
            ),
            Command(
                name="add-key",
                route=f"POST {_APP}/keys",
                help="Give an app another key, the second at most; it is shown once.",
                options=(
                    Option(flag="--days", field="days", help="How long it is good.", kind=int),
                ),
                once=("key",),
            ),
            Command(
                name="delete-key",
                route=f"DELETE {_APP}/keys/{{key_id}}",
                help="End a key of an app at once.",
                confirms="End key {key_id} of app {id}?",
            ),
        ),
    ),
)
