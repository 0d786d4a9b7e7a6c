"""Builds what checks access tokens; nothing of it costs anything until one comes."""

from gatehouse.aws.signing_keys import KmsPublishedKeys
from gatehouse.settings import Settings
from gatehouse.usecases.read_access_token import ReadAccessToken
from gatehouse.wiring import clients, clock


def published_keys(settings: Settings) -> KmsPublishedKeys:
    """Build the keys that may have signed; one for the life of the process remembers them."""
    return KmsPublishedKeys(clients.kms, settings.signing_keys)


def read_access_token(settings: Settings) -> ReadAccessToken:
    """Build the check of access tokens."""
    return ReadAccessToken(keys=published_keys(settings), clock=clock.now)
