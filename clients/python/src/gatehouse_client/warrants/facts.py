"""What a warrant says, in the client's terms."""

from gatehouse.domain.warrants.payload import ISSUER, Payload
from gatehouse_client._clock import wall_clock
from gatehouse_client.warrants.capabilities import Capability, capability_of
from gatehouse_client.warrants.keys import PublicKey


def current(now: int | None) -> int:
    """Return `now`, or what the clock says, in Unix seconds."""
    return int(wall_clock()) if now is None else now


class Facts:
    """Properties of a warrant."""

    __slots__ = ()

    @property
    def payload(self) -> Payload:
        """Everything that it says, as the verifier reads it."""
        raise NotImplementedError

    @property
    def id(self) -> str:
        """The id as it is printed and revoked: `tnu_wrt_...`."""
        return self.payload.name

    @property
    def tools(self) -> list[str]:
        """The tools that may be called, or, for an issuer's warrant, issued."""
        payload = self.payload
        return sorted(payload.issuing.tools if payload.kind == ISSUER else payload.tools)

    @property
    def capabilities(self) -> dict[str, Capability]:
        """What may be done with each tool."""
        return {tool: capability_of(tool, found) for tool, found in self.payload.tools.items()}

    @property
    def holder(self) -> PublicKey:
        """Who must prove each call."""
        return PublicKey(self.payload.holder)

    @property
    def issuer(self) -> PublicKey:
        """Who signed it."""
        return PublicKey(self.payload.issuer)

    @property
    def issued_at(self) -> int:
        """When it begins, in Unix seconds."""
        return self.payload.issued_at

    @property
    def expires_at(self) -> int:
        """From when on it is worth nothing, in Unix seconds."""
        return self.payload.expires_at

    @property
    def depth(self) -> int:
        """How many warrants are above it."""
        return self.payload.depth

    @property
    def max_depth(self) -> int:
        """How deep the chain may get."""
        return self.payload.max_depth

    @property
    def clearance(self) -> int:
        """The clearance; 0 when it names none."""
        return self.payload.clearance or 0

    def is_terminal(self) -> bool:
        """Say whether nobody may hand it on."""
        return self.payload.depth >= self.payload.max_depth

    def is_expired(self, now: int | None = None) -> bool:
        """Say whether it has ended."""
        return current(now) >= self.expires_at
