"""What this deployment lets tools call."""

from gatehouse.domain.upstreams import UpstreamPolicy
from gatehouse.settings import Settings


def upstreams(settings: Settings) -> UpstreamPolicy:
    """Return the policy that the environment describes."""
    return UpstreamPolicy(
        allow_local_http=settings.allow_insecure_upstreams,
        closed_ports=settings.own_loopback_ports,
        private_networks=settings.allowed_private_cidrs,
    )
