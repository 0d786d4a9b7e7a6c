"""The methods of each era: one function each, and the table that names them."""

from collections.abc import Mapping
from typing import Final

from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.notifications import LEVELS
from gatehouse.edge.mcp.eras import LEGACY_VERSIONS, MODERN_VERSIONS, Era
from gatehouse.edge.mcp.faults import invalid_params
from gatehouse.edge.mcp.inbound import Inbound, Method, Offered
from gatehouse.edge.mcp.render import (
    SERVER_INFO,
    JsonText,
    cacheable,
    complete,
    json_text,
    list_text,
)
from gatehouse.edge.mcp.tool_calls import call_tool

CAPABILITIES: Final[JsonObject] = {"tools": {}, "logging": {}}
DISCOVERY_TTL_MS: Final = 300_000
LIST_TTL_MS: Final = 0
"""Disabling a tool takes effect at once, also in lists."""


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


def set_level(_offered: Offered, inbound: Inbound) -> JsonText:
    """Accept a log level, which ends with this request: nothing is kept for the next."""
    level = inbound.message.params.get("level")
    if level not in LEVELS:
        raise invalid_params(f"level must be one of {', '.join(LEVELS)}")
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


METHODS: Final[Mapping[Era, Mapping[str, Method]]] = {
    Era.LEGACY: {
        "initialize": initialize,
        "ping": ping,
        "logging/setLevel": set_level,
        "tools/list": list_tools,
        "tools/call": call_tool,
    },
    Era.MODERN: {
        "server/discover": discover,
        "tools/list": list_tools,
        "tools/call": call_tool,
    },
}
