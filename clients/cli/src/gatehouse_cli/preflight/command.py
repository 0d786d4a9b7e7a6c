"""The command: where to look, how to tell, and the exit status for a pipeline."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import httpx
import typer
from rich.console import Console

from gatehouse.domain.checklist.evaluation import Finding, Standing
from gatehouse.domain.version import VERSION
from gatehouse_cli.preflight import reports
from gatehouse_cli.preflight.gateway import Gateway
from gatehouse_cli.preflight.looking import outside
from gatehouse_cli.preflight.looking import preflight as look
from gatehouse_cli.preflight.operator import Operator

NOT_READY: Final = 1
SECONDS: Final = 60


def preflight(  # noqa: PLR0913 - a command has as many options as it has
    *,
    url: Annotated[str, typer.Option(envvar="GATEHOUSE_URL", help="Origin of the deployment.")],
    key: Annotated[
        str, typer.Option(envvar="GATEHOUSE_KEY", help="An API key that may manage the project.")
    ],
    stack: Annotated[str, typer.Option(help="The CloudFormation stack.")] = "gatehouse",
    probe_all: Annotated[
        bool, typer.Option(help="Also probe tools whose call, let in, may change something.")
    ] = False,
    unattested: Annotated[
        bool, typer.Option(help="Do not fail for what only waits for somebody's word.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    sarif: Annotated[Path | None, typer.Option(help="Write SARIF 2.1.0 here.")] = None,
    badge: Annotated[Path | None, typer.Option(help="Write an SVG badge here.")] = None,
) -> None:
    """Evaluate the production checklist on a deployment; 1 unless every item passes."""
    headers = {"authorization": f"Bearer {key}"}
    operator = Operator(aws_client, stack)
    with httpx.Client(base_url=url, headers=headers, timeout=SECONDS) as http:
        findings = look(Gateway(http), outside(operator, url), now(), may_change=probe_all)
    if sarif is not None:
        sarif.write_text(reports.for_scanners(findings, url, VERSION), encoding="utf-8")
    if badge is not None:
        badge.write_text(reports.badge(findings), encoding="utf-8")
    if as_json:
        typer.echo(reports.for_programs(findings), nl=False)
    else:
        Console().print(reports.for_people(findings))
    raise typer.Exit(status(findings, unattested=unattested))


def aws_client(service: str) -> Any:  # noqa: ANN401 - of whichever service
    """Return a client with the operator's own rights, as the AWS CLI finds them."""
    import boto3  # noqa: PLC0415 - no other command needs AWS

    return boto3.client(service)  # type: ignore[call-overload]


def now() -> int:
    """Return the present second."""
    return int(time.time())  # noqa: TID251 - a command is where the clock is read


def status(findings: Sequence[Finding], *, unattested: bool) -> int:
    """Return the exit status; with `unattested`, only what failed counts."""
    passing = {Standing.PASSED, *([Standing.NEEDS_ATTESTATION] if unattested else [])}
    return 0 if all(finding.standing in passing for finding in findings) else NOT_READY
