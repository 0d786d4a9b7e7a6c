"""Builds the exchange of assertions for session tokens.

The clients are built at import: Lambda lends an instance more CPU while it starts than it has
afterwards, and every request needs them. PyJWT and cryptography wait for an assertion whose
sender has a good API key.
"""

from typing import Final

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.aws.key_ring import SecretsManagerKeyRings
from gatehouse.aws.marks import DynamoMarks
from gatehouse.aws.members import DynamoMembers
from gatehouse.settings import Settings
from gatehouse.usecases.exchange_session import ExchangeSession
from gatehouse.usecases.limit_requests import LimitFailures
from gatehouse.wiring import clients, clock, limits
from gatehouse.wiring.request_ids import new_request_id

settings: Final = Settings()
settings.require_safe()


def allowed_origins() -> frozenset[str]:
    """Return the browser origins that may call."""
    return settings.allowed_origins


def allowed_hosts() -> frozenset[str]:
    """Return the domains that requests may name; none means every one that the API has."""
    return settings.allowed_hosts


def limit_failures() -> LimitFailures:
    """Build the count of credentials that do not hold."""
    return limits.limit_failures(settings)


def exchange_session() -> ExchangeSession:
    """Build the use case."""
    dynamodb = clients.dynamodb()
    return ExchangeSession(
        authority=DynamoAuthority(dynamodb, settings.authority_table),
        rings=SecretsManagerKeyRings(clients.secretsmanager(), settings.key_ring_secret),
        signatures=PyJWTSignatures(),
        marks=DynamoMarks(dynamodb, settings.activity_table),
        members=DynamoMembers(dynamodb, settings.authority_table),
        limit=limits.limit_requests(settings),
        deployment_id=settings.deployment_id,
        allow_unverified_minting=settings.allow_unverified_minting,
        clock=clock.now,
        new_token_id=new_request_id,
    )
