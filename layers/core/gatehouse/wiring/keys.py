"""Builds what the management API can be asked for."""

import secrets
from collections.abc import Set as AbstractSet
from functools import cache
from typing import TYPE_CHECKING, Final

from gatehouse.aws.admin_token import SecretAdminToken
from gatehouse.aws.apps import DynamoApps
from gatehouse.aws.assertion_keys import DynamoAssertionKeys
from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.breakers import DynamoBreakers
from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.dispatcher import LambdaDispatcher
from gatehouse.aws.integrations import DynamoIntegrations
from gatehouse.aws.jws import PyJWTSignatures
from gatehouse.aws.marks import DynamoMarks
from gatehouse.aws.members import DynamoMembers
from gatehouse.aws.principals import DynamoPrincipals
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.prompts import DynamoPrompts
from gatehouse.aws.receipt_key import KmsReceiptKey
from gatehouse.aws.receipts import DynamoReceipts
from gatehouse.aws.replication import DynamoReplication
from gatehouse.aws.resources import DynamoResources
from gatehouse.aws.revocations import DynamoRevocations
from gatehouse.aws.secret_sealer import KmsSecretSealer
from gatehouse.aws.tools import DynamoTools
from gatehouse.aws.trusted_roots import DynamoTrustedRoots
from gatehouse.aws.warrant_policies import DynamoWarrantPolicies
from gatehouse.net.names import SystemNames
from gatehouse.settings import Settings
from gatehouse.usecases.authenticate import AuthenticateKey
from gatehouse.usecases.authenticate_admin import AuthenticateAdmin
from gatehouse.usecases.authenticate_manager import AuthenticateManager
from gatehouse.usecases.authenticate_principal import AuthenticatePrincipal
from gatehouse.usecases.check_origin import CheckOrigin
from gatehouse.usecases.limit_requests import LimitFailures
from gatehouse.usecases.manage_assertion_keys import ManageAssertionKeys
from gatehouse.usecases.manage_integrations import ManageIntegrations
from gatehouse.usecases.manage_members import ManageMembers
from gatehouse.usecases.manage_projects import ManageProjects
from gatehouse.usecases.manage_prompts import ManagePrompts
from gatehouse.usecases.manage_resources import ManageResources
from gatehouse.usecases.manage_tools import ManageTools
from gatehouse.usecases.manage_warrants import ManageWarrants
from gatehouse.usecases.management import Management
from gatehouse.usecases.read_calls import ReadCalls
from gatehouse.usecases.read_receipts import ReadReceipts
from gatehouse.usecases.read_violations import ReadViolations
from gatehouse.usecases.revoke_warrants import RevokeWarrants
from gatehouse.usecases.try_tool import TryTool
from gatehouse.wiring import clients, clock, limits
from gatehouse.wiring.access_tokens import read_access_token
from gatehouse.wiring.request_ids import new_request_id
from gatehouse.wiring.upstreams import upstreams

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

settings: Final = Settings()
settings.require_safe()


def public_url() -> str | None:
    """Return the public origin, when the deployment has a name of its own."""
    return settings.public_url


def allowed_origins() -> AbstractSet[str]:
    """Return the browser origins that may call."""
    return settings.allowed_origins


def allowed_hosts() -> frozenset[str]:
    """Return the domains that requests may name; none means every one that the API has."""
    return settings.allowed_hosts


def limit_failures() -> LimitFailures:
    """Build the count of credentials that do not hold."""
    return limits.limit_failures(settings)


