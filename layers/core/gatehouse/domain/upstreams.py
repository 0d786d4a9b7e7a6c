"""Where tools of this deployment may call: one policy, for registration and for each call."""

from dataclasses import dataclass

from gatehouse.domain.addresses import LOOPBACK, Network, is_public, is_within


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Scheme, host and port of an origin; an IPv6 host without its brackets."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamPolicy:
    """What may be called at all: public addresses over https, and what a deployment opens.

    `allow_local_http` opens `http://127.0.0.1`, for a developer's machine; `closed_ports` are
    those of loopback that stay shut even then, the Lambda Runtime API's above all: whoever
    reaches it can answer other calls. `private_networks` are those of the deployment's own
    network, over https too; what hands out credentials there stays shut.
    """

    allow_local_http: bool = False
    closed_ports: frozenset[int] = frozenset()
    private_networks: tuple[Network, ...] = ()

    def opens(self, there: Destination) -> bool:
        """Say whether this is the plain http of a developer's machine, and open."""
        return (
            self.allow_local_http
            and (there.scheme, there.host) == ("http", LOOPBACK)
            and there.port not in self.closed_ports
        )

    def admits(self, address: str) -> bool:
        """Say whether an address may be called over https."""
        return is_public(address) or is_within(address, self.private_networks)
