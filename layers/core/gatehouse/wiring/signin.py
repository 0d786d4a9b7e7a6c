"""Builds what browsers see of signing in.

The guarded client and PyJWT wait for somebody who comes back from a provider.
"""

import secrets
from functools import cache
from typing import Final

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.client_registrations import DynamoClientRegistrations
from gatehouse.aws.codes import DynamoCodes
from gatehouse.aws.descriptors import DynamoDescriptors
from gatehouse.aws.families import DynamoFamilies
from gatehouse.aws.identity_providers import SecretsManagerProviders
from gatehouse.aws.invitations import DynamoInvitations
from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.aws.members import DynamoSeenMembers
from gatehouse.aws.metadata_integrations import DynamoMetadataIntegrations
from gatehouse.aws.oauth_clients import DynamoOAuthClients
from gatehouse.aws.people import DynamoPeople
from gatehouse.aws.principals import DynamoPrincipals
from gatehouse.aws.sign_ins import (
    DynamoPendingAuthorizations,
    DynamoSignInRecords,
    DynamoSignInTransactions,
)
from gatehouse.aws.tables import TOOL_DEFINITION
from gatehouse.domain.identity_providers import Provider
from gatehouse.net.addresses import AddressPolicy
from gatehouse.net.client import GuardedClient
from gatehouse.net.client_metadata import GuardedClientDocuments
from gatehouse.net.documents import Documents
from gatehouse.net.identity_providers import GuardedProviders
from gatehouse.net.jwk_sets import GuardedJwkSets
from gatehouse.settings import Settings
from gatehouse.usecases.admit_person import AdmitPerson
from gatehouse.usecases.authorize_client import AuthorizeClient
from gatehouse.usecases.consent import Consent
from gatehouse.usecases.console_sessions import ConsoleSessions
from gatehouse.usecases.identify import Identify
from gatehouse.usecases.limit_requests import LimitDoor
from gatehouse.usecases.sign_in import SignIn
from gatehouse.wiring import clients, clock, limits
from gatehouse.wiring.pauses import pause
from gatehouse.wiring.upstreams import upstreams

settings: Final = Settings()
settings.require_safe()
choose: Final = secrets.randbelow


def public_url() -> str | None:
    """Return the public origin, when the deployment has a name of its own."""
    return settings.public_url


def allowed_hosts() -> frozenset[str]:
    """Return the domains that requests may name; none means every one that the API has."""
    return settings.allowed_hosts


def sign_ins_per_minute() -> int:
    """Return how many requests of one address this function answers in a minute."""
    return settings.sign_ins_per_minute


def limit_door() -> LimitDoor:
    """Build the count of everybody who comes."""
    return limits.limit_door(settings, clients)


def providers() -> tuple[Provider, ...]:
    """Return where people can sign in."""
    return _providers().all()


def sign_in() -> SignIn:
    """Build both halves of a sign-in."""
    dynamodb, activity = clients.dynamodb(), settings.activity_table
    identify = Identify(
        servers=GuardedProviders(_documents(), _policy().may_call),
        sets=GuardedJwkSets(_upstream()),
        signatures=PyJWTSignatures(),
        clock=clock.now,
    )
    admit = AdmitPerson(
        people=_people(),
        invitations=DynamoInvitations(dynamodb, settings.authority_table),
        admin_emails=settings.admin_emails,
        clock=clock.now,
        choose=choose,
    )
    return SignIn(
        providers=_providers(),
        identify=identify,
        admit=admit,
        transactions=DynamoSignInTransactions(dynamodb, activity),
        pending=_pending(),
        records=DynamoSignInRecords(dynamodb, activity),
        clock=clock.now,
        choose=choose,
    )


def console_sessions() -> ConsoleSessions:
    """Build what is done with sessions of browsers."""
    families = DynamoFamilies(clients.dynamodb(), settings.activity_table)
    return ConsoleSessions(families=families, people=_people(), clock=clock.now, choose=choose)


def authorize_client() -> AuthorizeClient:
    """Build the check of what clients ask."""
    return AuthorizeClient(
        clients=_oauth_clients(),
        documents=GuardedClientDocuments(_documents()),
        pending=_pending(),
        clock=clock.now,
        choose=choose,
    )


def consent() -> Consent:
    """Build what is asked of people, and what comes of their answer."""
    dynamodb, table = clients.dynamodb(), settings.authority_table
    return Consent(
        pending=_pending(),
        authority=DynamoAuthority(dynamodb, table),
        principals=DynamoPrincipals(dynamodb, table, settings.activity_table),
        open_integrations=DynamoMetadataIntegrations(dynamodb, table),
        descriptors=DynamoDescriptors(dynamodb, table, TOOL_DEFINITION),
        approved=DynamoDescriptors(dynamodb, table, TOOL_DEFINITION, only_approved=True),
        members=DynamoSeenMembers(dynamodb, table),
        codes=DynamoCodes(dynamodb, settings.activity_table),
        clock=clock.now,
        choose=choose,
    )


def _oauth_clients() -> DynamoOAuthClients:
    dynamodb = clients.dynamodb()
    strangers = DynamoClientRegistrations(dynamodb, settings.activity_table)
    return DynamoOAuthClients(
        dynamodb,
        settings.authority_table,
        strangers if settings.dynamic_client_registration else None,
    )


@cache
def _policy() -> AddressPolicy:
    return AddressPolicy.of(upstreams(settings))


@cache
def _upstream() -> GuardedClient:
    return GuardedClient(_policy())


def _documents() -> Documents:
    return Documents(_upstream())


def _providers() -> SecretsManagerProviders:
    return SecretsManagerProviders(clients.secretsmanager(), settings.oidc_providers_secret)


def _people() -> DynamoPeople:
    return DynamoPeople(clients.dynamodb(), settings.authority_table, pause)


def _pending() -> DynamoPendingAuthorizations:
    return DynamoPendingAuthorizations(clients.dynamodb(), settings.activity_table)
