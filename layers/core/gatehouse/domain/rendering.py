"""Render the one HTTP request that a tool call becomes; pure.

No argument reaches scheme, host or port, adds a path segment, a query parameter that the
template fixes, or a header. A refusal names the argument and never repeats its value, for the
message goes to a model and into logs.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatehouse.domain.body_rendering import encoded, templated_body
from gatehouse.domain.calls import Invocation
from gatehouse.domain.errors import ToolRefused
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.outbound_headers import (
    IDEMPOTENCY_KEY,
    INTEGRATION_ID,
    PROJECT_ID,
    REQUEST_ID,
    TIMESTAMP,
    TRACEPARENT,
    Headers,
    is_header_name,
    is_reserved_header,
    member_headers,
    sets_idempotency_key,
)
from gatehouse.domain.path_rendering import (
    Entries,
    argument_entries,
    encoded_query,
    query_entries,
    render_path,
)
from gatehouse.domain.requests import OutboundRequest
from gatehouse.domain.template_values import MISCONFIGURED, UNUSABLE, Values, values_of
from gatehouse.domain.templates import InvalidTemplate, placeholders
from gatehouse.domain.tools import BodyEncoding, ToolDefinition
from gatehouse.domain.version import VERSION

_HEADER_VALUE: Final = re.compile(r"[ -~]*", re.ASCII)
_MEDIA_TYPES: Final = {
    BodyEncoding.JSON: "application/json",
    BodyEncoding.FORM: "application/x-www-form-urlencoded",
}
_ORIGIN: Final = re.compile(
    r"https?://([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.ASCII | re.IGNORECASE
)
"""Scheme, host and port, and nothing else: no user, no path, no query."""


def render(invocation: Invocation, *, timestamp: int) -> OutboundRequest:
    """Return the request to send, complete but for its credential (see `signatures`).

    Args:
        invocation: The call; its arguments have been checked against the input_schema.
        timestamp: Seconds since the Unix epoch, sent and signed.

    Raises:
        ToolRefused: The call cannot be rendered; the message is written for the model.
    """
    try:
        return _rendered(invocation, timestamp)
    except InvalidTemplate as error:
        raise ToolRefused("The tool's templates are not valid", code=MISCONFIGURED) from error


def _rendered(invocation: Invocation, timestamp: int) -> OutboundRequest:
    definition, values = invocation.tool.definition, values_of(invocation)
    if not _ORIGIN.fullmatch(definition.base_url.rstrip("/")):
        raise ToolRefused("The tool's base_url is not an origin", code=MISCONFIGURED)
    rest = _unplaced(definition, invocation.arguments)
    path = render_path(definition.endpoint_path, values)
    query = encoded_query(_query(definition, values, rest))
    body = _body(definition, values, rest)
    return OutboundRequest(
        method=definition.http_method,
        origin=definition.origin,
        target=f"{path}?{query}" if query else path,
        headers=(
            *_own_headers(definition, values, has_body=bool(body)),
            (PROJECT_ID, invocation.tool.project_id),
            (INTEGRATION_ID, invocation.integration_id),
            (REQUEST_ID, invocation.request_id),
            (TIMESTAMP, str(timestamp)),
            *member_headers(invocation.member, definition.inject_member_identity),
            *_idempotency(invocation),
            *_trace(invocation),
        ),
        body=body,
    )


def _trace(invocation: Invocation) -> Headers:
    """Return the client's trace, which is W3C Trace Context's one well-formed header or none."""
    return ((TRACEPARENT, invocation.traceparent),) if invocation.traceparent else ()


def _idempotency(invocation: Invocation) -> Headers:
    """Return the key by which an endpoint knows a repetition: each call has one of its own."""
    definition = invocation.tool.definition
    if not definition.idempotency_key:
        return ()
    if sets_idempotency_key(definition.headers_template):
        raise ToolRefused("The tool's templates set a reserved header", code=MISCONFIGURED)
    return ((IDEMPOTENCY_KEY, invocation.request_id),)


def _unplaced(definition: ToolDefinition, arguments: JsonObject) -> JsonObject:
    """Return the arguments that path, query and headers do not use."""
    placed = placeholders(definition.endpoint_path).union(
        *map(placeholders, definition.query_template.values()),
        *map(placeholders, definition.headers_template.values()),
    )
    return {name: value for name, value in arguments.items() if name not in placed}


def _query(definition: ToolDefinition, values: Values, rest: JsonObject) -> Entries:
    for name, template in definition.query_template.items():
        yield from query_entries(name, template, values)
    if definition.http_method.has_body or definition.body_template is not None:
        return
    for name, value in rest.items():
        # A parameter that the template fixes is not the model's to send a second time.
        if name not in definition.query_template:
            yield from argument_entries(name, value, name)


def _body(definition: ToolDefinition, values: Values, rest: JsonObject) -> bytes:
    if definition.body_template is not None:
        return templated_body(definition.body_template, values, definition.body_encoding)
    return encoded(rest, definition.body_encoding) if definition.http_method.has_body else b""


def _own_headers(definition: ToolDefinition, values: Values, *, has_body: bool) -> Headers:
    """Return the templated headers after those defaults that no template replaces."""
    templated = tuple(_templated_headers(definition, values))
    replaced = {name.lower() for name, _ in templated}
    defaults = {
        "Accept": "application/json, text/*;q=0.9, */*;q=0.5",
        "User-Agent": f"gatehouse/{VERSION}",
    }
    if has_body:
        defaults["Content-Type"] = _MEDIA_TYPES[definition.body_encoding]
    kept = [(name, value) for name, value in defaults.items() if name.lower() not in replaced]
    return (*kept, *templated)


def _templated_headers(definition: ToolDefinition, values: Values) -> Iterator[tuple[str, str]]:
    for name, template in definition.headers_template.items():
        # Registration refuses these too; an older or altered definition must not slip past it.
        if not is_header_name(name) or is_reserved_header(name):
            raise ToolRefused("The tool's templates set a reserved header", code=MISCONFIGURED)
        value = values.fill(template)
        if value is None:
            continue
        if not _HEADER_VALUE.fullmatch(value):
            raise ToolRefused(
                f"A value for the header '{name}' holds line breaks, control characters or "
                "characters outside ASCII, which headers cannot carry",
                code=UNUSABLE,
            )
        yield name, value.strip(" ")
