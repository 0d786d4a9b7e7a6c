"""Builds the exchange of assertions for session tokens, and the OAuth endpoints.

The clients are built at import: Lambda lends an instance more CPU while it starts than it has
afterwards, and every request needs them. PyJWT and cryptography wait for an assertion whose
sender has a good API key, or for an OAuth token.
"""

import secrets
from collections.abc import Set as AbstractSet
from functools import cache
from typing import TYPE_CHECKING, Final

from gatehouse.aws.apps import DynamoApps
from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.client_registrations import DynamoClientRegistrations
from gatehouse.aws.codes import DynamoCodes
from gatehouse.aws.families import DynamoFamilies
from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.aws.key_ring import SecretsManagerKeyRings
from gatehouse.aws.marks import DynamoMarks
from gatehouse.aws.members import DynamoSeenMembers
from gatehouse.aws.oauth_clients import DynamoOAuthClients
from gatehouse.aws.principals import DynamoPrincipals
from gatehouse.aws.signing_keys import KmsPublishedKeys, KmsTokenSigner
from gatehouse.settings import Settings
from gatehouse.usecases.authenticate_client import AuthenticateClient
from gatehouse.usecases.exchange_external import ExchangeExternal
from gatehouse.usecases.exchange_session import ExchangeSession
from gatehouse.usecases.grant_app_token import GrantAppToken
from gatehouse.usecases.introspect_token import IntrospectToken
from gatehouse.usecases.limit_requests import LimitDoor, LimitFailures
from gatehouse.usecases.mint_access_tokens import MintAccessTokens
from gatehouse.usecases.read_access_token import ReadAccessToken
from gatehouse.usecases.redeem_code import RedeemCode
from gatehouse.usecases.refresh_session import RefreshSession
from gatehouse.usecases.register_client import RegisterClient
from gatehouse.usecases.revoke_token import RevokeToken
from gatehouse.wiring import access_tokens, clock, limits, origins
from gatehouse.wiring import lean_clients as clients
from gatehouse.wiring.request_ids import new_request_id
from gatehouse.wiring.upstreams import upstreams

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

settings: Final = Settings()
settings.require_safe()


def public_url() -> str | None:
    """Return the public origin, when the deployment has a name of its own."""
    return settings.public_url


@cache
def allowed_origins() -> AbstractSet[str]:
    """Return the browser origins that may call."""
    return origins.allowed_origins(settings, clients)


def allowed_hosts() -> frozenset[str]:
    """Return the domains that requests may name; none means every one that the API has."""
    return settings.allowed_hosts


def limit_failures() -> LimitFailures:
    """Build the count of credentials that do not hold."""
    return limits.limit_failures(settings, clients)


def limit_door() -> LimitDoor:
    """Build the count of those who are known, and of registrations."""
    return limits.limit_door(settings, clients)


def exchange_session() -> ExchangeSession:
    """Build the use case."""
    dynamodb = clients.dynamodb()
    return ExchangeSession(
        authority=_authority(),
        rings=_rings(),
        signatures=PyJWTSignatures(),
        marks=DynamoMarks(dynamodb, settings.activity_table),
        members=DynamoSeenMembers(dynamodb, settings.authority_table),
        limit=limits.limit_requests(settings, clients),
        deployment_id=settings.deployment_id,
        allow_unverified_minting=settings.allow_unverified_minting,
        clock=clock.now,
        new_token_id=new_request_id,
    )


def exchange_external() -> ExchangeExternal:
    """Build the exchange of tokens of issuers outside."""
    # 60 ms, and members come with assertions before an OAuth endpoint is ever asked.
    from gatehouse.net.addresses import AddressPolicy  # noqa: PLC0415
    from gatehouse.net.client import GuardedClient  # noqa: PLC0415
    from gatehouse.net.jwk_sets import GuardedJwkSets  # noqa: PLC0415

    dynamodb = clients.dynamodb()
    upstream = GuardedClient(AddressPolicy.of(upstreams(settings)))
    return ExchangeExternal(
        authority=_authority(),
        rings=_rings(),
        sets=GuardedJwkSets(upstream),
        signatures=PyJWTSignatures(),
        members=DynamoSeenMembers(dynamodb, settings.authority_table),
        limit=limits.limit_requests(settings, clients),
        deployment_id=settings.deployment_id,
        clock=clock.now,
        new_token_id=new_request_id,
    )


