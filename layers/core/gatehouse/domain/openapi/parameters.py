"""An operation's parameters into arguments and templates, as far as templates can say it.

A value that is one text goes anywhere. An array goes into a query by repetition; joined by commas,
it becomes an argument that is the joined text. An object goes into a query property by property
(`deepObject`, and exploded `form`). A parameter that cannot be said is left out where it is
optional; where it is required, the operation is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.openapi.document import Document, as_list, as_object, as_text
from gatehouse.domain.openapi.schemas import Schemas, visible_text
from gatehouse.domain.outbound_headers import is_header_name, is_reserved_header

MAX_ARGUMENT_NAME: Final = 64
_JOINED: Final = {
    ("query", "form"): ",",
    ("query", "spaceDelimited"): " ",
    ("query", "pipeDelimited"): "|",
    ("path", "simple"): ",",
    ("header", "simple"): ",",
}
_STYLES: Final = {"query": "form", "path": "simple", "header": "simple"}
_IGNORED_HEADERS: Final = frozenset({"accept", "content-type", "authorization"})
"""OpenAPI 3.1 section 4.8.12.2.1: a parameter of these names says nothing."""


class NotImportable(ValueError):
    """The operation cannot become a tool; `str(error)` says why."""


@dataclass(slots=True, kw_only=True)
class Arguments:
    """What a tool takes, and where it goes; filled parameter by parameter."""

    properties: dict[str, JsonValue] = field(default_factory=dict)
    required: list[str] = field(default_factory=list)
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, name: str, schema: JsonValue, *, is_required: bool) -> str:
        """Add an argument; return its name, which models' providers accept."""
        wanted = re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_")[:MAX_ARGUMENT_NAME] or "value"
        free, number = wanted, 1
        while free in self.properties:
            number += 1
            free = f"{wanted[: MAX_ARGUMENT_NAME - 5]}_{number}"
        self.properties[free] = schema
        if is_required:
            self.required.append(free)
        return free


def effective_parameters(
    document: Document, shared: JsonValue, own: JsonValue
) -> Iterator[JsonObject]:
    """Yield a path's parameters but for those that the operation states anew."""
    found: dict[tuple[str, str], JsonObject] = {}
    for item in (*as_list(shared), *as_list(own)):
        parameter = document.resolved(item)
        found[as_text(parameter.get("in")), as_text(parameter.get("name"))] = parameter
    yield from found.values()


def place(parameter: JsonObject, arguments: Arguments, schemas: Schemas) -> None:
    """Give a parameter its argument and its place; raise `NotImportable`."""
    place_name, name = as_text(parameter.get("in")), as_text(parameter.get("name"))
    is_required = parameter.get("required") is True or place_name == "path"
    problem = _problem(place_name, name)
    if problem is None:
        if place_name == "header" and name.lower() in _IGNORED_HEADERS:
            return
        problem = _placed(parameter, arguments, schemas, is_required=is_required)
    if problem is None:
        return
    what = f"the {place_name} parameter '{visible_text(name)[:80]}' {problem}"
    if is_required:
        raise NotImportable(what)
    arguments.notes.append(f"left out: {what}")


def _problem(place_name: str, name: str) -> str | None:
    if place_name == "cookie":
        return "goes into a cookie, which tools do not send"
    if place_name not in _STYLES or not name:
        return "has no place that is known"
    if place_name == "header" and not is_header_name(name):
        return "is no header's name"
    if place_name == "header" and is_reserved_header(name):
        return "is a header that only Gatehouse sets"
    if place_name == "query" and not re.fullmatch(r"[!-~]{1,128}", name):
        return "is not named in visible ASCII"
    return None


