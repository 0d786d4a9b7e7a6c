"""Origins that tools may call: scheme, host, port, and nothing else.

They are read as the WHATWG URL Standard reads them, which is how the most lenient client would;
and only what is written as that standard would write it passes, so that there is one reading.
"""

import re
from functools import lru_cache
from typing import Final

from gatehouse.domain.addresses import read_address
from gatehouse.domain.project_settings import canonical_origin
from gatehouse.domain.upstreams import Destination, UpstreamPolicy

MAX_LENGTH: Final = 300
HTTPS_PORT: Final = 443
_HTTP_PORT: Final = 80
FIRST_FREE_PORT: Final = 1024
"""Below it live other protocols' servers (RFC 6335 section 6), which are no tool's business."""
LAST_PORT: Final = 65535

_SHAPE: Final = (
    "must be an origin such as https://api.example.com: no path, query, user or fragment, and "
    "the host as URLs are normalized"
)
_ORIGIN: Final = re.compile(r"(?P<scheme>https?)://(?P<host>[^:]+|\[[^\]]+\])(:(?P<port>[0-9]+))?")
_LABEL: Final = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_NAME: Final = re.compile(rf"(?=.{{1,253}}\Z)({_LABEL}\.)*{_LABEL}", re.ASCII)
_PRIVATE: Final = r"(internal|intranet|local|lan|home|corp|private|home\.arpa)"
_NEVER: Final = re.compile(
    rf"(.*\.)?(localhost|localdomain)|(.*\.)?(rancher-)?(metadata|instance-data)(\.(.*\.)?{_PRIVATE})?"
    r"|metadata\.(goog|tencentyun\.com|packet\.net|platformequinix\.com)"
    r"|(api\.)?metadata\.cloud\.ibm\.com",
    re.ASCII,
)
"""Names of this very machine, and of services that hand out credentials.

Such a service is never anybody's tool, so its name is refused however it is completed within a
network (`instance-data.eu-central-1.compute.internal`), and whatever a deployment opens.
"""
_INSIDE: Final = re.compile(rf"[^.]+|.*\.{_PRIVATE}", re.ASCII)
"""Names that mean something within one network only (RFC 6762 appendix G, RFC 8375)."""


class UnacceptableOrigin(ValueError):
    """Nothing may be called there; `str(error)` continues "base_url ..."."""


def origin_problem(url: str, policy: UpstreamPolicy) -> str | None:
    """Say why a tool may not call `url`; None when it may. Upper case passes."""
    if not url.isascii():  # some letters become ASCII in lower case
        return _SHAPE
    try:
        destination(url.lower(), policy)
    except UnacceptableOrigin as error:
        return str(error)
    return None


def destination(origin: str, policy: UpstreamPolicy) -> Destination:
    """Take an origin apart; raise `UnacceptableOrigin` unless it may be called.

    The port is 443, or 1024 and above: 443 may be written or not. An IP address is judged here,
    what a name stands for when it is resolved.
    """
    is_canonical = len(origin) <= MAX_LENGTH and _is_canonical(origin)
    match = _ORIGIN.fullmatch(origin) if is_canonical else None
    if match is None:
        raise UnacceptableOrigin(_SHAPE)
    scheme, host = match["scheme"], match["host"].strip("[]")
    usual = HTTPS_PORT if scheme == "https" else _HTTP_PORT
    there = Destination(scheme=scheme, host=host, port=int(match["port"] or usual))
    is_open = policy.opens(there)
    if there.scheme != "https" and not is_open:
        raise UnacceptableOrigin("must start with https://")
    if there.port != HTTPS_PORT and not FIRST_FREE_PORT <= there.port <= LAST_PORT:
        raise UnacceptableOrigin(
            f"must use port {HTTPS_PORT}, or one from {FIRST_FREE_PORT} to {LAST_PORT}"
        )
    if not is_open:
        _require_host(there.host, policy)
    return there


@lru_cache(maxsize=512)
def _is_canonical(origin: str) -> bool:
    import can_ada  # noqa: PLC0415 - only who judges origins needs it

    try:
        normalized = can_ada.parse(origin).origin
    except ValueError:
        return False
    return normalized == canonical_origin(origin) and origin.islower()


def _require_host(host: str, policy: UpstreamPolicy) -> None:
    if read_address(host):
        if not policy.admits(host):
            raise UnacceptableOrigin("must be a public address")
    elif not _NAME.fullmatch(host):
        raise UnacceptableOrigin("names no host")
    elif _NEVER.fullmatch(host) or (_INSIDE.fullmatch(host) and not policy.private_networks):
        raise UnacceptableOrigin("must be a public name")
