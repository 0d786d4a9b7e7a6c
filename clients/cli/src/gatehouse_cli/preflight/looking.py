"""Look at a deployment from all sides, and evaluate what was seen."""

from gatehouse.domain.checklist.evaluation import Finding, combined, evaluate
from gatehouse.domain.checklist.snapshot import Outside, Snapshot
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.preflight import told
from gatehouse_cli.preflight.operator import Operator
from gatehouse_cli.preflight.stranger import answers


def look(
    gateway: Gateway, operator: Operator, now: int, *, may_change: bool
) -> tuple[Finding, ...]:
    """Return what comes of every item, in order.

    Args:
        gateway: Knows the project.
        operator: Sees the deployment in AWS.
        now: Unix seconds.
        may_change: Whether to probe tools whose call may change something.
    """
    inside = told.findings(gateway)
    probed = told.probed(gateway, may_change=may_change)
    snapshot = Snapshot(
        outside=_outside(operator, gateway.profile.url),
        probes=probed.probes,
        unprobed=probed.unprobed,
        attestations={each.item.id: each.attestation for each in inside if each.attestation},
    )
    return combined(inside, evaluate(snapshot, now))


def _outside(operator: Operator, url: str) -> Outside:
    return Outside(
        tables=operator.tables(),
        keys=operator.keys(),
        functions=operator.functions(),
        alarms=operator.alarms(),
        throttle=operator.throttle(),
        log_days=operator.log_days(),
        answers=answers(url),
    )