def _placed(  # noqa: PLR0911 - one answer for each kind
    parameter: JsonObject, arguments: Arguments, schemas: Schemas, *, is_required: bool
) -> str | None:
    """Place a parameter by its kind; say what is wrong when nothing fits."""
    document = schemas.document
    place_name, name = as_text(parameter.get("in")), as_text(parameter.get("name"))
    style = as_text(parameter.get("style")) or _STYLES[place_name]
    explode = parameter.get("explode", style == "form") is True
    stated = parameter.get("schema")
    if content := as_object(parameter.get("content")):
        media = document.resolved(next(iter(content.values())))
        return _one(parameter, arguments, schemas.taken(media.get("schema")), required=is_required)
    kinds = _kinds(document, stated)
    if "object" in kinds and place_name == "query" and (style == "deepObject" or explode):
        pattern = f"{name}[{{}}]" if style == "deepObject" else "{}"
        return _by_property(parameter, pattern, arguments, schemas, required=is_required)
    if kinds == {"object"}:
        return f"is an object in the style {style}"
    if "array" in kinds and not (place_name == "query" and explode):
        if (joint := _JOINED.get((place_name, style))) is None:
            return f"is an array in the style {style}"
        schema: JsonValue = {
            "type": "string",
            "description": f"Values joined by '{joint}'. {_description(parameter)}".strip(),
        }
        return _one(parameter, arguments, schema, required=is_required)
    if place_name == "path" and style != "simple":
        return f"is written in the style {style}"
    return _one(parameter, arguments, schemas.taken(stated), required=is_required)


def _one(
    parameter: JsonObject, arguments: Arguments, schema: JsonValue, *, required: bool
) -> str | None:
    """Give a parameter one argument of its own."""
    place_name, name = as_text(parameter.get("in")), as_text(parameter.get("name"))
    described = as_object(schema)
    if (text := _description(parameter)) and "description" not in described:
        schema = {**described, "description": text}
    argument = arguments.add(name, schema, is_required=required)
    into = {"path": arguments.path, "query": arguments.query, "header": arguments.headers}
    into[place_name][name] = f"{{{argument}}}"
    return None


def _by_property(
    parameter: JsonObject, pattern: str, arguments: Arguments, schemas: Schemas, *, required: bool
) -> str | None:
    """Give each property of an object parameter an argument of its own."""
    document = schemas.document
    objects = [one for one in _alternatives(document, parameter.get("schema")) if _is_object(one)]
    properties = as_object(objects[0].get("properties"))
    if not properties:
        return "is an object whose properties are not listed"
    needed = as_list(objects[0].get("required"))
    for name, schema in properties.items():
        if _kinds(document, schema) & {"object"}:
            arguments.notes.append(f"left out: '{visible_text(name)[:80]}', an object in an object")
            continue
        wire = pattern.replace("{}", name)
        if not re.fullmatch(r"[!-~]{1,128}", wire):
            return "has properties that are not named in visible ASCII"
        argument = arguments.add(
            wire, schemas.taken(schema), is_required=required and name in needed
        )
        arguments.query[wire] = f"{{{argument}}}"
    return None


def _kinds(document: Document, schema: JsonValue) -> set[str]:
    """Return the JSON types that a schema allows, as far as it says."""
    kinds: set[str] = set()
    for one in _alternatives(document, schema):
        stated = one.get("type")
        kinds |= {as_text(kind) for kind in (stated if isinstance(stated, list) else [stated])}
        if "properties" in one:
            kinds.add("object")
    return kinds - {"", "null"}


def _is_object(schema: JsonObject) -> bool:
    return "properties" in schema or "object" in (schema.get("type"), *as_list(schema.get("type")))


def _alternatives(document: Document, schema: JsonValue, depth: int = 0) -> Iterator[JsonObject]:
    found = document.resolved(schema)
    yield found
    for keyword in ("anyOf", "oneOf", "allOf"):
        for item in as_list(found.get(keyword)) if depth < 3 else ():  # noqa: PLR2004
            yield from _alternatives(document, item, depth + 1)


def _description(parameter: JsonObject) -> str:
    return visible_text(as_text(parameter.get("description")))[:1000]
