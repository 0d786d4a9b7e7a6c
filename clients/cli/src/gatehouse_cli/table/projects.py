"""Projects, the deployment, and what is good for a project: integrations and keys."""

from pathlib import Path
from typing import Final

from gatehouse_cli.commands import Command, Group, Option

_NAME: Final = Option(flag="--name", field="name", help="What it is called.")
_INTEGRATION: Final = (
    _NAME,
    Option(flag="--environment", field="environment", help="Such as production."),
    Option(
        flag="--scope",
        field="scopes",
        help="What its key is good for: mcp, exchange, manage; more than once.",
        kind=list[str],
    ),
)
_SECRETS: Final = ("api_key", "client_secret")

GROUPS: Final[tuple[Group, ...]] = (
    Group(
        name="projects",
        help="Projects, as an administrator; and the project of your API key.",
        commands=(
            Command(
                name="current",
                route="GET /api/v1/project",
                help="Show the project of your API key, and what the key is good for.",
            ),
            Command(
                name="list",
                route="GET /admin/v1/projects",
                help="List all projects.",
                columns=("id", "name", "version", "created_at"),
            ),
            Command(
                name="create",
                route="POST /admin/v1/projects",
                help="Create a project.",
                options=(_NAME,),
            ),
            Command(name="show", route="GET /admin/v1/projects/{id}", help="Show a project."),
            Command(
                name="edit",
                route="PATCH /admin/v1/projects/{id}",
                help="Change a project: --name, or --set settings.require_approval=true.",
                options=(_NAME,),
                is_versioned=True,
            ),
            Command(
                name="delete",
                route="DELETE /admin/v1/projects/{id}",
                help="End a project for everybody at once.",
                options=(
                    Option(flag="--name", field="confirm", help="The project's name, to be sure."),
                ),
                confirms="End project {id} for everybody?",
            ),
            Command(
                name="add-integration",
                route="POST /admin/v1/projects/{id}/integrations",
                help="Create an integration of any project; its API key is shown once.",
                options=_INTEGRATION,
                once=_SECRETS,
            ),
            Command(
                name="people",
                route="GET /admin/v1/projects/{id}/people",
                help="List who is something in any project.",
                columns=("user_id", "email", "name", "role", "custom_roles"),
            ),
            Command(
                name="appoint",
                route="PUT /admin/v1/projects/{id}/people/{user_id}",
                help="Make anybody who has an account something in a project, such as its owner.",
                options=(Option(flag="--role", field="role", help="guest to owner."),),
            ),
            Command(
                name="dismiss",
                route="DELETE /admin/v1/projects/{id}/people/{user_id}",
                help="End what somebody is in any project.",
                confirms="End what {user_id} is in project {id}?",
            ),
        ),
    ),
    Group(
        name="integrations",
        help="Integrations of your project, each with an API key of its own.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/integrations",
                help="List the integrations.",
                columns=("id", "name", "kind", "environment", "scopes", "created_at"),
            ),
            Command(
                name="create",
                route="POST /api/v1/integrations",
                help="Create an integration; its API key is shown once.",
                options=_INTEGRATION,
                once=_SECRETS,
            ),
            Command(
                name="delete",
                route="DELETE /api/v1/integrations/{id}",
                help="Revoke an integration's key and sessions at once.",
                options=(
                    Option(
                        flag="--cascade",
                        field="cascade",
                        help="Also the integrations made through it.",
                        kind=bool,
                    ),
                ),
                confirms="Revoke the key and all sessions of integration {id}?",
            ),
        ),
    ),
    Group(
        name="keys",
        help="Assertion keys, with which your backend vouches for members; and their rotation.",
        commands=(
            Command(
                name="list",
                route="GET /api/v1/assertion-keys",
                help="List the assertion keys, deactivated ones included.",
                columns=("kid", "algorithm", "active", "description", "created_at"),
            ),
            Command(
                name="register",
                route="POST /api/v1/assertion-keys",
                help="Register the public half of an assertion key.",
                options=(
                    Option(flag="--kid", field="kid", help="What assertions call the key."),
                    Option(
                        flag="--public-key", field="public_key_pem", help="PEM file.", kind=Path
                    ),
                    Option(
                        flag="--algorithm",
                        field="algorithm",
                        help="ES256, ES384, Ed25519 or RS256.",
                    ),
                    Option(flag="--description", field="description", help="What it is for."),
                ),
            ),
            Command(
                name="deactivate",
                route="DELETE /api/v1/assertion-keys/{id}",
                help="Deactivate a key; the sessions minted through it end at once.",
                named="key_",
                confirms="Deactivate {id} and end its sessions?",
            ),
        ),
    ),
)
