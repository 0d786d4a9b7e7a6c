"""Prove that the deployment's administrator is calling."""

from dataclasses import dataclass

from gatehouse.domain.errors import Unauthenticated
from gatehouse.ports.credentials import AdminToken


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateAdmin:
    """Compare a credential with the bootstrap admin token."""

    token: AdminToken

    def __call__(self, credential: str) -> None:
        """Raise `Unauthenticated` unless `credential` is the token, `Unavailable`."""
        if not self.token.matches(credential):
            raise Unauthenticated("Invalid admin token")
