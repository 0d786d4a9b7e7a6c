"""Public keys with which a project's backend vouches for its members."""

from dataclasses import dataclass
from enum import StrEnum


class AssertionAlgorithm(StrEnum):
    """The signature algorithms a key may be registered for; asymmetric ones only."""

    ES256 = "ES256"
    ES384 = "ES384"
    ED25519 = "Ed25519"
    RS256 = "RS256"

    @property
    def header_names(self) -> frozenset[str]:
        """How a JWS header may spell it; Ed25519 has two names (RFC 8037, RFC 9864)."""
        return frozenset({"EdDSA", "Ed25519"}) if self is self.ED25519 else frozenset({self.value})


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionKey:
    """A registered key. `algorithm` is the only one it verifies, whatever a token's header says."""

    kid: str
    algorithm: AssertionAlgorithm
    public_key_pem: str
    created_at: int
    description: str | None = None
    deactivated_at: int | None = None

    @property
    def is_active(self) -> bool:
        """Whether the key still verifies assertions, and sessions minted through it still hold."""
        return self.deactivated_at is None
