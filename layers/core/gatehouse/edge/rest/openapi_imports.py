"""Importing OpenAPI documents."""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Final, cast

from pydantic import Field, JsonValue

from gatehouse.domain.roles import Action
from gatehouse.domain.tool_documents import definition_document
from gatehouse.domain.tools import AuthStrategy, Tool
from gatehouse.edge.rest.models import Answer, Input
from gatehouse.edge.rest.routing import Answered, Call, Route, route
from gatehouse.edge.rest.stored_models import Strategy
from gatehouse.usecases.import_openapi import MAX_CHOSEN, Choice, Imported, ImportOutcome
from gatehouse.usecases.management import Management
from gatehouse.usecases.plan_import import Becoming, Plan, Planned, Source

MAX_BODY: Final = 1024 * 1024
"""Bytes of a request that brings a document; a larger one is read from its address."""
MAX_SHOWN: Final = 2 * 1024 * 1024
"""Bytes of all tools that one preview shows: an answer of Lambda's holds 6 MB."""
MAX_OPERATIONS: Final = 3000

_Operation = Annotated[str, Field(max_length=3000)]


class DocumentInput(Input):
    """A document, as text or by its address."""

    document: str | None = Field(default=None, description="OpenAPI 3.0 or 3.1, JSON or YAML.")
    url: str | None = Field(default=None, description="Where it is; fetched as a tool's call is.")
    base_url: str | None = Field(
        default=None, description="An https origin in place of those of the document's servers."
    )


class PreviewInput(DocumentInput):
    """What to look at; without `operations` at all of them."""

    operations: list[_Operation] | None = Field(default=None, max_length=MAX_OPERATIONS)


class ImportInput(DocumentInput):
    """What to import."""

    operations: list[_Operation] = Field(
        max_length=MAX_OPERATIONS, description=f"Such as `GET /pets`; 1 to {MAX_CHOSEN}."
    )
    sha256: str | None = Field(
        default=None, description="Of the document that was looked at: 409 for another one."
    )
    auth_strategy: Strategy | None = Field(
        default=None, description="Of new tools, in place of what the document asks for."
    )
    encrypted_auth_secret: str | None = Field(
        default=None,
        description="The secret in the clear, for tools that need one and have none; stored "
        "sealed for each of them, never shown again.",
    )
    is_enabled: bool | None = Field(default=None, description="Of new tools; true by default.")


class ImportedDocument(Answer):
    """Which document it is."""

    title: str
    version: str
    url: str | None
    sha256: str


class OperationAnswer(Answer):
    """What becomes of one operation; `tool` is null where there is none, or no room to show it."""

    operation: str
    name: str
    becomes: Becoming
    tool_id: str | None
    auth_strategy: AuthStrategy | None
    changed: list[str]
    edited: list[str]
    notes: list[str]
    reason: str | None
    tool: dict[str, JsonValue] | None


class GoneAnswer(Answer):
    """A tool whose operation is not in the document any more. It stays as it is."""

    tool_id: str
    name: str
    operation: str


class PreviewAnswer(Answer):
    """What an import would do."""

    document: ImportedDocument
    operations: list[OperationAnswer]
    gone: list[GoneAnswer]


class ResultAnswer(Answer):
    """What became of one operation; `kept` are the fields that stay as their owner edited them."""

    operation: str
    name: str
    outcome: ImportOutcome
    tool_id: str | None
    changed: list[str]
    kept: list[str]
    reason: str | None


class ImportAnswer(Answer):
    """What an import did."""

    document: ImportedDocument
    results: list[ResultAnswer]


def preview_import(management: Management, call: Call, body: PreviewInput) -> Answered:
    """Look at an OpenAPI document: what its operations would become; nothing is changed."""
    only = None if body.operations is None else frozenset(body.operations)
    plan = management.openapi.preview(call.project, _source(body), only)
    answer = PreviewAnswer(
        document=_document(plan, body.url),
        operations=list(_operations(plan)),
        gone=list(map(_gone, plan.gone)),
    )
    return Answered(answer=answer)


def import_document(management: Management, call: Call, body: ImportInput) -> Answered:
    """Make tools of chosen operations of an OpenAPI document, or update those made before."""
    choice = Choice(
        operations=tuple(body.operations),
        auth_strategy=body.auth_strategy,
        secret=body.encrypted_auth_secret,
        is_enabled=body.is_enabled is not False,
    )
    plan, results = management.openapi(call.project, _source(body, body.sha256), choice)
    answer = ImportAnswer(document=_document(plan, body.url), results=list(map(_result, results)))
    return Answered(answer=answer)


def _source(body: DocumentInput, sha256: str | None = None) -> Source:
    return Source(text=body.document, url=body.url, base_url=body.base_url, sha256=sha256)


def _document(plan: Plan, url: str | None) -> ImportedDocument:
    return ImportedDocument(title=plan.title, version=plan.version, url=url, sha256=plan.sha256)


def _operations(plan: Plan) -> Iterator[OperationAnswer]:
    """Yield what becomes of each, with the tools themselves as long as there is room."""
    room = MAX_SHOWN
    for planned in plan.planned:
        tool = _shown(planned)
        room -= len(json.dumps(tool)) if tool else 0
        yield OperationAnswer(
            operation=planned.operation,
            name=planned.name,
            becomes=planned.becoming,
            tool_id=planned.tool.id if planned.tool else None,
            auth_strategy=planned.definition.auth_strategy if planned.definition else None,
            changed=list(planned.changed),
            edited=list(planned.edited),
            notes=list(planned.notes),
            reason=planned.reason,
            tool=tool if room >= 0 else None,
        )


def _shown(planned: Planned) -> dict[str, Any] | None:
    if planned.definition is None:
        return None
    return cast("dict[str, Any]", definition_document(planned.definition))


def _gone(tool: Tool) -> GoneAnswer:
    operation = tool.imported_from.operation if tool.imported_from else ""
    return GoneAnswer(tool_id=tool.id, name=tool.definition.name, operation=operation)


def _result(imported: Imported) -> ResultAnswer:
    return ResultAnswer(
        operation=imported.operation,
        name=imported.name,
        outcome=imported.outcome,
        tool_id=imported.tool.id if imported.tool else None,
        changed=list(imported.changed),
        kept=list(imported.edited),
        reason=imported.reason,
    )


IMPORT_ROUTES: Final[tuple[Route, ...]] = (
    route(
        "POST", "/api/v1/openapi-imports/preview", Action.TOOLS_WRITE, preview_import,
        input=PreviewInput, answer=PreviewAnswer, refusals=(502,), max_body=MAX_BODY,
    ),
    route(
        "POST", "/api/v1/openapi-imports", Action.TOOLS_WRITE, import_document,
        input=ImportInput, answer=ImportAnswer, refusals=(409, 502), max_body=MAX_BODY,
    ),
)  # fmt: skip
