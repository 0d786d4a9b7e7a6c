"""Prove which program asks an OAuth endpoint."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gatehouse.domain import app_keys, assertions, client_assertions, oauth_clients
from gatehouse.domain.errors import InvalidAssertion, InvalidClient, Unauthenticated
from gatehouse.domain.service_apps import ServiceApp
from gatehouse.ports.apps import Apps
from gatehouse.ports.credentials import AssertionSignatures
from gatehouse.ports.marks import Marks
from gatehouse.ports.oauth_clients import OAuthClients


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentedClient:
    """Who a client says it is, and by which one of the two it would prove it, if by any."""

    client_id: str | None = None
    secret: str | None = field(default=None, repr=False)
    assertion: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenClient:
    """A client: a service app, or one through which people grant access.

    A public client's id is its word alone. What it may have is bound to more than that: a code to
    a verifier, a refresh token to its possession.
    """

    id: str
    app: ServiceApp | None = None
    is_confidential: bool = False

    @property
    def principal(self) -> str | None:
        """Who has proven to ask; None where a public client was only named."""
        if self.app is not None:
            return self.app.subject
        return f"client:{self.id}" if self.is_confidential else None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticateClient:
    """Prove a client by its secret, a service app also by its signature; nothing is cached."""

    apps: Apps
    clients: OAuthClients
    signatures: AssertionSignatures
    marks: Marks
    clock: Callable[[], int]

    def __call__(self, presented: PresentedClient, *, origin: str) -> ProvenClient:
        """Return who asks; raise `InvalidClient`, `Unavailable`."""
        if presented.assertion is not None:
            return self._signed(presented, presented.assertion, origin)
        if presented.client_id is None:
            raise InvalidClient("no client is named")
        if presented.secret is None:
            return self._public(presented.client_id)
        if presented.secret.startswith(app_keys.PREFIX):
            return self._app(presented.client_id, presented.secret)
        return self._confidential(presented.client_id, presented.secret)

    def _app(self, client_id: str, secret: str) -> ProvenClient:
        now = self.clock()
        try:
            key = app_keys.read(secret)
        except Unauthenticated as error:
            raise InvalidClient("the app's key is malformed") from error
        app = self.apps.find(key.app_id)
        if app is None or key.app_id != client_id or not app.recognizes(key, now=now):
            raise InvalidClient("the app's key does not hold")
        self.apps.note_use(app, key.key_id, now=now)
        return ProvenClient(id=app.id, app=app)

    def _signed(self, presented: PresentedClient, assertion: str, origin: str) -> ProvenClient:
        now = self.clock()
        try:
            read = assertions.read(assertion)
            app = self._named(read.claims.get("sub"), presented.client_id)
            keys = {key.kid: key for key in app.public_keys}
            key = assertions.require_key(read, keys.get(read.kid))
            self.signatures.verify(assertion, key)
        except InvalidAssertion as error:
            raise InvalidClient(f"client assertion: {error.reason}") from error
        used = client_assertions.require_genuine(read, app.id, origin=origin, now=now)
        if not self.marks.claim(used.mark, expires_at=used.dead_at, now=now):
            raise InvalidClient("the assertion was used before")
        return ProvenClient(id=app.id, app=app)

    def _named(self, subject: object, client_id: str | None) -> ServiceApp:
        if not isinstance(subject, str) or not app_keys.is_app_id(subject):
            raise InvalidClient("sub of the assertion names no app")
        app = self.apps.find(subject)
        if app is None or not app.is_active or client_id not in {None, subject}:
            raise InvalidClient("the app is unknown, inactive, or not the one that is named")
        return app

    def _confidential(self, client_id: str, secret: str) -> ProvenClient:
        client = self.clients.find(client_id, now=self.clock())
        if client is None or not client.recognizes(secret):
            raise InvalidClient("the client's secret does not hold")
        return ProvenClient(id=client.id, is_confidential=True)

    def _public(self, client_id: str) -> ProvenClient:
        if oauth_clients.is_metadata_id(client_id):
            return ProvenClient(id=client_id)
        client = self.clients.find(client_id, now=self.clock())
        if client is None or not client.is_public:
            raise InvalidClient("the client is unknown, or has a secret to show")
        return ProvenClient(id=client.id)
