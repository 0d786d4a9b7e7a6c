"""The audit, taken along and verified without asking anybody; and a project's revocations."""

import json
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import quote

import typer

from gatehouse_cli import output
from gatehouse_cli.asking import AsJson, ProfileName, gateway
from gatehouse_cli.failures import Misused, Refused
from gatehouse_cli.gateway import Gateway
from gatehouse_client.audit import UnreadableAudit, read_audit, read_key, verify_audit

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
    # First the statements: what they are about is there by then.
    heads = _all(asked, f"{PATH}/heads", {})
    entries = _all(asked, PATH, {"order": "oldest"})
    chain = asked.ask("GET", "/api/v1/project")["id"]
    document = {"chain": chain, "entries": entries, "heads": heads}
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    if key is not None:
        pem = asked.ask("GET", f"{PATH}/key")["public_key_pem"]
        key.write_text(pem, encoding="ascii")
        output.note("Compare the key with what KMS itself says: `aws kms get-public-key`.")
    if as_json:
        output.say_json({"entries": len(entries), "heads": len(heads)})
    else:
        output.say(f"{len(entries)} entries, {len(heads)} statements.")


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


def _all(asked: Gateway, path: str, query: output.Json) -> list[object]:
    items: list[object] = []
    with output.working() as progress:
        task = progress.add_task(path, total=None)
        for page in asked.items(path, query, None):
            items += page["items"]
            progress.update(task, completed=len(items))
    return items
