"""The body of an operation into arguments and a template: one argument of JSON, or form fields."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.openapi.document import as_list, as_object, as_text
from gatehouse.domain.openapi.parameters import Arguments, NotImportable
from gatehouse.domain.openapi.schemas import Schemas, visible_text
from gatehouse.domain.tools import BodyEncoding, HttpMethod

_JSON: Final = re.compile(r"application/([\w.+-]+\+)?json", re.ASCII | re.IGNORECASE)
_FORM: Final = "application/x-www-form-urlencoded"
_CHOICES: Final = ("allOf", "anyOf", "oneOf")


@dataclass(frozen=True, slots=True)
class Body:
    """The template of a body, None for none, and how it is written."""

    template: JsonValue = None
    encoding: BodyEncoding = BodyEncoding.JSON


def body_of(
    operation: JsonObject, arguments: Arguments, schemas: Schemas, method: HttpMethod
) -> Body:
    """Return the body of an operation, JSON before a form; raise `NotImportable` for another."""
    document = schemas.document
    stated = document.resolved(operation.get("requestBody"))
    content = as_object(stated.get("content"))
    if not content or method is HttpMethod.GET:
        return Body()
    is_required = stated.get("required") is True
    if (media := _media(content, is_json)) is not None:
        schema = schemas.taken(document.resolved(media).get("schema"))
        return Body(f"{{{arguments.add('body', schema, is_required=is_required)}}}")
    if (media := _media(content, is_form)) is not None:
        return _form(document.resolved(media), arguments, schemas, is_required=is_required)
    what = f"the body is {', '.join(sorted(content))[:100]}; tools send JSON or forms"
    if is_required or method.has_body:
        raise NotImportable(what)
    arguments.notes.append(f"left out: {what}")
    return Body()


def is_json(media_type: str) -> bool:
    """Say whether a media type is JSON, or anything at all."""
    bare = _bare(media_type)
    return bare == "*/*" or _JSON.fullmatch(bare) is not None


def is_form(media_type: str) -> bool:
    """Say whether a media type is that of forms."""
    return _bare(media_type) == _FORM


def _form(media: JsonObject, arguments: Arguments, schemas: Schemas, *, is_required: bool) -> Body:
    """Give each field of a form an argument of its own, where its schema lists them."""
    schema = schemas.document.resolved(media.get("schema"))
    properties = as_object(schema.get("properties"))
    if not properties or any(word in schema for word in _CHOICES):
        taken = schemas.taken(media.get("schema"))
        template = f"{{{arguments.add('body', taken, is_required=is_required)}}}"
        return Body(template, BodyEncoding.FORM)
    needed = as_list(schema.get("required"))
    fields: dict[str, JsonValue] = {}
    for name, stated in properties.items():
        if as_object(stated).get("readOnly") is True:
            continue
        wire = _wire_name(name, stated, media, schemas)
        argument = arguments.add(name, schemas.taken(stated), is_required=name in needed)
        fields[wire] = f"{{{argument}}}"
    return Body(fields, BodyEncoding.FORM)


def _wire_name(name: str, stated: JsonValue, media: JsonObject, schemas: Schemas) -> str:
    """Return what a field is called: `name[]` for an array in the style of deep objects."""
    encoding = as_object(as_object(media.get("encoding")).get(name))
    is_array = as_text(schemas.document.resolved(stated).get("type")) == "array"
    is_deep = encoding.get("style") == "deepObject"
    return f"{visible_text(name)}[]" if is_array and is_deep else visible_text(name)


def _media(content: JsonObject, fits: Callable[[str], bool]) -> JsonValue:
    return next((media for kind, media in content.items() if fits(kind)), None)


def _bare(media_type: str) -> str:
    return media_type.partition(";")[0].strip().lower()
