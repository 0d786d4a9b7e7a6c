"""Builds what MCP clients can ask for.

The clients are built at import: Lambda lends an instance more CPU while it starts than it has
afterwards, and every request needs the first of them.
"""

import secrets
from collections.abc import Set as AbstractSet
from functools import cache, partial
from typing import Final

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.call_records import DynamoCallRecords
from gatehouse.aws.descriptors import DynamoDescriptors
from gatehouse.aws.dispatcher import LambdaDispatcher
from gatehouse.aws.enabled_resources import DynamoEnabledResources
from gatehouse.aws.key_ring import SecretsManagerKeyRings
from gatehouse.aws.marks import DynamoMarks
from gatehouse.aws.tables import PROMPT, RESOURCE_LISTED, TEMPLATE_LISTED, TOOL_DEFINITION
from gatehouse.domain.request_state import NONCE_LENGTH
from gatehouse.settings import Settings
from gatehouse.usecases.authenticate import Authenticate
from gatehouse.usecases.call_tool import CallTool
from gatehouse.usecases.check_warrant import CheckWarrant
from gatehouse.usecases.complete import Complete
from gatehouse.usecases.get_prompt import GetPrompt
from gatehouse.usecases.kept_pages import KeptPages
from gatehouse.usecases.limit_requests import LimitFailures, LimitRequests
from gatehouse.usecases.list_offered import ListOffered
from gatehouse.usecases.read_resource import ReadResource
from gatehouse.usecases.rounds import Rounds
from gatehouse.usecases.spend_proof import SpendProof
from gatehouse.usecases.write_receipts import Lost
from gatehouse.wiring import clock, limits, origins
from gatehouse.wiring import lean_clients as clients
from gatehouse.wiring.access_tokens import read_access_token
from gatehouse.wiring.receipts import write_receipts

settings: Final = Settings()
settings.require_safe()
kept_pages: Final = KeptPages()


def public_url() -> str | None:
    """Return the public origin, when the deployment has a name of its own."""
    return settings.public_url


@cache
def allowed_origins() -> AbstractSet[str]:
    """Return the browser origins that may call."""
    return origins.allowed_origins(settings, clients)


def authenticate() -> Authenticate:
    """Build the proof of who is calling."""
    return Authenticate(
        authority=DynamoAuthority(
            clients.dynamodb(), settings.authority_table, sessions_table=settings.activity_table
        ),
        rings=SecretsManagerKeyRings(clients.secretsmanager(), settings.key_ring_secret),
        deployment_id=settings.deployment_id,
        clock=clock.now,
        tokens=read_access_token(settings, clients),
    )


def limit_requests() -> LimitRequests:
    """Build the limits of callers, and of what they call."""
    return limits.limit_requests(settings, clients)


def allowed_hosts() -> frozenset[str]:
    """Return the domains that requests may name; none means every one that the API has."""
    return settings.allowed_hosts


def limit_failures() -> LimitFailures:
    """Build the count of credentials that do not hold."""
    return limits.limit_failures(settings, clients)


def list_tools() -> ListOffered:
    """Build the list of tools."""
    return _listing("tools/list", TOOL_DEFINITION, needs_approval=True)


def list_prompts() -> ListOffered:
    """Build the list of prompts."""
    return _listing("prompts/list", PROMPT)


def list_resources() -> ListOffered:
    """Build the list of resources that have a URI."""
    return _listing("resources/list", RESOURCE_LISTED, needs_approval=True)


def list_resource_templates() -> ListOffered:
    """Build the list of resources that have a URI template."""
    return _listing("resources/templates/list", TEMPLATE_LISTED, needs_approval=True)


def get_prompt() -> GetPrompt:
    """Build the filling of a prompt."""
    return GetPrompt(rounds=rounds())


def read_resource() -> ReadResource:
    """Build the reading of a resource."""
    return ReadResource(
        resources=_resources(),
        dispatcher=LambdaDispatcher(clients.functions(), settings.dispatch_function),
        records=DynamoCallRecords(clients.dynamodb(), settings.activity_table),
        clock_ms=clock.now_ms,
    )


def complete() -> Complete:
    """Build the suggestions."""
    return Complete(resources=_resources())


def _resources() -> DynamoEnabledResources:
    return DynamoEnabledResources(clients.dynamodb(), settings.authority_table)


def _listing(kind: str, prefix: str, *, needs_approval: bool = False) -> ListOffered:
    client, table = clients.dynamodb(), settings.authority_table
    approved = DynamoDescriptors(client, table, prefix, only_approved=True)
    return ListOffered(
        descriptors=DynamoDescriptors(client, table, prefix),
        kind=kind,
        clock=clock.now,
        approved=approved if needs_approval else None,
        kept=kept_pages,
    )


def rounds() -> Rounds:
    """Build the rounds of a call that needs more than one."""
    return Rounds(clock=clock.now, new_nonce=partial(secrets.token_bytes, NONCE_LENGTH))


def call_tool(*, lost: Lost) -> CallTool:
    """Build the call of a tool; `lost` is told what could not be kept."""
    dispatcher = LambdaDispatcher(clients.functions(), settings.dispatch_function)
    marks = DynamoMarks(clients.dynamodb(), settings.activity_table)
    return CallTool(
        check_warrant=CheckWarrant(clock=clock.now),
        spend_proof=SpendProof(marks=marks, dispatcher=dispatcher, clock=clock.now),
        dispatcher=dispatcher,
        records=DynamoCallRecords(clients.dynamodb(), settings.activity_table),
        receipts=write_receipts(settings, clients, function="mcp", lost=lost),
        rounds=rounds(),
        clock_ms=clock.now_ms,
    )
