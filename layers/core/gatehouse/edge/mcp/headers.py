"""What a modern request says twice, in its body and in its HTTP headers (MCP 2026-07-28).

Intermediaries route by the headers and we act on the body; so both must say the same, or one
could be shown one request and the other made to do another.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from typing import Final

from gatehouse.domain.header_params import InvalidHeaderParam, header_params, is_visible
from gatehouse.domain.json_values import JsonObject
from gatehouse.edge.mcp.envelope import Message
from gatehouse.edge.mcp.eras import LEGACY_VERSIONS, MODERN_VERSIONS, Era
from gatehouse.edge.mcp.faults import (
    HEADER_MISMATCH,
    RpcFault,
    invalid_params,
    unsupported_version,
)

VERSION_HEADER: Final = "mcp-protocol-version"
PROTOCOL_VERSION: Final = "io.modelcontextprotocol/protocolVersion"
CLIENT_CAPABILITIES: Final = "io.modelcontextprotocol/clientCapabilities"
CLIENT_INFO: Final = "io.modelcontextprotocol/clientInfo"
_NAMED_BY: Final = {"tools/call": "name", "prompts/get": "name", "resources/read": "uri"}
"""Which parameter `Mcp-Name` repeats, by method."""

Headers = Mapping[str, str]


def era_of(message: Message, headers: Headers) -> Era:
    """Say which era `message` belongs to, having checked that it may.

    Raises:
        RpcFault: The version is not served, or a modern message lacks or contradicts what its
            `_meta` and headers have to say.
    """
    said = _header(headers, VERSION_HEADER)
    if PROTOCOL_VERSION in message.meta or said in MODERN_VERSIONS:
        _check_modern(message, headers, said)
        return Era.MODERN
    if said is not None and said not in LEGACY_VERSIONS:
        raise unsupported_version(said, MODERN_VERSIONS + LEGACY_VERSIONS)
    return Era.LEGACY


def check_params(schema: JsonObject, arguments: JsonObject, headers: Headers) -> None:
    """Raise `RpcFault` unless the `Mcp-Param-*` headers that `schema` declares fit `arguments`."""
    try:
        declared = header_params(schema)
    except InvalidHeaderParam:
        return  # clients drop the whole tool, so nobody sends or routes by its headers
    for param in declared:
        value = param.value(arguments)
        if param.header not in headers and value is None:
            continue
        text = _decoded(_header(headers, param.header))
        if text is None or not param.agrees(text, value):
            raise _mismatch(f"Mcp-Param-{param.name}", "the argument")


def _check_modern(message: Message, headers: Headers, said: str | None) -> None:
    meta = message.meta
    requested = meta.get(PROTOCOL_VERSION)
    if not isinstance(requested, str):
        raise invalid_params(f"params._meta needs '{PROTOCOL_VERSION}', a string")
    if not isinstance(meta.get(CLIENT_CAPABILITIES), Mapping):
        raise invalid_params(f"params._meta needs '{CLIENT_CAPABILITIES}', an object")
    if not isinstance(meta.get(CLIENT_INFO, {}), Mapping):
        raise invalid_params(f"'{CLIENT_INFO}' must be an object")
    if said != requested:
        raise _mismatch("MCP-Protocol-Version", "the version in params._meta")
    if requested not in MODERN_VERSIONS:
        raise unsupported_version(requested, MODERN_VERSIONS)
    if _header(headers, "mcp-method") != message.method:
        raise _mismatch("Mcp-Method", "the method")
    parameter = _NAMED_BY.get(message.method)
    if parameter and _decoded(_header(headers, "mcp-name")) != message.params.get(parameter):
        raise _mismatch("Mcp-Name", f"params.{parameter}")


def _header(headers: Headers, name: str) -> str | None:
    value = headers.get(name)
    return None if value is None else value.strip(" \t")


def _decoded(value: str | None) -> str | None:
    """Undo `=?base64?...?=`; None when the value is not of a form that a client may send."""
    if value is None or not is_visible(value):
        return None
    if not (value.startswith("=?base64?") and value.endswith("?=")):
        return value
    encoded = value.removeprefix("=?base64?").removesuffix("?=")
    try:
        data = b64decode(encoded, validate=True)
        text = data.decode("utf-8")
    except (Base64Error, ValueError):
        return None
    return text if b64encode(data).decode() == encoded else None


def _mismatch(header: str, what: str) -> RpcFault:
    return RpcFault(HEADER_MISMATCH, f"The header {header} is missing or differs from {what}")
