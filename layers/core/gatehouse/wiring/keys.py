"""Builds what the management API can be asked for."""

import secrets
from collections.abc import Set as AbstractSet
from functools import cache
from typing import TYPE_CHECKING, Final

from gatehouse.aws.admin_token import SecretAdminToken
from gatehouse.aws.apps import DynamoApps
from gatehouse.aws.assertion_keys import DynamoAssertionKeys
from gatehouse.aws.audit import DynamoAuditEntries
from gatehouse.aws.audited_writes import AuditedWrites
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
from gatehouse.domain.audit import Author
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
from gatehouse.usecases.management import Entrance, Management
from gatehouse.usecases.preview_tool import PreviewTool
from gatehouse.usecases.probe_tool import ProbeTool
from gatehouse.usecases.read_audit import ReadAudit
from gatehouse.usecases.read_calls import ReadCalls
from gatehouse.usecases.read_receipts import ReadReceipts
from gatehouse.usecases.read_violations import ReadViolations
from gatehouse.usecases.revoke_warrants import RevokeWarrants
from gatehouse.usecases.try_tool import TryTool
from gatehouse.wiring import checklist, clients, clock, lean_clients, limits, origins, people
from gatehouse.wiring.access_tokens import read_access_token
from gatehouse.wiring.imports import import_openapi
from gatehouse.wiring.pauses import pause
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


@cache
def entrance() -> Entrance:
    """Build it once, on the first request."""
    dynamodb = clients.dynamodb()
    admin_token = SecretAdminToken(clients.secretsmanager(), settings.admin_token_secret, clock.now)
    return Entrance(
        authenticate=_authenticate(dynamodb, DynamoAuthority(dynamodb, settings.authority_table)),
        authenticate_admin=AuthenticateAdmin(token=admin_token, managers=_managers(dynamodb)),
        door=limits.limit_door(settings, clients),
    )


def management(author: Author | None) -> Management:
    """Build it for one request, whose changes are `author`'s; all but the clients is cheap."""
    dynamodb = clients.dynamodb()
    authority = DynamoAuthority(dynamodb, settings.authority_table)
    # A day of calls and counts is hundreds of small queries, each a third of what boto3 takes.
    records = DynamoCallRecords(lean_clients.dynamodb(), settings.activity_table)
    writes = AuditedWrites(dynamodb, settings.authority_table, author, pause)
    kept = (dynamodb, settings.authority_table, writes)
    stored_tools = DynamoTools(*kept)
    tools = _tools(stored_tools)
    return Management(
        projects=ManageProjects(
            projects=DynamoProjects(*kept),
            replication=DynamoReplication(dynamodb, settings.authority_table),
            clock=clock.now,
            choose=secrets.randbelow,
            random_bytes=secrets.token_bytes,
            upstreams=upstreams(settings),
        ),
        integrations=ManageIntegrations(
            integrations=DynamoIntegrations(*kept),
            clock=clock.now,
            choose=secrets.randbelow,
        ),
        assertion_keys=ManageAssertionKeys(keys=DynamoAssertionKeys(*kept), clock=clock.now),
        tools=tools,
        openapi=import_openapi(tools, settings),
        try_tool=_try_tool(stored_tools, authority),
        preview_tool=PreviewTool(tools=tools, clock=clock.now, new_request_id=new_request_id),
        probe_tool=ProbeTool(
            tools=stored_tools,
            dispatcher=LambdaDispatcher(clients.functions(), settings.dispatch_function),
            limit=limits.limit_requests(settings, clients),
            new_request_id=new_request_id,
        ),
        prompts=ManagePrompts(prompts=DynamoPrompts(*kept), clock=clock.now),
        resources=ManageResources(
            resources=DynamoResources(*kept),
            sealer=_sealer(),
            clock=clock.now,
            check_origin=_check_origin(),
        ),
        members=ManageMembers(members=DynamoMembers(*kept), clock=clock.now),
        calls=ReadCalls(records=records, clock=clock.now),
        receipts=ReadReceipts(
            receipts=DynamoReceipts(dynamodb, settings.activity_table),
            key=_public_key(settings.receipt_key_arn),
            clock=clock.now,
        ),
        audit=ReadAudit(
            entries=DynamoAuditEntries(dynamodb, settings.authority_table),
            key=_public_key(settings.audit_key_arn),
        ),
        checklist=checklist.read_checklist(kept, settings),
        warrants=ManageWarrants(
            policies=DynamoWarrantPolicies(*kept),
            roots=DynamoTrustedRoots(*kept),
            clock=clock.now,
        ),
        revocations=RevokeWarrants(
            revocations=DynamoRevocations(*kept),
            roots=DynamoTrustedRoots(*kept),
            clock=clock.now,
        ),
        violations=ReadViolations(records=records, clock=clock.now),
        people=people.manage_people(kept, settings),
        accounts=people.administer_people(kept, settings),
        invitations=people.manage_invitations(kept),
        custom_roles=people.manage_custom_roles(kept),
        sharing=people.manage_sharing(kept),
        apps=people.manage_apps(kept, settings),
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
        read=read_access_token(settings, clients), principals=_principals(dynamodb), clock=clock.now
    )


def _principals(dynamodb: "DynamoDBClient") -> DynamoPrincipals:
    return DynamoPrincipals(dynamodb, settings.authority_table, settings.activity_table)


def _tools(tools: DynamoTools) -> ManageTools:
    return ManageTools(
        tools=tools,
        sealer=_sealer(),
        breakers=DynamoBreakers(clients.dynamodb(), settings.activity_table),
        clock=clock.now,
        check_origin=_check_origin(),
    )


@cache
def _public_key(arn: str) -> KmsReceiptKey:
    return KmsReceiptKey(clients.kms(), arn)


def _sealer() -> KmsSecretSealer:
    return KmsSecretSealer(clients.kms(), settings.secrets_key_arn, secrets.token_bytes)


def _check_origin() -> CheckOrigin:
    return CheckOrigin(policy=upstreams(settings), names=SystemNames())


def _try_tool(tools: DynamoTools, authority: DynamoAuthority) -> TryTool:
    dynamodb = clients.dynamodb()
    return TryTool(
        tools=tools,
        authority=authority,
        signatures=PyJWTSignatures(),
        marks=DynamoMarks(dynamodb, settings.activity_table),
        dispatcher=LambdaDispatcher(clients.functions(), settings.dispatch_function),
        limit=limits.limit_requests(settings, clients),
        records=DynamoCallRecords(dynamodb, settings.activity_table),
        clock_ms=clock.now_ms,
        new_request_id=new_request_id,
        allow_unverified_minting=settings.allow_unverified_minting,
    )
