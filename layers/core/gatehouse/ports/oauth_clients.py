"""OAuth clients that are registered here."""

from typing import Protocol

from gatehouse.domain.oauth_clients import OAuthClient


class OAuthClients(Protocol):
    """Clients by id."""

    def find(self, client_id: str) -> OAuthClient | None:
        """Return a client whose project and integration exist; never cached."""
        ...
