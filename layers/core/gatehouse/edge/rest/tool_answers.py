"""What a tool looks like in answers."""

from typing import Any, cast

from pydantic import JsonValue

from gatehouse.domain.breaker import Breaker, BreakerState
from gatehouse.domain.imports import ImportedFrom
from gatehouse.domain.tool_documents import definition_document
from gatehouse.domain.tools import (
    AuthStrategy,
    BodyEncoding,
    HttpMethod,
    OnOversize,
    SignatureScheme,
    Tool,
)
from gatehouse.domain.warrant_policies import WarrantMode
from gatehouse.edge.rest.limit_models import LimitsAnswer, limits_answer
from gatehouse.edge.rest.models import Answer, Listing, rfc3339
from gatehouse.edge.rest.stored_models import ApprovedAnswer, Icon, Identity, approved_fields


class ImportedAnswer(Answer):
    """The operation that a tool was imported from, and the document."""

    document: str
    url: str | None
    operation: str


class ToolAnswer(ApprovedAnswer):
    """A tool, without its secret."""

    title: str | None
    description: str
    icons: list[Icon] | None
    annotations: dict[str, JsonValue] | None
    input_schema: dict[str, JsonValue]
    output_schema: dict[str, JsonValue] | None
    base_url: str
    http_method: HttpMethod
    endpoint_path: str
    headers_template: dict[str, str]
    query_template: dict[str, str]
    body_template: JsonValue
    body_encoding: BodyEncoding
    require_member: bool
    inject_member_identity: Identity
    allowed_roles: list[str]
    auth_strategy: AuthStrategy
    has_secret: bool
    previous_secret_until: str | None
    signature_scheme: SignatureScheme
    timeout_seconds: int
    deduplicate_seconds: int
    max_response_bytes: int
    on_oversize: OnOversize
    idempotency_key: bool
    limits: LimitsAnswer
    warrant_mode: WarrantMode | None
    allow_equal_calls: bool
    imported_from: ImportedAnswer | None


class ToolStatus(Answer):
    """Whether calls pass to the tool's origin, and since when, if they ever did not."""

    breaker: BreakerState
    since: str | None


class ToolDetail(ToolAnswer):
    """One tool, and how it is doing."""

    status: ToolStatus


class ToolList(Listing[ToolAnswer]):
    """A page of tools."""


def tool_answer(tool: Tool) -> ToolAnswer:
    """Return what a caller may see of a tool."""
    return ToolAnswer(**_shown(tool))


def tool_detail(tool: Tool, breaker: Breaker | None) -> ToolDetail:
    """Return what a caller may see of one tool, and how it is doing."""
    status = ToolStatus(
        breaker=breaker.state if breaker else BreakerState.CLOSED,
        since=rfc3339(breaker.since) if breaker else None,
    )
    return ToolDetail(**_shown(tool), status=status)


def _shown(tool: Tool) -> dict[str, Any]:
    document = cast("dict[str, Any]", definition_document(tool.definition))
    retiring = tool.retiring_secret
    return dict(
        **document,
        **approved_fields(tool),
        has_secret=tool.sealed_secret is not None,
        previous_secret_until=rfc3339(retiring.until) if retiring else None,
        limits=limits_answer(tool.limits),
        warrant_mode=tool.warrant_mode,
        allow_equal_calls=tool.allow_equal_calls,
        imported_from=_imported(tool.imported_from),
    )


def _imported(imported: ImportedFrom | None) -> ImportedAnswer | None:
    if imported is None:
        return None
    return ImportedAnswer(
        document=imported.document, url=imported.url, operation=imported.operation
    )
