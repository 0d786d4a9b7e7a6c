"""Secrets sealed under a key that everybody knows, and an admin token that never changes."""

from dataclasses import dataclass, field

from gatehouse.domain.sealing import SealedSecret, SecretBinding, seal, unseal

DATA_KEY = b"k" * 32


@dataclass
class KnownKeySealer:
    """Keeps `SecretSealer`, and opens again what it sealed."""

    sealed: list[SecretBinding] = field(default_factory=list)

    def seal(self, secret: str, binding: SecretBinding) -> SealedSecret:
        """See `SecretSealer.seal`."""
        self.sealed.append(binding)
        nonce = len(self.sealed).to_bytes(12, "big")
        ciphertext = seal(
            secret.encode(), data_key=DATA_KEY, nonce=nonce, additional_data=binding.additional_data
        )
        return SealedSecret(wrapped_key=b"wrapped", nonce=nonce, ciphertext=ciphertext)

    def open(self, sealed: SealedSecret, binding: SecretBinding) -> str:
        """See `SecretOpener.open`."""
        return unseal(
            sealed.ciphertext,
            data_key=DATA_KEY,
            nonce=sealed.nonce,
            additional_data=binding.additional_data,
        ).decode()


@dataclass
class FixedAdminToken:
    """Keeps `AdminToken`."""

    token: str

    def matches(self, presented: str) -> bool:
        """See `AdminToken.matches`."""
        return presented == self.token
