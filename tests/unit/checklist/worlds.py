"""A deployment and a project with which nothing is wrong, to make one thing wrong at a time."""

from dataclasses import replace
from typing import Any, Final

from gatehouse.domain.checklist.catalogue import ITEMS
from gatehouse.domain.checklist.snapshot import (
    Answers,
    Attestation,
    DeploymentSettings,
    Inside,
    Key,
    Outside,
    Probe,
    Snapshot,
    Table,
)
from gatehouse.domain.limits import Limits
from gatehouse.domain.members import MemberStanding
from gatehouse.domain.probing import ProbeKind
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.tools import AuthStrategy, InjectedIdentity, Tool
from gatehouse.domain.warrant_policies import TrustedRoot, WarrantMode, WarrantPolicy
from tests.samples import ASSERTION_KEY, INTEGRATION, LOOKUP, NOW, PROJECT, stored

DAY: Final = 86_400
SIGNED: Final = replace(LOOKUP, auth_strategy=AuthStrategy.HMAC_SIGNATURE)
DESTROYS: Final = replace(SIGNED, name="crm-purge", annotations={"destructiveHint": True})
ROOT: Final = TrustedRoot(
    public_key=b"r" * 32, description=None, integration_ids=None, created_at=NOW
)
POLICY: Final = WarrantPolicy(mode=WarrantMode.ENFORCE, clearances={"crm-purge": 40}, receipts=True)
FEW: Final = Limits(per_minute=60)
INSIDE: Final = Inside(
    settings=DeploymentSettings(
        stage="prod",
        public_url="https://gate.example.com",
        allowed_hosts=frozenset({"gate.example.com"}),
        allowed_origins=frozenset({"https://app.example.com"}),
        allow_unverified_minting=False,
        allow_insecure_upstreams=False,
    ),
    project=replace(
        PROJECT,
        settings=ProjectSettings(limits=FEW, member_limits=FEW),
        warrant_policy=POLICY,
    ),
    integrations=(replace(INTEGRATION, environment="production"),),
    assertion_keys=(ASSERTION_KEY,),
    tools=(stored(SIGNED), stored(DESTROYS)),
    members=(MemberStanding(external_id="0b8e7a1c"),),
    roots=(ROOT,),
    had_long_assertions=False,
)
OUTSIDE: Final = Outside(
    tables=(Table(name="authority", is_recoverable=True, is_protected=True, key="arn:key"),),
    keys=(
        Key(name="DataKey", is_enabled=True, is_symmetric=True, rotates=True),
        Key(name="AuditKey", is_enabled=True, is_symmetric=False, rotates=False),
    ),
    functions={"TokenFunction": {"ALLOW_UNVERIFIED_MEMBER_SESSION_MINTING": "false"}},
    alarms=frozenset({"DispatchErrors"}),
    throttle=500.0,
    log_days={"McpLogs": 30},
    answers=Answers(
        url="https://gate.example.com",
        hsts_seconds={"/health": 63_072_000},
        plain_status=301,
        foreign_origin=None,
        spoofed_host_status=421,
        certificate_ends_at=NOW + 80 * DAY,
    ),
)
PROBES: Final = tuple(Probe(tool_name=SIGNED.name, kind=kind, status=401) for kind in ProbeKind)
ATTESTED: Final = {
    item.id: Attestation(item=item.id, by="user:ada", at=NOW - DAY, note="looked")
    for item in ITEMS
    if item.is_attestable
}
RIGHT: Final = Snapshot(inside=INSIDE, outside=OUTSIDE, probes=PROBES, attestations=ATTESTED)


def within(**changes: Any) -> Snapshot:
    """What is right but for something that the gateway knows."""
    return replace(RIGHT, inside=replace(INSIDE, **changes))


def told(**settings: Any) -> Snapshot:
    """What is right but for a setting."""
    return within(settings=replace(INSIDE.settings, **settings))


def asking(**policy: Any) -> Snapshot:
    """What is right but for what the project asks of warrants."""
    return within(project=replace(INSIDE.project, warrant_policy=replace(POLICY, **policy)))


def offering(**definition: Any) -> Snapshot:
    """What is right but for a tool's definition."""
    return within(tools=(stored(replace(SIGNED, **definition)),))


def around(**changes: Any) -> Snapshot:
    """What is right but for something outside."""
    return replace(RIGHT, outside=replace(OUTSIDE, **changes))


def answering(**changes: Any) -> Snapshot:
    """What is right but for an answer to strangers."""
    return around(answers=replace(OUTSIDE.answers, **changes))


def with_table(**changes: Any) -> Snapshot:
    """What is right but for a table."""
    return around(tables=(*OUTSIDE.tables, replace(OUTSIDE.tables[0], **changes)))


def with_key(**changes: Any) -> Snapshot:
    """What is right but for a key that encrypts."""
    return around(keys=(replace(OUTSIDE.keys[0], **changes), *OUTSIDE.keys))


def probed(kind: ProbeKind, status: int | None) -> Snapshot:
    """What is right but for an endpoint that answers what it had to refuse."""
    wrong = Probe(tool_name=SIGNED.name, kind=kind, status=status)
    return replace(RIGHT, probes=(*PROBES, wrong))


def telling(**identity: bool) -> Tool:
    """A tool that tells its endpoint who the member is."""
    return stored(replace(SIGNED, inject_member_identity=InjectedIdentity(**identity)))
