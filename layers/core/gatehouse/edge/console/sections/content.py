"""Prompts and resources, which clients list beside tools."""

from typing import Final

from gatehouse.edge.console.fields import choice_flag, clearable, given_json, json, text, whole
from gatehouse.edge.console.pages import Do, Heading, Page, Read

PROMPTS_ROUTE: Final = "/api/v1/prompts"
RESOURCES_ROUTE: Final = "/api/v1/resources"
SWITCH: Final = (whole("version"), choice_flag("is_enabled"))
PROMPT: Final = (
    clearable("title"), clearable("description"), given_json("messages"), json("arguments"),
)  # fmt: skip
RESOURCE: Final = (
    clearable("uri"),
    clearable("uri_template"),
    clearable("title"),
    clearable("description"),
    clearable("mime_type"),
    clearable("text"),
    given_json("endpoint"),
)

CONTENT: Final = (
    Page(
        path="prompts",
        title="Prompts",
        section="prompts",
        menu="Prompts",
        under=Heading.TOOLS,
        template="prompts.html",
        reads=(Read(name="prompts", route=PROMPTS_ROUTE, query=("cursor",)),),
        actions=(
            Do(
                name="create-prompt",
                method="POST",
                route=PROMPTS_ROUTE,
                body=(text("name"), *PROMPT),
                then="prompts/{id}",
                says="The prompt is there.",
            ),
        ),
    ),
    Page(
        path="prompts/{id}",
        title="Prompt",
        section="prompts",
        template="prompt.html",
        reads=(Read(name="prompt", route=f"{PROMPTS_ROUTE}/{{id}}"),),
        actions=(
            Do(
                name="change-prompt",
                method="PATCH",
                route=f"{PROMPTS_ROUTE}/{{id}}",
                body=(whole("version"), *PROMPT),
            ),
            Do(
                name="switch-prompt",
                method="PATCH",
                route=f"{PROMPTS_ROUTE}/{{id}}",
                body=SWITCH,
                says="The prompt is switched.",
            ),
            Do(
                name="delete-prompt",
                method="DELETE",
                route=f"{PROMPTS_ROUTE}/{{id}}",
                confirm="name",
                then="prompts",
                says="The prompt is gone.",
            ),
        ),
    ),
    Page(
        path="resources",
        title="Resources",
        section="resources",
        menu="Resources",
        under=Heading.TOOLS,
        template="resources.html",
        reads=(Read(name="resources", route=RESOURCES_ROUTE, query=("cursor",)),),
        actions=(
            Do(
                name="create-resource",
                method="POST",
                route=RESOURCES_ROUTE,
                body=(text("name"), *RESOURCE),
                then="resources/{id}",
                says="The resource is there.",
            ),
        ),
    ),
    Page(
        path="resources/{id}",
        title="Resource",
        section="resources",
        template="resource.html",
        reads=(Read(name="resource", route=f"{RESOURCES_ROUTE}/{{id}}"),),
        actions=(
            Do(
                name="change-resource",
                method="PATCH",
                route=f"{RESOURCES_ROUTE}/{{id}}",
                body=(whole("version"), *RESOURCE),
            ),
            Do(
                name="switch-resource",
                method="PATCH",
                route=f"{RESOURCES_ROUTE}/{{id}}",
                body=SWITCH,
                says="The resource is switched.",
            ),
            Do(
                name="approve-resource",
                method="POST",
                route=f"{RESOURCES_ROUTE}/{{id}}/approve",
                body=(text("digest"),),
                says="This definition is approved.",
            ),
            Do(
                name="delete-resource",
                method="DELETE",
                route=f"{RESOURCES_ROUTE}/{{id}}",
                confirm="name",
                then="resources",
                says="The resource is gone.",
            ),
        ),
    ),
)
