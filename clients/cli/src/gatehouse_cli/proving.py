"""The audit and receipts, taken along and verified without asking anybody; and revocations."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import typer

from gatehouse_cli import output
from gatehouse_cli.asking import AsJson, ProfileName, gateway
from gatehouse_cli.failures import Misused, Refused
from gatehouse_cli.gateway import Gateway
from gatehouse_client.audit import UnreadableAudit, read_audit, read_key, verify_audit
from gatehouse_client.audit.fetching import gather_audit
from gatehouse_client.receipts import UnreadableExport, read_export, verify_export
from gatehouse_client.receipts.documents import write_export
from gatehouse_client.receipts.fetching import gather_export

PATH: Final = "/api/v1/audit"


def export_audit(
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    key: Annotated[
        Path | None, typer.Option("--key", help="Also write the deployment's public key here.")
    ] = None,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Take the project's chain of changes along, with the signed statements about it."""
    asked = gateway(profile)
    with _reading(asked) as ask:
        written = gather_audit(ask, PATH, {})
    file.write_text(written, encoding="utf-8")
    _keep_key(key, lambda: asked.ask("GET", f"{PATH}/key")["public_key_pem"])
    counted = {name: len(found) for name, found in json.loads(written).items() if name != "chain"}
    if as_json:
        output.say_json(counted)
    else:
        output.say(f"{counted['entries']} entries, {counted['heads']} statements.")


def verify(
    file: Annotated[Path, typer.Argument(help="What `audit export` wrote.")],
    key: Annotated[
        list[Path], typer.Option("--key", help="The deployment's public key, PEM; all it had.")
    ],
    as_json: AsJson = False,
) -> None:
    """Prove that nothing of an export was removed, altered or moved; nobody is asked."""
    try:
        keys = [read_key(path.read_bytes()) for path in key]
        found = verify_audit(read_audit(file.read_bytes()), keys)
    except (UnreadableAudit, ValueError) as error:
        raise Misused(f"This is no audit, or no key: {error}") from error
    if as_json:
        output.say_json(
            {
                "verified": not found.problems,
                "entries": found.entries,
                "heads": found.heads,
                "covered": found.covered,
                "problems": list(found.problems),
            }
        )
    elif not found.problems:
        output.say(f"Verified: {found.entries} entries, {found.heads} statements.")
        if later := found.entries - found.covered:
            output.say(f"No statement covers the last {later} yet: more may be missing.")
    if found.problems:
        raise Refused("\n".join(f"NOT VERIFIED: {problem}" for problem in found.problems))


def export_receipts(
    file: Annotated[Path, typer.Argument(help="Where to write it.")],
    starts_at: Annotated[str, typer.Option("--from", help="RFC 3339, with its zone.")],
    ends_at: Annotated[
        str | None, typer.Option("--to", help="RFC 3339, at most 31 days later; else now.")
    ] = None,
    key: Annotated[
        Path | None, typer.Option("--key", help="Also write the deployment's public key here.")
    ] = None,
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Take a period's receipts along, with their certificates and the calls that name them."""
    asked = gateway(profile)
    until = datetime.now(UTC) if ends_at is None else _time(ends_at)  # noqa: TID251
    with _reading(asked) as ask:
        export, pem = gather_export(ask, starts_at=_time(starts_at), ends_at=until)
    file.write_text(write_export(export), encoding="utf-8")
    _keep_key(key, lambda: pem)
    receipts = sum(len(chain.receipts) for chain in export.chains)
    if as_json:
        counted = {"receipts": receipts, "chains": len(export.chains), "calls": len(export.calls)}
        output.say_json(counted)
    else:
        output.say(f"{receipts} receipts, {len(export.chains)} chains, {len(export.calls)} calls.")


def verify_receipts(
    file: Annotated[Path, typer.Argument(help="What `receipts export` wrote.")],
    key: Annotated[
        list[Path], typer.Option("--key", help="The deployment's public key, PEM; all it had.")
    ],
    as_json: AsJson = False,
) -> None:
    """Prove who decided what about warrants, and that no receipt was left out; nobody is asked."""
    try:
        keys = [read_key(path.read_bytes()) for path in key]
        found = verify_export(read_export(file.read_bytes()), keys)
    except (UnreadableExport, ValueError) as error:
        raise Misused(f"These are no receipts, or no key: {error}") from error
    receipts = sum(len(chain.receipts) for chain in found.chains)
    if as_json:
        output.say_json(
            {
                "verified": not found.problems,
                "receipts": receipts,
                "chains": len(found.chains),
                "calls": found.calls,
                "problems": list(found.problems),
            }
        )
    elif not found.problems:
        output.say(f"Verified: {receipts} receipts in {len(found.chains)} chains.")
        if not found.calls:
            output.say("No call names one, so some may be missing at the ends of chains.")
    if found.problems:
        raise Refused("\n".join(f"NOT VERIFIED: {problem}" for problem in found.problems))


def published(
    project_id: Annotated[str, typer.Argument(help="The project's id.")],
    issuer: Annotated[str, typer.Argument(help="The issuer's public key, as listed.")],
    out: Annotated[Path, typer.Option("--out", help="Where to write it (CBOR).")],
    profile: ProfileName = None,
    as_json: AsJson = False,
) -> None:
    """Fetch a project's revocation list of an issuer, as it was signed; anybody may."""
    path = f"/.well-known/gatehouse/{quote(project_id, safe='')}/revocations/"
    content = gateway(profile).send("GET", path + quote(issuer, safe="")).content
    out.write_bytes(content)
    if as_json:
        output.say_json({"bytes": len(content)})
    else:
        output.say(f"{len(content)} bytes in {out}.")


@contextmanager
def _reading(asked: Gateway) -> Iterator[Callable[[str, Mapping[str, str]], output.Json]]:
    """Give what asks for pages, and show how many things were read."""
    with output.working() as progress:
        task, read = progress.add_task("reading", total=None), [0]

        def ask(path: str, query: Mapping[str, str]) -> output.Json:
            page = asked.ask("GET", path, query=query)
            read[0] += len(page.get("items", ()))
            progress.update(task, completed=read[0])
            return page

        yield ask


def _keep_key(file: Path | None, pem: Callable[[], str]) -> None:
    if file is not None:
        file.write_text(pem(), encoding="ascii")
        output.note("Compare the key with what KMS itself says: `aws kms get-public-key`.")


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Misused(f"{text} is no time such as 2026-11-01T00:00Z.") from error
    if moment.tzinfo is None:
        raise Misused(f"{text} needs its zone, such as Z.")
    return moment