def authenticate_client() -> AuthenticateClient:
    """Build the proof of which program asks."""
    dynamodb, table = clients.dynamodb(), settings.authority_table
    return AuthenticateClient(
        apps=DynamoApps(dynamodb, table),
        clients=DynamoOAuthClients(
            dynamodb, table, _registrations() if settings.dynamic_client_registration else None
        ),
        signatures=PyJWTSignatures(),
        marks=DynamoMarks(dynamodb, settings.activity_table),
        clock=clock.now,
    )


def redeem_code() -> RedeemCode:
    """Build the redemption of codes."""
    return RedeemCode(
        codes=DynamoCodes(_transactional(), settings.activity_table),
        families=_families(),
        registrations=_registrations(),
        mint=_mint(),
        clock=clock.now,
        choose=secrets.randbelow,
    )


def register_client() -> RegisterClient | None:
    """Build the registration of clients by themselves, where the deployment wants it."""
    if not settings.dynamic_client_registration:
        return None
    return RegisterClient(registrations=_registrations(), clock=clock.now, choose=secrets.randbelow)


def has_registration() -> bool:
    """Say whether clients may register themselves."""
    return settings.dynamic_client_registration


def refresh_session() -> RefreshSession:
    """Build the rotation of refresh tokens."""
    return RefreshSession(
        families=_families(),
        authority=_authority(),
        principals=_principals(),
        mint=_mint(),
        clock=clock.now,
        choose=secrets.randbelow,
    )


def grant_app_token() -> GrantAppToken:
    """Build the granting of tokens to service apps."""
    return GrantAppToken(mint=_mint(), clock=clock.now)


def revoke_token() -> RevokeToken:
    """Build the revocation of tokens."""
    return RevokeToken(families=_families(), read=_read(), clock=clock.now)


def introspect_token() -> IntrospectToken:
    """Build the description of tokens."""
    return IntrospectToken(
        read=_read(),
        families=_families(),
        authority=_authority(),
        principals=_principals(),
        rings=_rings(),
        deployment_id=settings.deployment_id,
        clock=clock.now,
    )


@cache
def published_keys() -> KmsPublishedKeys:
    """Build the keys that everyone may see; the one of them remembers what it has read."""
    return access_tokens.published_keys(settings, clients)


def _read() -> ReadAccessToken:
    return ReadAccessToken(keys=published_keys(), clock=clock.now)


def _mint() -> MintAccessTokens:
    signer = KmsTokenSigner(clients.kms, settings.signing_key, published_keys())
    return MintAccessTokens(signer=signer, new_token_id=new_request_id)


def _authority() -> DynamoAuthority:
    return DynamoAuthority(clients.dynamodb(), settings.authority_table)


def _rings() -> SecretsManagerKeyRings:
    return SecretsManagerKeyRings(clients.secretsmanager(), settings.key_ring_secret)


def _principals() -> DynamoPrincipals:
    return DynamoPrincipals(clients.dynamodb(), settings.authority_table, settings.activity_table)


def _registrations() -> DynamoClientRegistrations:
    return DynamoClientRegistrations(clients.dynamodb(), settings.activity_table)


def _families() -> DynamoFamilies:
    return DynamoFamilies(_transactional(), settings.activity_table)


def _transactional() -> "DynamoDBClient":
    # Codes and refresh tokens need transactions, and so boto3: 200 ms that no member waits for.
    from gatehouse.wiring import clients as sdk  # noqa: PLC0415

    return sdk.dynamodb()
