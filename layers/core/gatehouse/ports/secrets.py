"""Tool secrets: whoever seals them cannot open them."""

from typing import Protocol

from gatehouse.domain.sealing import SealedSecret, SecretBinding


class SecretSealer(Protocol):
    """Seals tool secrets; whoever holds it cannot open them."""

    def seal(self, secret: str, binding: SecretBinding) -> SealedSecret:
        """Encrypt `secret` under a data key of its own."""
        ...


class SecretOpener(Protocol):
    """Opens tool secrets; held by dispatch alone."""

    def open(self, sealed: SealedSecret, binding: SecretBinding) -> str:
        """Decrypt for one call; raise `SealBroken` when the binding is another one."""
        ...
