"""Tools: listed, read, changed, tried, approved."""

from collections.abc import Mapping
from typing import Final

from gatehouse.domain.ids import tool_name
from gatehouse.edge.console.fields import (
    choice_flag,
    flag,
    given_json,
    json,
    lines,
    text,
    ticked,
    whole,
)
from gatehouse.edge.console.pages import Do, Heading, Page, Read

TOOL: Final = Read(name="tool", route="/api/v1/custom-tools/{id}")
DEFINITION: Final = (
    text("description"),
    given_json("input_schema"),
    json("output_schema"),
    text("base_url"),
    text("http_method"),
    text("endpoint_path"),
    given_json("headers_template"),
    given_json("query_template"),
    json("body_template"),
    text("body_encoding"),
    text("auth_strategy"),
    text("encrypted_auth_secret"),
    flag("require_member"),
    lines("allowed_roles"),
    whole("timeout_seconds"),
)

DOCUMENT: Final = (text("document"), text("url"), text("base_url"))

PREVIEW: Final = (
    *DEFINITION,
    text("name"),
    text("title"),
    given_json("icons"),
    given_json("annotations"),
    given_json("inject_member_identity"),
    text("signature_scheme"),
    whole("deduplicate_seconds"),
    whole("max_response_bytes"),
    text("on_oversize"),
    choice_flag("idempotency_key"),
    given_json("arguments"),
)
"""A whole definition, of whose fields a page keeps out of sight what it does not change."""


def _its_changes(params: Mapping[str, str]) -> Mapping[str, str]:
    return {"target": f"tool:{tool_name(params['id'])}"}


TOOLS: Final = (
    Page(
        path="tools",
        title="Tools",
        section="tools",
        menu="Tools",
        under=Heading.TOOLS,
        template="tools.html",
        reads=(
            Read(
                name="tools",
                route="/api/v1/custom-tools",
                query=("cursor",),
                fixed={"limit": "100"},
            ),
        ),
        actions=(
            Do(
                name="switch-tool",
                method="PATCH",
                route="/api/v1/custom-tools/{id}",
                body=(whole("version"), choice_flag("is_enabled")),
                says="The tool is switched. It holds from the next call on.",
            ),
        ),
    ),
    Page(
        path="tools/new",
        title="New tool",
        section="tools",
        template="tool_new.html",
        actions=(
            Do(
                name="preview-new-tool",
                method="POST",
                route="/api/v1/custom-tools/preview",
                body=PREVIEW,
                shows=True,
            ),
            Do(
                name="create-tool",
                method="POST",
                route="/api/v1/custom-tools",
                body=(text("name"), *DEFINITION),
                then="tools/{id}",
                says="The tool is there. Try it before somebody else does.",
            ),
        ),
    ),
    Page(
        path="tools/import",
        title="Import tools",
        section="tools",
        template="import.html",
        actions=(
            Do(
                name="preview-import",
                method="POST",
                route="/api/v1/openapi-imports/preview",
                body=DOCUMENT,
                shows=True,
            ),
            Do(
                name="import-tools",
                method="POST",
                route="/api/v1/openapi-imports",
                body=(
                    *DOCUMENT,
                    text("sha256"),
                    ticked("operations"),
                    text("auth_strategy"),
                    text("encrypted_auth_secret"),
                ),
                shows=True,
            ),
        ),
    ),
    Page(
        path="tools/{id}",
        title="Tool",
        section="tools",
        template="tool.html",
        reads=(
            TOOL,
            Read(
                name="history",
                route="/api/v1/audit",
                query=("cursor",),
                fixed={"limit": "10"},
                about=_its_changes,
                optional=True,
            ),
        ),
        actions=(
            Do(
                name="try-tool",
                method="POST",
                route="/api/v1/custom-tools/{id}/test",
                body=(given_json("arguments"), choice_flag("execute"), text("member_external_id")),
                shows=True,
            ),
            Do(
                name="approve-tool",
                method="POST",
                route="/api/v1/custom-tools/{id}/approve",
                body=(text("digest"),),
                says="This definition is approved.",
            ),
            Do(
                name="enable-tool",
                method="PATCH",
                route="/api/v1/custom-tools/{id}",
                body=(whole("version"), choice_flag("is_enabled")),
                says="The tool is switched. It holds from the next call on.",
            ),
            Do(
                name="delete-tool",
                method="DELETE",
                route="/api/v1/custom-tools/{id}",
                confirm="name",
                then="tools",
                says="The tool is gone.",
            ),
        ),
    ),
    Page(
        path="tools/{id}/edit",
        title="Edit tool",
        section="tools",
        template="tool_edit.html",
        reads=(TOOL,),
        actions=(
            Do(
                name="preview-tool",
                method="POST",
                route="/api/v1/custom-tools/preview",
                body=PREVIEW,
                shows=True,
            ),
            Do(
                name="change-tool",
                method="PATCH",
                route="/api/v1/custom-tools/{id}",
                body=(whole("version"), *DEFINITION, whole("rotation_seconds")),
                then="tools/{id}",
                says="Saved. It holds from the next call on.",
            ),
        ),
    ),
)
