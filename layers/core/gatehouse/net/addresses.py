"""Which addresses a tool may be called at; pure.

A name is resolved once, every address it has is judged, and the connection goes to one that was
judged: a name that means something else a moment later changes nothing.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final

from gatehouse.ports import UpstreamUnreachable

LOOPBACK: Final = "127.0.0.1"

_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?:\[(?P<v6>[0-9a-f:.]+)\]|(?P<host>[a-z0-9_.-]+))(?::(?P<port>[0-9]{1,5}))?",
    re.ASCII,
)
_PORTS: Final = {"https": 443, "http": 80}

# `is_global` knows most special ranges, but which ones depends on Python's patch level.
_CLOSED_V4: Final = (
    IPv4Network("100.64.0.0/10"),  # carriers' own, RFC 6598
    IPv4Network("192.0.0.0/24"),  # protocol assignments, RFC 6890
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, RFC 7526
    IPv4Network("224.0.0.0/3"),  # multicast, reserved, broadcast
)
_UNICAST_V6: Final = IPv6Network("2000::/3")
"""All that is global unicast. Mapped, NAT64, local and multicast addresses lie outside."""
_CLOSED_V6: Final = (
    IPv6Network("2001::/23"),  # Teredo and other protocol assignments, RFC 2928
    IPv6Network("2001:db8::/32"),  # documentation, RFC 3849
    IPv6Network("2002::/16"),  # 6to4 holds any IPv4 address, RFC 3056
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Scheme, host and port of an origin; an IPv6 host without its brackets."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy:
    """What may be called at all.

    `allow_local_http` opens `http://127.0.0.1`, for a developer's machine; `closed_ports` are
    those of loopback that stay shut even then, the Lambda Runtime API's above all: whoever
    reaches it can answer other calls.
    """

    allow_local_http: bool = False
    closed_ports: frozenset[int] = frozenset()

    def destination(self, origin: str) -> Destination:
        """Take an origin apart; raise `UpstreamUnreachable` unless it may be called."""
        parts = _ORIGIN.fullmatch(origin)
        if parts is None:
            raise UpstreamUnreachable("The tool's address is not acceptable")
        scheme, port = parts["scheme"], int(parts["port"] or _PORTS[parts["scheme"]])
        there = Destination(scheme=scheme, host=parts["v6"] or parts["host"], port=port)
        if scheme != "https" and not self._is_open_locally(there):
            raise UpstreamUnreachable("The tool's address must use https")
        if not 0 < port < 1 << 16:
            raise UpstreamUnreachable("The tool's address is not acceptable")
        return there

    def judge(self, there: Destination, addresses: list[str]) -> None:
        """Raise `UpstreamUnreachable` unless `there` may be reached at each of `addresses`."""
        if there.scheme == "http" and self._is_open_locally(there) and addresses == [LOOPBACK]:
            return
        if not addresses or not all(map(is_public, addresses)):
            raise UpstreamUnreachable("The tool's address is not public")

    def _is_open_locally(self, there: Destination) -> bool:
        return (
            self.allow_local_http and there.host == LOOPBACK and there.port not in self.closed_ports
        )


def is_public(text: str) -> bool:
    """Say whether an address is an ordinary one of the public internet.

    An IPv6 address that holds an IPv4 one is not, whatever it holds: those forms are ways
    around this very question.
    """
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in network for network in _CLOSED_V4)
    return _is_public_v6(address)


def _is_public_v6(address: IPv6Address) -> bool:
    return (
        address.is_global
        and address.scope_id is None
        and address in _UNICAST_V6
        and not any(address in network for network in _CLOSED_V6)
    )
