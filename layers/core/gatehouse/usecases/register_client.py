"""Let a client register itself (RFC 7591 section 3)."""

from collections.abc import Callable
from dataclasses import dataclass

from gatehouse.domain import oauth_clients
from gatehouse.domain.base62 import Choose
from gatehouse.domain.client_registrations import UNUSED_SECONDS, read_registration
from gatehouse.domain.json_values import JsonValue
from gatehouse.domain.oauth_clients import OAuthClient
from gatehouse.ports.oauth_clients import ClientRegistrations


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredItself:
    """A client as it was registered, and when (epoch seconds)."""

    client: OAuthClient
    issued_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterClient:
    """Keep a stranger's description, for a day unless somebody signs in through it."""

    registrations: ClientRegistrations
    clock: Callable[[], int]
    choose: Choose

    def __call__(self, document: JsonValue) -> RegisteredItself:
        """Register; raise `OAuthRefused` for what nobody may register, `Unavailable`."""
        now = self.clock()
        client_id = oauth_clients.new_self_registered_id(self.choose)
        client = read_registration(client_id, document)
        self.registrations.register(client, now=now, expires_at=now + UNUSED_SECONDS)
        return RegisteredItself(client=client, issued_at=now)
