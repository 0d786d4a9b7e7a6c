"""Builds what checks access tokens; nothing of it costs anything until one comes."""

from typing import TYPE_CHECKING

from gatehouse.aws.signing_keys import KmsPublishedKeys
from gatehouse.settings import Settings
from gatehouse.usecases.read_access_token import ReadAccessToken
from gatehouse.wiring import clock

if TYPE_CHECKING:
    from gatehouse.wiring.aws_clients import AwsClients


def published_keys(settings: Settings, aws: "AwsClients") -> KmsPublishedKeys:
    """Build the keys that may have signed; one for the life of the process remembers them."""
    return KmsPublishedKeys(aws.kms, settings.signing_keys)


def read_access_token(settings: Settings, aws: "AwsClients") -> ReadAccessToken:
    """Build the check of access tokens."""
    return ReadAccessToken(keys=published_keys(settings, aws), clock=clock.now)
