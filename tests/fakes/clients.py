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
class MemoryOAuthClients:
    """Keeps `OAuthClients`."""

    clients: dict[str, OAuthClient] = field(default_factory=dict)

    def find(self, client_id: str) -> OAuthClient | None:
        """See `OAuthClients.find`."""
        return self.clients.get(client_id)
