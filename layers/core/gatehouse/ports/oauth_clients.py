"""OAuth clients that are registered here."""

from collections.abc import Sequence
from typing import Protocol

from gatehouse.domain.oauth_clients import OAuthClient


class OAuthClients(Protocol):
    """Clients by id."""

    def find(self, client_id: str, *, now: int) -> OAuthClient | None:
        """Return a client that exists, with its project and integration if it has them.

        Never cached.
        """
        ...


class ClientRegistrations(Protocol):
    """Clients that register themselves."""

    def register(self, client: OAuthClient, *, now: int, expires_at: int) -> None:
        """Keep a new client until `expires_at`."""
        ...

    def keep(self, client_id: str, *, expires_at: int) -> None:
        """Keep a client until then; one that is gone stays so."""
        ...


class MetadataIntegrations(Protocol):
    """Integrations that let in clients of no project, of all projects."""

    def all(self) -> Sequence[tuple[str, str]]:
        """Return project and integration of each; at most 200."""
        ...
