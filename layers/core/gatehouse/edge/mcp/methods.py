"""The methods of each era: one function each, and the table that names them."""

from collections.abc import Mapping
from typing import Final

from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.notifications import LEVELS
from gatehouse.edge.mcp.completions import complete_argument
from gatehouse.edge.mcp.eras import LEGACY_VERSIONS, MODERN_VERSIONS, Era
from gatehouse.edge.mcp.faults import invalid_params
from gatehouse.edge.mcp.inbound import Inbound, Method, Offered
from gatehouse.edge.mcp.listings import (
    list_prompts,
    list_resource_templates,
    list_resources,
    list_tools,
)
from gatehouse.edge.mcp.prompts import get_prompt
from gatehouse.edge.mcp.render import (
    SERVER_INFO,
    JsonText,
    cacheable,
    complete,
)
from gatehouse.edge.mcp.resources import read_resource, subscribe
from gatehouse.edge.mcp.tool_calls import call_tool

CAPABILITIES: Final[JsonObject] = {
    "tools": {},
    "prompts": {},
    "resources": {},
    "completions": {},
    "logging": {},
}
LEGACY_CAPABILITIES: Final[JsonObject] = {**CAPABILITIES, "resources": {"subscribe": True}}
DISCOVERY_TTL_MS: Final = 300_000


def initialize(_offered: Offered, inbound: Inbound) -> JsonText:
    """Agree on a version: the client's if it is ours, else our newest that has this method."""
    requested = inbound.message.params.get("protocolVersion")
    if not isinstance(requested, str):
        raise invalid_params("protocolVersion must be a string")
    version = requested if requested in LEGACY_VERSIONS else LEGACY_VERSIONS[0]
    members: JsonObject = {
        "protocolVersion": version,
        "capabilities": LEGACY_CAPABILITIES,
        "serverInfo": SERVER_INFO,
    }
    return complete(inbound.era, members)


def discover(_offered: Offered, inbound: Inbound) -> JsonText:
    """Say what there is."""
    members: JsonObject = {
        "supportedVersions": MODERN_VERSIONS,
        "capabilities": CAPABILITIES,
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


_OFFERS: Final[Mapping[str, Method]] = {
    "tools/list": list_tools,
    "tools/call": call_tool,
    "prompts/list": list_prompts,
    "prompts/get": get_prompt,
    "resources/list": list_resources,
    "resources/templates/list": list_resource_templates,
    "resources/read": read_resource,
    "completion/complete": complete_argument,
}
LISTS: Final = frozenset(
    {"tools/list", "prompts/list", "resources/list", "resources/templates/list"}
)
"""What may be answered with pages of before, if nothing has changed since."""
UNLIMITED: Final = frozenset(
    {
        "initialize",
        "server/discover",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
    }
)
"""What is answered without reading, writing or sending anything; all else counts."""

METHODS: Final[Mapping[Era, Mapping[str, Method]]] = {
    Era.LEGACY: {
        "initialize": initialize,
        "ping": ping,
        "logging/setLevel": set_level,
        "resources/subscribe": subscribe,
        "resources/unsubscribe": subscribe,
        **_OFFERS,
    },
    Era.MODERN: {"server/discover": discover, **_OFFERS},
}
