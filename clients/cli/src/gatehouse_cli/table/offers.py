"""What a project offers to AI clients: tools, prompts and resources."""

from pathlib import Path
from typing import Final

from gatehouse_cli.commands import Command, Group, Option

_NAME: Final = Option(flag="--name", field="name", help="What it is called.")
_TITLE: Final = Option(flag="--title", field="title", help="What people read.")
_DESCRIPTION: Final = Option(flag="--description", field="description", help="What models read.")
_COMMON: Final = (_NAME, _TITLE, _DESCRIPTION)
_TOOL: Final = (
    _TITLE,
    _DESCRIPTION,
    Option(flag="--base-url", field="base_url", help="Origin of your API."),
    Option(flag="--http-method", field="http_method", help="GET, POST, PUT, PATCH or DELETE."),
    Option(flag="--endpoint-path", field="endpoint_path", help="Such as /v1/contacts/{id}."),
    Option(flag="--auth", field="auth_strategy", help="none, static_bearer or hmac_signature."),
    Option(
        flag="--secret-file",
        field="encrypted_auth_secret",
        help="A file with the secret; - for standard input. It is sealed on arrival.",
        kind=Path,
    ),
)
_DIGEST: Final = Option(
    flag="--digest", field="digest", help="Of the definition that you read, as `show` tells it."
)
_OFFERED: Final = ("name", "title", "is_enabled", "version", "updated_at")


def _common(place: str, prefix: str, thing: str) -> tuple[Command, ...]:
    """Return the commands that tools, prompts and resources all have."""
    one = f"{place}/{{id}}"
    return (
        Command(name="show", route=f"GET {one}", help=f"Show a {thing}.", named=prefix),
        Command(
            name="enable",
            route=f"PATCH {one}",
            help=f"Offer a {thing} to clients.",
            named=prefix,
            fixed={"is_enabled": True},
            is_versioned=True,
            takes_body=False,
        ),
        Command(
            name="disable",
            route=f"PATCH {one}",
            help=f"Offer a {thing} no more, from the very next request on.",
            named=prefix,
            fixed={"is_enabled": False},
            is_versioned=True,
            takes_body=False,
        ),
        Command(
            name="delete",
            route=f"DELETE {one}",
            help=f"Remove a {thing} at once.",
            named=prefix,
            confirms=f"Remove the {thing} {{id}}?",
        ),
    )


def _approve(place: str, prefix: str, thing: str) -> Command:
    return Command(
        name="approve",
        route=f"POST {place}/{{id}}/approve",
        help=f"Approve a {thing}'s present definition.",
        named=prefix,
        options=(_DIGEST,),
    )


_TOOLS: Final = "/api/v1/custom-tools"
_PROMPTS: Final = "/api/v1/prompts"
_RESOURCES: Final = "/api/v1/resources"

GROUPS: Final[tuple[Group, ...]] = (
    Group(
        name="tools",
        help="Tools: your HTTP APIs, as AI clients call them.",
        commands=(
            Command(
                name="list",
                route=f"GET {_TOOLS}",
                help="List the tools, disabled ones included.",
                columns=("name", "http_method", "base_url", "is_enabled", "approval", "version"),
            ),
            Command(
                name="create",
                route=f"POST {_TOOLS}",
                help="Register a tool, from a file: `tools create --from tool.json`.",
                options=(_NAME, *_TOOL),
            ),
            Command(
                name="preview",
                route=f"POST {_TOOLS}/preview",
                help="Show the request that a tool of a file would send; nothing is stored.",
                options=(_NAME, *_TOOL),
            ),
            Command(
                name="edit",
                route=f"PATCH {_TOOLS}/{{id}}",
                help="Change the given fields of a tool.",
                named="tool_",
                options=_TOOL,
                is_versioned=True,
            ),
            *_common(_TOOLS, "tool_", "tool"),
            _approve(_TOOLS, "tool_", "tool"),
            Command(
                name="try",
                route=f"POST {_TOOLS}/{{id}}/test",
                help="Show the request that a tool would send; with --execute, send it. "
                "Arguments: --set arguments.city=Rome.",
                named="tool_",
                options=(
                    Option(flag="--execute", field="execute", help="Really send it.", kind=bool),
                    Option(
                        flag="--member", field="member_external_id", help="Try it as this member."
                    ),
                ),
            ),
            Command(
                name="probe",
                route=f"POST {_TOOLS}/{{id}}/probe",
                help="Send a tool's endpoint what it has to refuse, and tell whether it does.",
                named="tool_",
                options=(
                    Option(
                        flag="--may-change",
                        field="may_change",
                        help="Also where a call that is let in may change something.",
                        kind=bool,
                    ),
                ),
            ),
        ),
    ),
    Group(
        name="prompts",
        help="Prompts that clients offer to people.",
        commands=(
            Command(
                name="list", route=f"GET {_PROMPTS}", help="List the prompts.", columns=_OFFERED
            ),
            Command(
                name="create",
                route=f"POST {_PROMPTS}",
                help="Store a prompt, from a file: `prompts create --from prompt.json`.",
                options=_COMMON,
            ),
            Command(
                name="edit",
                route=f"PATCH {_PROMPTS}/{{id}}",
                help="Change the given fields of a prompt.",
                named="prompt_",
                options=(_TITLE, _DESCRIPTION),
                is_versioned=True,
            ),
            *_common(_PROMPTS, "prompt_", "prompt"),
        ),
    ),
    Group(
        name="resources",
        help="Resources that clients read.",
        commands=(
            Command(
                name="list",
                route=f"GET {_RESOURCES}",
                help="List the resources.",
                columns=("name", "uri", "uri_template", "is_enabled", "approval", "version"),
            ),
            Command(
                name="create",
                route=f"POST {_RESOURCES}",
                help="Store a resource.",
                options=(
                    *_COMMON,
                    Option(flag="--uri", field="uri", help="What clients ask for."),
                    Option(flag="--text", field="text", help="File with its text.", kind=Path),
                ),
            ),
            Command(
                name="edit",
                route=f"PATCH {_RESOURCES}/{{id}}",
                help="Change the given fields of a resource.",
                named="res_",
                options=(_TITLE, _DESCRIPTION),
                is_versioned=True,
            ),
            *_common(_RESOURCES, "res_", "resource"),
            _approve(_RESOURCES, "res_", "resource"),
        ),
    ),
)
