"""Which resources may be stored: every rule about a definition, each named by its field."""

from typing import Final

from gatehouse.domain.content_blocks import annotation_errors, is_base64, is_media_type, is_uri
from gatehouse.domain.errors import FieldError
from gatehouse.domain.icons import icon_errors
from gatehouse.domain.ids import TOOL_NAME
from gatehouse.domain.offer_rules import (
    Errors,
    completion_errors,
    descriptor_errors,
    hidden_errors,
    size_errors,
    wording_errors,
)
from gatehouse.domain.resource_documents import resource_descriptor_text, resource_document
from gatehouse.domain.resources import ResourceDefinition, endpoint_tool
from gatehouse.domain.templates import InvalidTemplate, placeholders
from gatehouse.domain.tool_rules import field_errors as tool_errors
from gatehouse.domain.upstreams import UpstreamPolicy

_SHOWN_ELSEWHERE: Final = ("name", "description", "input_schema")
"""Fields of the endpoint as a tool that its owner did not write there."""


def resource_errors(
    definition: ResourceDefinition,
    *,
    secret: str | None,
    keeps_secret: bool,
    upstreams: UpstreamPolicy,
) -> tuple[FieldError, ...]:
    """Return everything that is wrong with a resource; empty when it may be stored.

    Args:
        definition: What its owner wrote.
        secret: A new secret of the endpoint in the clear.
        keeps_secret: Whether a secret given before stays.
        upstreams: What this deployment lets tools and resources call.
    """
    place = tuple(_place_errors(definition))
    return (
        *_own_errors(definition),
        *place,
        # What an endpoint and a text may name follows from the place.
        *(() if place else _source_errors(definition)),
        *(
            ()
            if place
            else _endpoint_errors(
                definition, secret, keeps_secret=keeps_secret, upstreams=upstreams
            )
        ),
        *size_errors("text", resource_document(definition)),
        *descriptor_errors(resource_descriptor_text(definition)),
    )


def _own_errors(definition: ResourceDefinition) -> Errors:
    if not TOOL_NAME.fullmatch(definition.name):
        yield FieldError("name", "must be 1 to 64 letters, digits, hyphens and underscores")
    yield from wording_errors(definition.title, definition.description)
    if definition.icons is not None:
        yield from icon_errors(definition.icons)
    if definition.annotations is not None:
        yield from annotation_errors(definition.annotations, "annotations")
    if definition.mime_type is not None and not is_media_type(definition.mime_type):
        yield FieldError("mime_type", "must be a media type such as text/plain")


def _place_errors(definition: ResourceDefinition) -> Errors:
    if (definition.uri is None) == (definition.uri_template is None):
        yield FieldError("uri", "is needed, or uri_template, and not both")
        return
    if definition.uri is not None and not is_uri(definition.uri):
        yield FieldError("uri", "must be a URI")
    try:
        variables = definition.variables
    except InvalidTemplate as error:
        yield FieldError("uri_template", str(error))
        return
    for name, candidates in definition.completions.items():
        field = f"completions.{name[:64]}"
        if name not in variables:
            yield FieldError(field, "is no variable of uri_template")
        yield from completion_errors(candidates, field)


def _source_errors(definition: ResourceDefinition) -> Errors:
    sources = (definition.text, definition.blob, definition.endpoint)
    if sum(source is not None for source in sources) != 1:
        yield FieldError("text", "is needed, or blob, or endpoint, and only one of them")
    if definition.blob is not None and not is_base64(definition.blob):
        yield FieldError("blob", "must be base64")
    if definition.text is not None:
        yield from hidden_errors("text", definition.text)
        if definition.uri_template is not None:
            yield from _template_errors(definition.text, frozenset(definition.variables))


def _template_errors(text: str, known: frozenset[str]) -> Errors:
    try:
        unknown = placeholders(text) - known
    except InvalidTemplate as error:
        yield FieldError("text", str(error))
        return
    for name in sorted(unknown):
        yield FieldError("text", f"names the unknown variable '{name}'")


def _endpoint_errors(
    definition: ResourceDefinition,
    secret: str | None,
    *,
    keeps_secret: bool,
    upstreams: UpstreamPolicy,
) -> Errors:
    tool = endpoint_tool(definition)
    if tool is None:
        return
    found = tool_errors(tool, secret=secret, keeps_secret=keeps_secret, upstreams=upstreams)
    for error in found:
        if error.field.partition(".")[0] not in _SHOWN_ELSEWHERE:
            yield FieldError(f"endpoint.{error.field}", error.message)
