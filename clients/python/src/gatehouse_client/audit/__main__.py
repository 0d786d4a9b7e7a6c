"""Export and verify the audit on the command line."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from gatehouse_client._p256 import read_key
from gatehouse_client.audit.documents import UnreadableAudit, read_audit
from gatehouse_client.audit.fetching import FetchFailed, fetch_audit, fetch_key
from gatehouse_client.audit.verification import verify_audit


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when all is well, 1 when something does not hold or work."""
    asked = _parser().parse_args(arguments)
    run = {"verify": _verify, "export": _export}[asked.command]
    try:
        return run(asked)
    except (UnreadableAudit, FetchFailed, OSError, ValueError):
        return 1


def _verify(asked: argparse.Namespace) -> int:
    keys = [read_key(Path(path).read_bytes()) for path in asked.key]
    export = read_audit(Path(asked.export).read_bytes())
    found = verify_audit(export, keys)
    for problem in found.problems:
        print(f"NOT VERIFIED: {problem}", file=sys.stderr)
    if found.problems:
        return 1
    print(f"Verified: {found.entries} entries of chain {export.chain}, {found.heads} statements.")
    if later := found.entries - found.covered:
        print(f"No statement covers the last {later} yet: more of them may be missing.")
    return 0


def _export(asked: argparse.Namespace) -> int:
    export = fetch_audit(
        asked.url, asked.token_env, of_deployment=asked.deployment, project_id=asked.project
    )
    Path(asked.export).write_text(export, encoding="utf-8")
    if asked.key:
        Path(asked.key).write_text(fetch_key(asked.url, asked.token_env), encoding="ascii")
        print("Compare the key with what KMS itself says: `aws kms get-public-key`.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gatehouse-audit", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="verify an export without asking anybody")
    verify.add_argument("export", help="the file")
    verify.add_argument(
        "--key",
        required=True,
        action="append",
        help="the deployment's public key, PEM; several where it had several",
    )
    export = commands.add_parser("export", help="fetch a chain of changes into a file")
    export.add_argument("export", help="the file")
    export.add_argument("--url", required=True, help="the Gatehouse, such as https://gate.example")
    export.add_argument(
        "--token-env",
        default="GATEHOUSE_API_KEY",
        help="the variable that holds an API key, or an administrator's token",
    )
    whose = export.add_mutually_exclusive_group()
    whose.add_argument("--deployment", action="store_true", help="as an administrator: its own")
    whose.add_argument("--project", help="as an administrator: a project's, also a deleted one's")
    export.add_argument("--key", help="also write the deployment's public key to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
