"""The OpenAPI 3.1 document of both APIs, made from the table of routes."""

import re
from collections.abc import Iterator
from typing import Any, Final

from pydantic.json_schema import JsonSchemaMode, models_json_schema

from gatehouse.domain.roles import Action
from gatehouse.domain.version import VERSION
from gatehouse.edge.problem import CONTENT_TYPE, title
from gatehouse.edge.rest.models import Answer, Input, Nothing, Problem
from gatehouse.edge.rest.routes import ROUTES
from gatehouse.edge.rest.routing import JSON, WITH_BODY, Access, Route
from gatehouse.edge.rest.session_token import SESSION_TOKEN
from gatehouse.edge.rest.versions import IF_MATCH

Json = dict[str, Any]

DESCRIBED: Final = (*ROUTES, SESSION_TOKEN)
_ANYWHERE: Final = (400, 413, 429, 500, 503)
_REF: Final = "#/components/schemas/{model}"
_SECURITY: Final = {
    "adminToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The deployment's bootstrap admin token.",
    },
    "serviceKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Service-Key",
        "description": "A service app's key; also as a bearer. With X-Gatehouse-Project.",
    },
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Of a person who signed in, or of a service app.",
    },
    "apiKey": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "tengine_...",
        "description": "The API key of an integration, with the scope `manage`.",
    },
}


def document() -> Json:
    """Return the document."""
    paths: Json = {}
    for route in DESCRIBED:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Gatehouse management API", "version": VERSION},
        "paths": paths,
        "components": {"schemas": _schemas(), "securitySchemes": _SECURITY},
    }


def _operation(route: Route) -> Json:
    operation: Json = {
        "summary": route.summary,
        "operationId": _operation_id(route),
        "x-access": route.access.value,
        "security": _security(route.access),
        "parameters": [*_path_parameters(route), *_other_parameters(route)],
        "responses": _responses(route),
    }
    if _has_body(route):
        body = {JSON: {"schema": _reference(route.input)}}
        operation["requestBody"] = {"required": True, "content": body}
    return operation


def _has_body(route: Route) -> bool:
    return route.method in WITH_BODY and route.input is not Nothing


def _operation_id(route: Route) -> str:
    words = re.findall(r"[a-z0-9]+", route.path.lower())
    return "_".join([route.method.lower(), *words])


def _security(access: Access | Action) -> list[Json]:
    match access:
        case Access.PUBLIC:
            return []
        case Access.ADMIN:
            return [{"adminToken": []}, {"accessToken": []}]
        case Access.EXCHANGE:
            return [{"apiKey": []}]
        case _:
            return [{"apiKey": []}, {"serviceKey": []}, {"accessToken": []}]


def _path_parameters(route: Route) -> Iterator[Json]:
    for name in re.findall(r"\{(\w+)\}", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _other_parameters(route: Route) -> Iterator[Json]:
    if 412 in route.refusals:  # noqa: PLR2004
        described = 'The version that the change is based on, such as "3"; or `version`.'
        schema = {"type": "string"}
        yield {"name": IF_MATCH, "in": "header", "description": described, "schema": schema}
    if not _has_body(route):
        query = route.input.model_json_schema(ref_template=_REF)
        for name, described in query.get("properties", {}).items():
            required = name in query.get("required", ())
            yield {"name": name, "in": "query", "required": required, "schema": described}


def _responses(route: Route) -> Json:
    done: Json = {"description": title(route.status)}
    if route.answer is not None:
        done["content"] = {JSON: {"schema": _reference(route.answer)}}
    elif route.media_type != JSON:
        done["content"] = {route.media_type: {}}
    problem = {CONTENT_TYPE: {"schema": _reference(Problem)}}
    refusals = {
        str(status): {"description": title(status), "content": problem}
        for status in sorted(_refusals(route))
    }
    return {str(route.status): done, **refusals}


def _refusals(route: Route) -> set[int]:
    statuses = {*route.refusals, *_ANYWHERE, 422}
    if route.access is not Access.PUBLIC:
        statuses.add(401)
    if route.access not in {Access.PUBLIC, Access.ANY_KEY}:
        statuses.add(403)
    if _has_body(route):
        statuses.add(415)
    return statuses


def _schemas() -> Json:
    modes: dict[type[Input | Answer | Problem], JsonSchemaMode] = {Problem: "serialization"}
    for route in DESCRIBED:
        if _has_body(route):
            modes[route.input] = "validation"
        if route.answer is not None:
            modes[route.answer] = "serialization"
    _, schemas = models_json_schema(list(modes.items()), ref_template=_REF)
    definitions: Json = schemas["$defs"]
    return {name: definitions[name] for name in sorted(definitions)}


def _reference(model: type[Input | Answer | Problem]) -> Json:
    return {"$ref": _REF.format(model=model.__name__)}
