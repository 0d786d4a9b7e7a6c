"""The methods of each era: one function each, and the table that names them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from gatehouse.domain import tool_results
from gatehouse.domain.json_values import JsonObject
from gatehouse.edge import log
from gatehouse.edge.mcp.envelope import Message
from gatehouse.edge.mcp.eras import LEGACY_VERSIONS, MODERN_VERSIONS, Era
from gatehouse.edge.mcp.faults import invalid_params
from gatehouse.edge.mcp.headers import Headers, check_params
from gatehouse.edge.mcp.render import (
    SERVER_INFO,
    JsonText,
    cacheable,
    complete,
    json_text,
    list_text,
    tool_result_text,
)
from gatehouse.usecases.authenticate import Admitted
from gatehouse.usecases.call_tool import CallTool, ToolCall
from gatehouse.usecases.list_tools import ListTools

CAPABILITIES: Final[JsonObject] = {"tools": {}}
DISCOVERY_TTL_MS: Final = 300_000
LIST_TTL_MS: Final = 0
"""Disabling a tool takes effect at once, also in lists."""
MAX_RESULT_BYTES: Final = 4_300_000
"""As base64, what Lambda's 6 MB can carry."""
_TRACEPARENT: Final = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    """An admitted request; `request_id` is ours, not the message's id."""

    message: Message
    era: Era
    admitted: Admitted
    headers: Headers = field(repr=False)
    request_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """The use cases behind the methods."""

    list_tools: ListTools
    call_tool: CallTool


Method = Callable[[Offered, Inbound], JsonText]


def initialize(_offered: Offered, inbound: Inbound) -> JsonText:
    """Agree on a version: the client's if it is ours, else our newest that has this method."""
    requested = inbound.message.params.get("protocolVersion")
    if not isinstance(requested, str):
        raise invalid_params("protocolVersion must be a string")
    version = requested if requested in LEGACY_VERSIONS else LEGACY_VERSIONS[0]
    members = {
        "protocolVersion": json_text(version),
        "capabilities": json_text(CAPABILITIES),
        "serverInfo": json_text(SERVER_INFO),
    }
    return complete(inbound.era, members)


def discover(_offered: Offered, inbound: Inbound) -> JsonText:
    """Say what there is."""
    members = {
        "supportedVersions": json_text(MODERN_VERSIONS),
        "capabilities": json_text(CAPABILITIES),
        **cacheable(inbound.era, DISCOVERY_TTL_MS),
    }
    return complete(inbound.era, members)


def ping(_offered: Offered, inbound: Inbound) -> JsonText:
    """Say nothing, but say it."""
    return complete(inbound.era, {})


def list_tools(offered: Offered, inbound: Inbound) -> JsonText:
    """List a page of the project's enabled tools."""
    cursor = inbound.message.params.get("cursor")
    if cursor is not None and not isinstance(cursor, str):
        raise invalid_params("cursor must be a string")
    listed = offered.list_tools(inbound.admitted.caller.project, cursor=cursor)
    members = {"tools": list_text(listed.descriptors)}
    if listed.next_cursor is not None:
        members["nextCursor"] = json_text(listed.next_cursor)
    return complete(inbound.era, {**members, **cacheable(inbound.era, LIST_TTL_MS)})


def call_tool(offered: Offered, inbound: Inbound) -> JsonText:
    """Call a tool."""
    name, arguments = _call_params(inbound.message)
    tool = inbound.admitted.tool
    if tool and inbound.era is Era.MODERN and tool.is_enabled:
        check_params(tool.definition.input_schema, arguments, inbound.headers)
    called = offered.call_tool(
        ToolCall(
            request_id=inbound.request_id,
            caller=inbound.admitted.caller,
            name=name,
            tool=tool,
            arguments=arguments,
            traceparent=_traceparent(inbound),
        )
    )
    log.note(outcome=called.outcome)
    text = tool_result_text(inbound.era, called.result, request_id=inbound.request_id)
    if len(text.encode()) <= MAX_RESULT_BYTES:
        return text
    too_large = tool_results.refusal("The call was made, but its result is too large to return")
    too_large = replace(too_large, notes=called.result.notes)
    return tool_result_text(inbound.era, too_large, request_id=inbound.request_id)


METHODS: Final[Mapping[Era, Mapping[str, Method]]] = {
    Era.LEGACY: {
        "initialize": initialize,
        "ping": ping,
        "tools/list": list_tools,
        "tools/call": call_tool,
    },
    Era.MODERN: {
        "server/discover": discover,
        "tools/list": list_tools,
        "tools/call": call_tool,
    },
}


def _call_params(message: Message) -> tuple[str, JsonObject]:
    name, arguments = message.params.get("name"), message.params.get("arguments")
    if not isinstance(name, str):
        raise invalid_params("name must be a string")
    if arguments is None:
        return name, {}
    if not isinstance(arguments, Mapping):
        raise invalid_params("arguments must be an object")
    return name, arguments


def _traceparent(inbound: Inbound) -> str | None:
    """Return the client's trace (W3C Trace Context), from `_meta` (SEP-414) or the header."""
    said = inbound.message.meta.get("traceparent", inbound.headers.get("traceparent"))
    return said if isinstance(said, str) and _TRACEPARENT.fullmatch(said) else None
