"""Look at a deployment from all sides, and evaluate what was seen."""

from collections.abc import Callable

from gatehouse.domain.checklist.evaluation import Finding, combined, evaluate
from gatehouse.domain.checklist.snapshot import Outside, Snapshot
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.preflight import told
from gatehouse_cli.preflight.operator import Operator
from gatehouse_cli.preflight.stranger import answers


def _nobody(_what: str) -> None:
    """Tell nobody."""


def look(
    gateway: Gateway,
    operator: Operator,
    now: int,
    *,
    may_change: bool,
    tell: Callable[[str], None] = _nobody,
) -> tuple[Finding, ...]:
    """Return what comes of every item, in order.

    Args:
        gateway: Knows the project.
        operator: Sees the deployment in AWS.
        now: Unix seconds.
        may_change: Whether to probe tools whose call may change something.
        tell: Is told what is looked at next.
    """
    tell("what the gateway knows")
    inside = told.findings(gateway)
    tell("endpoints of tools")
    probed = told.probed(gateway, may_change=may_change)
    snapshot = Snapshot(
        outside=_outside(operator, gateway.profile.url, tell),
        probes=probed.probes,
        unprobed=probed.unprobed,
        attestations={each.item.id: each.attestation for each in inside if each.attestation},
    )
    return combined(inside, evaluate(snapshot, now))


def _outside(operator: Operator, url: str, tell: Callable[[str], None]) -> Outside:
    tell("what strangers get")
    answered = answers(url)
    tell("what stands in AWS")
    return Outside(
        tables=operator.tables(),
        keys=operator.keys(),
        functions=operator.functions(),
        alarms=operator.alarms(),
        throttle=operator.throttle(),
        log_days=operator.log_days(),
        answers=answered,
    )
