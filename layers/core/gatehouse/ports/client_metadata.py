"""Documents by which clients describe themselves."""

from typing import Protocol

from gatehouse.domain.oauth_clients import OAuthClient


class ClientDocuments(Protocol):
    """Clients at their own addresses."""

    def client(self, client_id: str, *, now: int) -> OAuthClient:
        """Return the client; a document is kept for minutes.

        Raises:
            InvalidRequest: There is none, or it describes no client that could be served.
            Unavailable: Its server does not answer.
        """
        ...
