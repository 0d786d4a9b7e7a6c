"""Check what a client asks at the authorization endpoint, before anybody is asked anything."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gatehouse.domain import oauth_clients, sign_ins
from gatehouse.domain.authorization_requests import (
    LIFETIME_SECONDS,
    Arrival,
    AuthorizationRefused,
    PendingAuthorization,
    Return,
    read_request,
    state_of,
)
from gatehouse.domain.base62 import Choose
from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.oauth_clients import OAuthClient
from gatehouse.domain.redirect_uris import is_registered
from gatehouse.ports.client_metadata import ClientDocuments
from gatehouse.ports.oauth_clients import OAuthClients
from gatehouse.ports.sign_ins import PendingAuthorizations


class SentBack(Exception):
    """The client gets its answer, a refusal, at once; `address` is where the browser goes."""

    def __init__(self, address: str) -> None:
        super().__init__("the client is refused")
        self.address = address


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizeClient:
    """Find the client, compare the redirect URI, and keep the request for one browser."""

    clients: OAuthClients
    documents: ClientDocuments
    pending: PendingAuthorizations
    clock: Callable[[], int]
    choose: Choose

    def __call__(
        self, query: Mapping[str, str], *, browser: str, origin: str, arrival: Arrival | None
    ) -> str:
        """Return the text under which the request now waits; `arrival` is who is signed in.

        Raises:
            InvalidRequest: There is no such client, or the redirect URI is none of its own: nobody
                is sent anywhere.
            SentBack: The request cannot be granted.
            Unavailable: It could not be checked.
        """
        client = self._client(query.get("client_id", ""))
        redirect_uri = query.get("redirect_uri", "")
        if not is_registered(redirect_uri, client.redirect_uris):
            raise InvalidRequest("redirect_uri is none that the client has registered")
        try:
            request = read_request(
                query,
                client_id=client.id,
                client_name=client.name,
                redirect_uri=redirect_uri,
                origin=origin,
            )
        except AuthorizationRefused as error:
            back = Return(redirect_uri=redirect_uri, state=state_of(query), issuer=origin)
            raise SentBack(back.refusal(error)) from error
        ticket = sign_ins.new_secret(self.choose)
        waiting = PendingAuthorization(
            request=request,
            browser=sign_ins.digest(browser),
            expires_at=self.clock() + LIFETIME_SECONDS,
            arrival=arrival,
        )
        self.pending.begin(sign_ins.digest(ticket), waiting)
        return ticket

    def _client(self, client_id: str) -> OAuthClient:
        if oauth_clients.is_metadata_id(client_id):
            return self.documents.client(client_id, now=self.clock())
        client = self.clients.find(client_id, now=self.clock())
        if client is None:
            raise InvalidRequest("client_id is none that is registered here")
        return client
