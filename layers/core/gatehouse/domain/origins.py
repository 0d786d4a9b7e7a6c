"""Origins that tools may call: scheme, host, port, and nothing else."""

import ipaddress
import re
from typing import Final

MAX_LENGTH: Final = 300
HTTPS_PORT: Final = 443
FIRST_FREE_PORT: Final = 1024
"""Below it live other protocols' servers (RFC 6335 section 6), which are no tool's business."""
LAST_PORT: Final = 65535

_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+)(:(?P<port>[0-9]{1,5}))?", re.ASCII | re.IGNORECASE
)
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"({_LABEL}\.)*{_LABEL}", re.ASCII | re.IGNORECASE)
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII | re.IGNORECASE)
"""A host whose last label is one is an IPv4 address, in one of many spellings (WHATWG URL)."""


def origin_problem(url: str, *, allow_insecure: bool) -> str | None:
    """Say why a tool may not call `url`; None when it may.

    Args:
        url: An origin such as `https://api.example.com`, with port 443, none, or 1024 and above.
        allow_insecure: Whether `http://127.0.0.1:<port>` passes, on a developer's machine.
    """
    match = _ORIGIN.fullmatch(url) if len(url) <= MAX_LENGTH else None
    if match is None:
        return "must be an origin such as https://api.example.com: no path, query, user or fragment"
    host, port = match["host"], int(match["port"] or HTTPS_PORT)
    if match["scheme"].lower() == "http":
        if allow_insecure and host == "127.0.0.1" and match["port"]:
            return _port_problem(port)
        return "must start with https://"
    return _host_problem(host) or _port_problem(port)


def _port_problem(port: int) -> str | None:
    if port == HTTPS_PORT or FIRST_FREE_PORT <= port <= LAST_PORT:
        return None
    return f"must use port {HTTPS_PORT}, or one from {FIRST_FREE_PORT} to {LAST_PORT}"


def _host_problem(host: str) -> str | None:
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        try:
            address = ipaddress.IPv4Address(host)
        except ValueError:
            return "names no host"
        return None if address.is_global else "must be a public address"
    return None if _NAME.fullmatch(host) and len(host) <= 253 else "names no host"  # noqa: PLR2004
