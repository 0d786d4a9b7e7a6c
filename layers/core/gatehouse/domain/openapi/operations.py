"""One operation of a document into the definition of a tool."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.openapi.bodies import body_of, is_json
from gatehouse.domain.openapi.document import BrokenReference, Document, as_object, as_text
from gatehouse.domain.openapi.parameters import (
    Arguments,
    NotImportable,
    effective_parameters,
    place,
)
from gatehouse.domain.openapi.schemas import Detail, Schemas, TooLarge, size, visible_text
from gatehouse.domain.openapi.security import strategy_of
from gatehouse.domain.openapi.servers import server_of
from gatehouse.domain.tool_rules import MAX_DESCRIPTION
from gatehouse.domain.tools import HttpMethod, ToolDefinition

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
MAX_OUTPUT_NODES: Final = 1000
MAX_OUTPUT_SCHEMA: Final = 16 * 1024
"""Bytes; a larger one costs each listing more than it tells a model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation where it stands; `key` names it within its document."""

    method: str
    path: str
    stated: JsonObject
    around: JsonObject

    @property
    def key(self) -> str:
        """Method and path, such as `GET /pets/{id}`."""
        return f"{self.method.upper()} {visible_text(self.path)}"

    @property
    def wanted_name(self) -> str:
        """What a tool of this operation would be called, were it alone."""
        name = as_text(self.stated.get("operationId")) or f"{self.method} {self.path}"
        return re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:64] or self.method


def operations(document: Document) -> Iterator[Operation]:
    """Yield what a document offers, in its order."""
    for path, stated in as_object(document.root.get("paths")).items():
        try:
            around = document.resolved(stated)
        except BrokenReference:
            continue
        for method in METHODS:
            if isinstance(around.get(method), dict):
                yield Operation(
                    method=method, path=path, stated=as_object(around[method]), around=around
                )


def definition_of(  # noqa: PLR0913 - each is of its own kind
    document: Document,
    operation: Operation,
    *,
    name: str,
    detail: Detail,
    document_url: str | None,
    base_url: str | None,
) -> tuple[ToolDefinition, tuple[str, ...]]:
    """Return the tool of an operation, and notes; raise `NotImportable` or `BrokenReference`."""
    if operation.method.upper() not in HttpMethod.__members__:
        raise NotImportable(f"tools do not use the method {operation.method.upper()}")
    method, stated = HttpMethod(operation.method.upper()), operation.stated
    schemas = Schemas(document=document, detail=detail, writing=True)
    arguments = Arguments()
    shared = operation.around.get("parameters")
    for parameter in effective_parameters(document, shared, stated.get("parameters")):
        place(parameter, arguments, schemas)
    body = body_of(stated, arguments, schemas, method)
    levels = (stated, operation.around, document.root)
    origin, prefix = server_of(levels, document_url=document_url or base_url)
    strategy, note = strategy_of(document, stated)
    definition = ToolDefinition(
        name=name,
        description=_description(operation),
        input_schema=_object_schema(arguments, schemas),
        output_schema=_output_schema(document, stated, detail),
        base_url=base_url or origin,
        http_method=method,
        endpoint_path=prefix + _path(operation.path, arguments),
        headers_template=arguments.headers,
        query_template=_query(arguments, sends_rest=not method.has_body and body.template is None),
        body_template=body.template,
        body_encoding=body.encoding,
        auth_strategy=strategy,
        deduplicate_seconds=method.default_deduplicate_seconds,
    )
    return definition, (*arguments.notes, *([note] if note else ()))


def _path(path: str, arguments: Arguments) -> str:
    """Return the path as a template; raise `NotImportable` for a place without parameter."""

    def placed(match: re.Match[str]) -> str:
        if match[1] not in arguments.path:
            raise NotImportable(f"the path's '{match[1][:80]}' is described by no parameter")
        return arguments.path[match[1]]

    bare = path.partition("#")[0]
    if "?" in bare:
        raise NotImportable("the path holds a query")
    return re.sub(r"\{([^{}]*)\}", placed, bare)


def _query(arguments: Arguments, *, sends_rest: bool) -> dict[str, str]:
    """Return the templates of a query; arguments that go there by themselves need none."""
    if not sends_rest:
        return arguments.query
    return {name: text for name, text in arguments.query.items() if text != f"{{{name}}}"}


def _object_schema(arguments: Arguments, schemas: Schemas) -> JsonObject:
    schema: dict[str, JsonValue] = {"type": "object", "properties": arguments.properties}
    if arguments.required:
        schema["required"] = list(arguments.required)
    schema["additionalProperties"] = False
    if schemas.definitions:
        schema["$defs"] = schemas.definitions
    return schema


def _output_schema(document: Document, stated: JsonObject, detail: Detail) -> JsonObject | None:
    """Return the schema of the one JSON object that a success answers, where there is one."""
    answers = as_object(stated.get("responses")).items()
    good = [answer for status, answer in answers if re.fullmatch(r"2\d\d|2XX", status)]
    if len(good) != 1:
        return None
    content = as_object(document.resolved(good[0]).get("content"))
    media = [item for kind, item in content.items() if is_json(kind)]
    if len(media) != 1 or len(content) != 1:
        return None
    schema = document.resolved(media[0]).get("schema")
    schemas = Schemas(document=document, detail=detail, writing=False, most_nodes=MAX_OUTPUT_NODES)
    try:
        whole = dict(as_object(schemas.taken(document.resolved(schema))))
    except TooLarge:
        return None
    if whole.get("type") != "object":
        return None
    if schemas.definitions:
        whole["$defs"] = schemas.definitions
    return whole if size(whole) <= MAX_OUTPUT_SCHEMA else None


def _description(operation: Operation) -> str:
    texts = (as_text(operation.stated.get(name)).strip() for name in ("summary", "description"))
    said = visible_text("\n\n".join(dict.fromkeys(text for text in texts if text)))
    return (said.strip() or operation.key)[:MAX_DESCRIPTION].strip()
