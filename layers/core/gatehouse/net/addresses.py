"""What may be connected to.

A name is resolved once, every address it has is judged, and the connection goes to one that was
judged: a name that means something else a moment later changes nothing.
"""

from dataclasses import dataclass, fields
from typing import Self

from gatehouse.domain import origins
from gatehouse.domain.addresses import LOOPBACK
from gatehouse.domain.upstreams import Destination, UpstreamPolicy
from gatehouse.ports.upstreams import UpstreamForbidden


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPolicy(UpstreamPolicy):
    """The deployment's policy, kept at each call."""

    @classmethod
    def of(cls, policy: UpstreamPolicy) -> Self:
        """Return the client's side of a policy."""
        return cls(**{item.name: getattr(policy, item.name) for item in fields(policy)})

    def destination(self, origin: str) -> Destination:
        """Take an origin apart; raise `UpstreamForbidden` unless it may be called."""
        try:
            return origins.destination(origin, self)
        except origins.UnacceptableOrigin as error:
            raise UpstreamForbidden(f"The tool's base_url {error}") from error

    def may_call(self, origin: str) -> bool:
        """Say whether an origin may be called, as far as its name tells."""
        try:
            self.destination(origin)
        except UpstreamForbidden:
            return False
        return True

    def judge(self, there: Destination, addresses: list[str]) -> None:
        """Raise `UpstreamForbidden` unless `there` may be reached at each of `addresses`."""
        if self.opens(there) and addresses == [LOOPBACK]:
            return
        if not addresses or not all(map(self.admits, addresses)):
            raise UpstreamForbidden("The tool's address is not public")
