"""resources/read, and the subscriptions that older clients may ask for."""

from typing import Final

from gatehouse.domain.errors import NotFound, UpstreamFailed
from gatehouse.domain.json_values import JsonObject
from gatehouse.edge import log
from gatehouse.edge.mcp.clients import traceparent_of
from gatehouse.edge.mcp.eras import Era
from gatehouse.edge.mcp.faults import (
    INVALID_PARAMS,
    RESOURCE_NOT_FOUND,
    RpcFault,
    invalid_params,
)
from gatehouse.edge.mcp.inbound import Inbound, Offered
from gatehouse.edge.mcp.render import (
    LIST_TTL_MS,
    MAX_RESULT_BYTES,
    REQUEST_ID_NOTE,
    JsonText,
    cacheable,
    complete,
)
from gatehouse.usecases.read_resource import ResourceContents, ResourceRead

MAX_URI: Final = 2048


def read_resource(offered: Offered, inbound: Inbound) -> JsonText:
    """Read a resource."""
    uri = _uri(inbound)
    try:
        found = offered.read_resource(
            ResourceRead(
                request_id=inbound.request_id,
                caller=inbound.admitted.caller,
                uri=uri,
                traceparent=traceparent_of(inbound),
            )
        )
    except NotFound as error:
        code = RESOURCE_NOT_FOUND if inbound.era is Era.LEGACY else INVALID_PARAMS
        raise RpcFault(code, str(error), {"uri": uri}) from error
    meta: JsonObject = {}
    if found.outcome is not None:
        log.note(outcome=found.outcome)
        meta = {REQUEST_ID_NOTE: inbound.request_id}
    members: JsonObject = {
        "contents": [_contents(found)],
        **cacheable(inbound.era, LIST_TTL_MS),
    }
    text = complete(inbound.era, members, meta=meta)
    if len(text.encode()) > MAX_RESULT_BYTES:
        raise UpstreamFailed("The resource is too large to be read")
    return text


def subscribe(_offered: Offered, inbound: Inbound) -> JsonText:
    """Accept a subscription: nothing outlives its request here, so no update is ever sent."""
    _uri(inbound)
    return complete(inbound.era, {})


def _uri(inbound: Inbound) -> str:
    uri = inbound.message.params.get("uri")
    if not isinstance(uri, str) or len(uri) > MAX_URI:
        raise invalid_params(f"uri must be a string of at most {MAX_URI} characters")
    return uri


def _contents(found: ResourceContents) -> JsonObject:
    members = {
        "uri": found.uri,
        "mimeType": found.mime_type,
        "text": found.text,
        "blob": found.blob,
        "_meta": {"gatehouse/sanitized": True} if found.is_sanitized else None,
    }
    return {name: value for name, value in members.items() if value is not None}
