"""Builds what the production checklist is evaluated with, for one request."""

from typing import TYPE_CHECKING

from gatehouse.aws.assertion_keys import DynamoAssertionKeys
from gatehouse.aws.attestations import DynamoAttestations
from gatehouse.aws.integrations import DynamoIntegrations
from gatehouse.aws.marks import DynamoMarks
from gatehouse.aws.members import DynamoMembers
from gatehouse.aws.tools import DynamoTools
from gatehouse.aws.trusted_roots import DynamoTrustedRoots
from gatehouse.domain.checklist.snapshot import DeploymentSettings
from gatehouse.usecases.read_checklist import ReadChecklist
from gatehouse.wiring import clock

if TYPE_CHECKING:
    from gatehouse.settings import Settings
    from gatehouse.wiring.people import Kept


def read_checklist(kept: "Kept", settings: "Settings") -> ReadChecklist:
    """Build the use cases around the checklist."""
    return ReadChecklist(
        settings=DeploymentSettings(
            stage=settings.stage,
            public_url=settings.public_url,
            allowed_hosts=settings.allowed_hosts,
            allowed_origins=settings.allowed_origins,
            allow_unverified_minting=settings.allow_unverified_minting,
            allow_insecure_upstreams=settings.allow_insecure_upstreams,
        ),
        integrations=DynamoIntegrations(*kept),
        assertion_keys=DynamoAssertionKeys(*kept),
        tools=DynamoTools(*kept),
        members=DynamoMembers(*kept),
        roots=DynamoTrustedRoots(*kept),
        attestations=DynamoAttestations(*kept),
        marks=DynamoMarks(kept[0], settings.activity_table),
        clock=clock.now,
    )
