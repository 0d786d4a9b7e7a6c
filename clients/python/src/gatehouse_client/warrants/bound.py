"""A warrant together with its holder's key, for many calls."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from gatehouse.domain.warrants.denied import Denied
from gatehouse_client.warrants.keys import KeepsKey, Signer
from gatehouse_client.warrants.warrant import Warrant

if TYPE_CHECKING:
    from gatehouse_client.warrants.reasons import WhyDenied


class BoundWarrant(KeepsKey):
    """Proves calls without being handed the key each time. Keep it in memory, never in a store."""

    __slots__ = ("_key", "warrant")

    def __init__(self, warrant: Warrant, key: Signer) -> None:
        """Raise `Denied` when the key is not the holder's."""
        if key.public_key != warrant.holder:
            raise Denied(1600, "the key is not the warrant holder's")
        self._key: Final = key
        self.warrant: Final = warrant

    def headers(
        self, tool: str, args: Mapping[str, object], *, approvals: Sequence[bytes] = ()
    ) -> dict[str, str]:
        """Return the headers of one call; see `Warrant.headers`."""
        return self.warrant.headers(self._key, tool, args, approvals=approvals)

    def meta(
        self, tool: str, args: Mapping[str, object], *, approvals: Sequence[bytes] = ()
    ) -> dict[str, object]:
        """Return `_meta.tenuo` of one call; see `Warrant.meta`."""
        return self.warrant.meta(self._key, tool, args, approvals=approvals)

    def sign(self, tool: str, args: Mapping[str, object], timestamp: int | None = None) -> bytes:
        """Prove one call; see `Warrant.sign`."""
        return self.warrant.sign(self._key, tool, args, timestamp)

    def allows(self, tool: str, args: Mapping[str, object]) -> bool:
        """Say whether the warrant lets this call pass; see `Warrant.allows`."""
        return self.warrant.allows(tool, args)

    def why_denied(self, tool: str, args: Mapping[str, object]) -> "WhyDenied":
        """Say why a call would be denied; see `Warrant.why_denied`."""
        return self.warrant.why_denied(tool, args)

    def unbind(self) -> Warrant:
        """Return the warrant alone."""
        return self.warrant

    def __repr__(self) -> str:
        return f"<BoundWarrant {self.warrant.id} tools={self.warrant.tools}>"
