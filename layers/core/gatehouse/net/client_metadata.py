"""Clients' own documents, through the guarded client."""

from dataclasses import dataclass, field
from typing import Final

from gatehouse.domain.client_metadata import read_metadata, require_metadata_id
from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.oauth_clients import OAuthClient
from gatehouse.net.documents import Documents, is_found

CACHE_SECONDS: Final = 300
MAX_KEPT: Final = 200
"""That an instance remembers; the oldest goes first."""


@dataclass(slots=True)
class GuardedClientDocuments:
    """Keeps `ClientDocuments`."""

    documents: Documents
    _known: dict[str, tuple[int, OAuthClient]] = field(default_factory=dict, init=False, repr=False)

    def client(self, client_id: str, *, now: int) -> OAuthClient:
        """See `ClientDocuments.client`."""
        require_metadata_id(client_id)
        read_at, known = self._known.get(client_id, (0, None))
        if known is None or not read_at <= now < read_at + CACHE_SECONDS:
            known = self._read(client_id)
            self._known.pop(client_id, None)
            self._known[client_id] = now, known
            if len(self._known) > MAX_KEPT:
                del self._known[next(iter(self._known))]
        return known

    def _read(self, client_id: str) -> OAuthClient:
        try:
            document = self.documents.get(client_id)
        except ValueError as error:
            raise InvalidRequest("client_id is no address that could be read") from error
        if not is_found(document):
            raise InvalidRequest("There is no client's document at client_id")
        return read_metadata(client_id, document.body)