@cache
def management() -> Management:
    """Build it once, on the first request: all of it is cheap but the clients."""
    dynamodb = clients.dynamodb()
    authority = DynamoAuthority(dynamodb, settings.authority_table)
    records = DynamoCallRecords(dynamodb, settings.activity_table)
    admin_token = SecretAdminToken(clients.secretsmanager(), settings.admin_token_secret, clock.now)
    return Management(
        authenticate=_authenticate(dynamodb, authority),
        authenticate_admin=AuthenticateAdmin(token=admin_token, managers=_managers(dynamodb)),
        door=limits.limit_door(settings),
        projects=ManageProjects(
            projects=DynamoProjects(dynamodb, settings.authority_table),
            replication=DynamoReplication(dynamodb, settings.authority_table),
            clock=clock.now,
            choose=secrets.randbelow,
            random_bytes=secrets.token_bytes,
            upstreams=upstreams(settings),
        ),
        integrations=ManageIntegrations(
            integrations=DynamoIntegrations(dynamodb, settings.authority_table),
            clock=clock.now,
            choose=secrets.randbelow,
        ),
        assertion_keys=ManageAssertionKeys(
            keys=DynamoAssertionKeys(dynamodb, settings.authority_table), clock=clock.now
        ),
        tools=_tools(dynamodb),
        try_tool=_try_tool(dynamodb, authority),
        prompts=ManagePrompts(
            prompts=DynamoPrompts(dynamodb, settings.authority_table), clock=clock.now
        ),
        resources=ManageResources(
            resources=DynamoResources(dynamodb, settings.authority_table),
            sealer=_sealer(),
            clock=clock.now,
            check_origin=_check_origin(),
        ),
        members=ManageMembers(
            members=DynamoMembers(dynamodb, settings.authority_table), clock=clock.now
        ),
        calls=ReadCalls(records=records, clock=clock.now),
        receipts=ReadReceipts(
            receipts=DynamoReceipts(dynamodb, settings.activity_table),
            key=KmsReceiptKey(clients.kms(), settings.receipt_key_arn),
            clock=clock.now,
        ),
        warrants=ManageWarrants(
            policies=DynamoWarrantPolicies(dynamodb, settings.authority_table),
            roots=DynamoTrustedRoots(dynamodb, settings.authority_table),
            clock=clock.now,
        ),
        revocations=RevokeWarrants(
            revocations=DynamoRevocations(dynamodb, settings.authority_table),
            roots=DynamoTrustedRoots(dynamodb, settings.authority_table),
            clock=clock.now,
        ),
        violations=ReadViolations(records=records, clock=clock.now),
    )


def _authenticate(dynamodb: "DynamoDBClient", authority: DynamoAuthority) -> AuthenticatePrincipal:
    return AuthenticatePrincipal(
        keys=AuthenticateKey(authority=authority),
        managers=_managers(dynamodb),
        principals=_principals(dynamodb),
        apps=DynamoApps(dynamodb, settings.authority_table),
        clock=clock.now,
    )


@cache
def _managers(dynamodb: "DynamoDBClient") -> AuthenticateManager:
    return AuthenticateManager(
        read=read_access_token(settings), principals=_principals(dynamodb), clock=clock.now
    )


def _principals(dynamodb: "DynamoDBClient") -> DynamoPrincipals:
    return DynamoPrincipals(dynamodb, settings.authority_table, settings.activity_table)


def _tools(dynamodb: "DynamoDBClient") -> ManageTools:
    return ManageTools(
        tools=DynamoTools(dynamodb, settings.authority_table),
        sealer=_sealer(),
        breakers=DynamoBreakers(dynamodb, settings.activity_table),
        clock=clock.now,
        check_origin=_check_origin(),
    )


def _sealer() -> KmsSecretSealer:
    return KmsSecretSealer(clients.kms(), settings.secrets_key_arn, secrets.token_bytes)


def _check_origin() -> CheckOrigin:
    return CheckOrigin(policy=upstreams(settings), names=SystemNames())


def _try_tool(dynamodb: "DynamoDBClient", authority: DynamoAuthority) -> TryTool:
    return TryTool(
        tools=DynamoTools(dynamodb, settings.authority_table),
        authority=authority,
        signatures=PyJWTSignatures(),
        marks=DynamoMarks(dynamodb, settings.activity_table),
        dispatcher=LambdaDispatcher(clients.functions(), settings.dispatch_function),
        limit=limits.limit_requests(settings),
        records=DynamoCallRecords(dynamodb, settings.activity_table),
        clock_ms=clock.now_ms,
        new_request_id=new_request_id,
        allow_unverified_minting=settings.allow_unverified_minting,
    )
