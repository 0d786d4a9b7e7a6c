"""What a request says of its client: what it can do, what it wants to hear, what it answers."""

import re
from typing import Final

from gatehouse.domain.client_context import ClientContext
from gatehouse.domain.input_responses import read_responses
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.notifications import LEVELS
from gatehouse.edge.mcp.eras import Era
from gatehouse.edge.mcp.faults import invalid_params
from gatehouse.edge.mcp.headers import CLIENT_CAPABILITIES
from gatehouse.edge.mcp.inbound import Inbound

LOG_LEVEL: Final = "io.modelcontextprotocol/logLevel"
LEGACY_LOG_LEVEL: Final = "info"
"""No level outlives its request here, so `logging/setLevel` cannot change it."""
_TRACEPARENT: Final = re.compile(
    r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII
)
"""W3C Trace Context section 3.2: ids of zeros alone are none."""


def client_of(inbound: Inbound) -> ClientContext:
    """Return the client's side of a call.

    Before 2026-07-28 capabilities are said once, when a session begins; there being no sessions
    here, such a client can do nothing but wait for its result.

    Raises:
        RpcFault: The log level is none.
        InvalidResponses: `inputResponses` is not an object of objects.
    """
    if inbound.era is Era.LEGACY:
        return ClientContext(log_level=LEGACY_LOG_LEVEL)
    params, meta = inbound.message.params, inbound.message.meta
    responses = read_responses(params["inputResponses"]) if "inputResponses" in params else None
    return ClientContext(
        capabilities=_capabilities(meta), log_level=_log_level(meta), responses=responses
    )


def request_state_of(inbound: Inbound) -> str | None:
    """Return the `requestState` that the client brings back, if it does."""
    if inbound.era is Era.LEGACY:
        return None
    state = inbound.message.params.get("requestState")
    if state is not None and not isinstance(state, str):
        raise invalid_params("requestState must be a string")
    return state


def traceparent_of(inbound: Inbound) -> str | None:
    """Return the client's trace (W3C Trace Context), from `_meta` (SEP-414) or the header."""
    said = inbound.message.meta.get("traceparent", inbound.headers.get("traceparent"))
    return said if isinstance(said, str) and _TRACEPARENT.fullmatch(said) else None


def _capabilities(meta: JsonObject) -> JsonObject:
    capabilities = meta[CLIENT_CAPABILITIES]
    return capabilities if isinstance(capabilities, dict) else {}


def _log_level(meta: JsonObject) -> str | None:
    level = meta.get(LOG_LEVEL)
    if level is None:
        return None
    if not isinstance(level, str) or level not in LEVELS:
        raise invalid_params(f"'{LOG_LEVEL}' must be one of {', '.join(LEVELS)}")
    return level
