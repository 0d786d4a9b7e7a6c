"""JSON-RPC errors: their codes, and what the domain's refusals are called in them.

Codes of the protocol lie in -32768..-32000, and none may be invented there. A refusal that HTTP
has a status for carries that status as its code.
"""

from collections.abc import Mapping
from typing import Final

from gatehouse.domain.errors import (
    Forbidden,
    GatehouseError,
    InvalidRequest,
    NotFound,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UpstreamFailed,
)
from gatehouse.domain.input_requests import MissingCapabilities
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.strict_json import InvalidJson
from gatehouse.edge.mcp.eras import Era

PARSE_ERROR: Final = -32700
INVALID_REQUEST: Final = -32600
METHOD_NOT_FOUND: Final = -32601
INVALID_PARAMS: Final = -32602
INTERNAL_ERROR: Final = -32603
HEADER_MISMATCH: Final = -32020
MISSING_CAPABILITIES: Final = -32021
UNSUPPORTED_VERSION: Final = -32022
RESOURCE_NOT_FOUND: Final = -32002
"""Before 2026-07-28 alone; since then it is an invalid parameter."""

_CODES: Final[Mapping[type[GatehouseError], int]] = {
    InvalidJson: PARSE_ERROR,
    InvalidRequest: INVALID_PARAMS,
    NotFound: INVALID_PARAMS,
    Unauthenticated: 401,
    Forbidden: 403,
    TooManyRequests: 429,
    Unavailable: INTERNAL_ERROR,
    UpstreamFailed: 502,
}
"""Looked up along the error's ancestors."""

_STATUSES: Final[Mapping[int, int]] = {
    METHOD_NOT_FOUND: 404,
    INTERNAL_ERROR: 503,
    401: 401,
    403: 403,
    429: 429,
    502: 502,
}
_IN_BODY_ONLY: Final = frozenset({METHOD_NOT_FOUND, INVALID_PARAMS, RESOURCE_NOT_FOUND, 502})
"""What a legacy client expects under HTTP 200, for its request was a well-formed one."""


class RpcFault(GatehouseError):
    """A message breaks a rule of JSON-RPC or MCP."""

    def __init__(self, code: int, message: str, data: JsonObject | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


def invalid_params(message: str) -> RpcFault:
    """Return the fault of parameters that are not of the method's shape."""
    return RpcFault(INVALID_PARAMS, message)


def unsupported_version(requested: str, supported: tuple[str, ...]) -> RpcFault:
    """Return the fault of a protocol version that is not served."""
    data: JsonObject = {"supported": supported, "requested": requested}
    return RpcFault(UNSUPPORTED_VERSION, "Unsupported protocol version", data)


def unforeseen(request_id: str) -> RpcFault:
    """Return the fault of what nobody foresaw; the log knows more under the request's id."""
    return RpcFault(INTERNAL_ERROR, "Internal error", {"requestId": request_id})


def as_fault(error: GatehouseError) -> RpcFault:
    """Return `error` in the words of JSON-RPC; what has none there is an error of ours."""
    if isinstance(error, RpcFault):
        return error
    if isinstance(error, MissingCapabilities):
        data: JsonObject = {"requiredCapabilities": error.required}
        return RpcFault(MISSING_CAPABILITIES, str(error), data)
    code = next(_CODES[kind] for kind in type(error).__mro__ if kind in _CODES)
    return RpcFault(code, str(error))


def http_status(fault: RpcFault, era: Era | None) -> int:
    """Return the status of an answer that holds just this fault; `era` when it is known."""
    if era is Era.LEGACY and fault.code in _IN_BODY_ONLY:
        return 200
    return _STATUSES.get(fault.code, 400)
