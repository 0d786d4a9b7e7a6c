"""Service apps and OAuth clients in memory."""

from dataclasses import dataclass, field

from gatehouse.domain.oauth_clients import OAuthClient
from gatehouse.domain.service_apps import ServiceApp


@dataclass
class MemoryApps:
    """Keeps `Apps`; `used` is when which key was."""

    apps: dict[str, ServiceApp] = field(default_factory=dict)
    used: list[tuple[str, str, int]] = field(default_factory=list)

    def find(self, app_id: str) -> ServiceApp | None:
        """See `Apps.find`."""
        return self.apps.get(app_id)

    def note_use(self, app: ServiceApp, key_id: str, *, now: int) -> None:
        """See `Apps.note_use`."""
        self.used.append((app.id, key_id, now))


@dataclass
class MemoryRegistrations:
    """Keeps `ClientRegistrations`, and `OAuthClients` of those; clients with their ends."""

    clients: dict[str, tuple[OAuthClient, int]] = field(default_factory=dict)

    def register(self, client: OAuthClient, *, now: int, expires_at: int) -> None:
        """See `ClientRegistrations.register`."""
        del now
        self.clients[client.id] = (client, expires_at)

    def keep(self, client_id: str, *, expires_at: int) -> None:
        """See `ClientRegistrations.keep`."""
        if client_id in self.clients:
            self.clients[client_id] = (self.clients[client_id][0], expires_at)

    def find(self, client_id: str, *, now: int) -> OAuthClient | None:
        """See `OAuthClients.find`."""
        client, ends_at = self.clients.get(client_id, (None, 0))
        return client if now < ends_at else None


@dataclass
class MemoryOAuthClients:
    """Keeps `OAuthClients`."""

    clients: dict[str, OAuthClient] = field(default_factory=dict)

    def find(self, client_id: str, *, now: int) -> OAuthClient | None:
        """See `OAuthClients.find`."""
        del now
        return self.clients.get(client_id)
