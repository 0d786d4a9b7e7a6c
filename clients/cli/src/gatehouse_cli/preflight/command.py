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
from gatehouse_cli import output
from gatehouse_cli.asking import AsJson, ProfileName, gateway
from gatehouse_cli.failures import REFUSED, Misused, Refused, Unreachable
from gatehouse_cli.gateway import Gateway
from gatehouse_cli.preflight import reports
from gatehouse_cli.preflight.looking import look
from gatehouse_cli.preflight.operator import Operator

PARTS: Final = 4
"""What is looked at, one after another."""


def preflight(
    *,
    stack: Annotated[str, typer.Option(help="The CloudFormation stack.")] = "gatehouse",
    probe_all: Annotated[
        bool, typer.Option("--probe-all", help="Probe also what may change something.")
    ] = False,
    unattested: Annotated[
        bool, typer.Option("--unattested", help="Pass what only waits for somebody's word.")
    ] = False,
    sarif: Annotated[Path | None, typer.Option(help="Write SARIF 2.1.0 here.")] = None,
    badge: Annotated[Path | None, typer.Option(help="Write an SVG badge here.")] = None,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Evaluate the production checklist on a deployment; the status is 0 only if all passes."""
    asked = gateway(profile)
    with asked.http:
        findings = _findings(asked, Operator(_aws_client, stack), may_change=probe_all)
    if sarif is not None:
        log = reports.for_scanners(findings, asked.profile.url, VERSION)
        sarif.write_text(log, encoding="utf-8")
    if badge is not None:
        badge.write_text(reports.badge(findings), encoding="utf-8")
    if as_json:
        output.say_json(reports.for_programs(findings))
    else:
        Console().print(reports.for_people(findings))
    raise typer.Exit(status(findings, unattested=unattested))


def status(findings: Sequence[Finding], *, unattested: bool) -> int:
    """Return the exit status; with `unattested`, only what failed counts."""
    passing = {Standing.PASSED, *([Standing.NEEDS_ATTESTATION] if unattested else [])}
    return 0 if all(finding.standing in passing for finding in findings) else REFUSED


def _findings(asked: Gateway, operator: Operator, *, may_change: bool) -> tuple[Finding, ...]:
    """Look, and turn what AWS and the network say into words."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as below

    now = int(time.time())  # noqa: TID251 - a command is where the clock is read
    try:
        with output.working() as progress:
            task = progress.add_task("", total=PARTS)

            def tell(what: str) -> None:
                progress.update(task, description=what, advance=1, refresh=True)

            return look(asked, operator, now, may_change=may_change, tell=tell)
    except ClientError as error:
        raise Refused(f"AWS refuses: {error}") from error
    except BotoCoreError as error:
        raise Unreachable(f"AWS cannot be asked: {error}") from error
    except (httpx.HTTPError, OSError) as error:
        reason = type(error).__name__
        raise Unreachable(f"{asked.profile.url} cannot be reached: {reason}.") from error


def _aws_client(service: str) -> Any:  # noqa: ANN401 - of whichever service
    """Return a client with the operator's own rights, as the AWS CLI finds them."""
    try:
        import boto3  # noqa: PLC0415 - no other command needs AWS
    except ImportError as error:
        raise Misused("This needs boto3: pip install gatehouse-cli[preflight].") from error
    return boto3.client(service)  # type: ignore[call-overload]
