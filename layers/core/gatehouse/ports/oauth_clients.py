"""OAuth clients that are registered here."""

from collections.abc import Sequence
from typing import Protocol

from gatehouse.domain.oauth_clients import OAuthClient


class OAuthClients(Protocol):
    """Clients by id."""

    def find(self, client_id: str) -> OAuthClient | None:
        """Return a client whose project and integration exist; never cached."""
        ...


class MetadataIntegrations(Protocol):
    """Integrations that let in clients which describe themselves, of all projects."""

    def all(self) -> Sequence[tuple[str, str]]:
        """Return project and integration of each; at most 200."""
        ...
