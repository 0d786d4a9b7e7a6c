"""Internet addresses: which are public, which are a private network's, and which nobody may call.

Only an address in its canonical spelling is one at all: `127.1`, `0x7f000001` and the like are
read by some programs and not by others, which is how guards are passed.
"""

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Final, TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

LOOPBACK: Final = "127.0.0.1"

# `is_global` knows most special ranges, but which ones depends on Python's patch level.
_CLOSED_V4: Final = (
    IPv4Network("100.64.0.0/10"),  # carriers' own, RFC 6598
    IPv4Network("168.63.129.16/32"),  # Azure's own services, on a public address
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
PRIVATE_NETWORKS: Final[tuple[Network, ...]] = (
    IPv4Network("10.0.0.0/8"),  # RFC 1918
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),  # RFC 6598; also used within VPCs
    IPv6Network("fc00::/7"),  # RFC 4193
)
_METADATA: Final[tuple[Network, ...]] = (
    IPv4Network("100.100.100.200/32"),  # Alibaba's metadata
    IPv6Network("fd00:ec2::/32"),  # AWS: metadata, resolver, time
    IPv6Network("fd20:ce::254/128"),  # Google's metadata
)
"""Addresses within private ranges that hand out credentials."""


def read_address(text: str) -> Address | None:
    """Return the address that `text` spells canonically; None for everything else."""
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return None if isinstance(address, IPv6Address) and address.scope_id else address


def is_public(text: str) -> bool:
    """Say whether an address is an ordinary one of the public internet.

    An IPv6 address that holds an IPv4 one is not, whatever it holds: those forms are ways
    around this very question.
    """
    address = read_address(text)
    if address is None or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _CLOSED_V4)
    return address in _UNICAST_V6 and not any(address in network for network in _CLOSED_V6)


def is_within(text: str, networks: tuple[Network, ...]) -> bool:
    """Say whether an address lies in one of these private networks and may be called there."""
    address = read_address(text)
    if address is None or any(address in network for network in _METADATA):
        return False
    return any(address in network for network in networks)


def read_private_networks(text: str) -> tuple[Network, ...]:
    """Return the networks of a list such as `10.1.0.0/16,fd12::/48`.

    Raises:
        ValueError: One is no network, or not wholly within the private ranges: loopback,
            link-local and public addresses cannot be opened.
    """
    networks = tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    for network in networks:
        if not any(_holds(private, network) for private in PRIVATE_NETWORKS):
            raise ValueError(f"{network} is not a private network")
    return networks


def _holds(outer: Network, inner: Network) -> bool:
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and inner.subnet_of(outer)
    return isinstance(inner, IPv6Network) and inner.subnet_of(outer)
