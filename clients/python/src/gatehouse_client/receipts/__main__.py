"""Export and verify receipts on the command line."""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gatehouse_client._p256 import read_key
from gatehouse_client.receipts.documents import UnreadableExport, read_export, write_export
from gatehouse_client.receipts.fetching import ExportFailed, fetch_export
from gatehouse_client.receipts.verification import VerifiedChain, verify_export


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when all is well, 1 when something does not hold or work."""
    asked = _parser().parse_args(arguments)
    run = {"verify": _verify, "export": _export}[asked.command]
    try:
        return run(asked)
    except (UnreadableExport, ExportFailed, OSError, ValueError) as error:
        print(f"Failed: {error}", file=sys.stderr)
        return 1


def _verify(asked: argparse.Namespace) -> int:
    keys = [read_key(Path(path).read_bytes()) for path in asked.key]
    found = verify_export(read_export(Path(asked.export).read_bytes()), keys)
    for chain in found.chains:
        print(_described(chain))
    for problem in found.problems:
        print(f"NOT VERIFIED: {problem}", file=sys.stderr)
    if found.problems:
        return 1
    receipts = sum(len(chain.receipts) for chain in found.chains)
    print(f"Verified: {receipts} receipts in {len(found.chains)} chains, {found.calls} calls.")
    if not found.calls:
        print("No call names a receipt here, so receipts may be missing at the ends of chains.")
    return 0


def _export(asked: argparse.Namespace) -> int:
    export, key = fetch_export(
        asked.url, asked.api_key_env, starts_at=asked.starts_at, ends_at=asked.ends_at
    )
    Path(asked.export).write_text(write_export(export), encoding="utf-8")
    receipts = sum(len(chain.receipts) for chain in export.chains)
    print(f"{receipts} receipts in {len(export.chains)} chains, {len(export.calls)} calls.")
    if asked.key:
        Path(asked.key).write_text(key, encoding="ascii")
        print("Compare the key with what KMS itself says: `aws kms get-public-key`.")
    return 0


def _described(chain: VerifiedChain) -> str:
    instance = f"{chain.certificate.function} {chain.certificate.instance_id}"
    if not chain.receipts:
        return f"chain {chain.chain} of {instance}: empty"
    counted = Counter(
        "denied"
        if receipt.outcome == "deny"
        else "allowed against a warrant"
        if receipt.decision_code
        else "allowed"
        for receipt in chain.receipts
    )
    outcomes = ", ".join(f"{number} {what}" for what, number in sorted(counted.items()))
    times = sorted(receipt.timestamp for receipt in chain.receipts)
    period = f"{_rfc3339(times[0])} to {_rfc3339(times[-1])}"
    return f"chain {chain.chain} of {instance}: {outcomes}, {period}"


def _rfc3339(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gatehouse-receipts", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    verify = commands.add_parser("verify", help="verify an export without asking anybody")
    verify.add_argument("export", help="the file")
    verify.add_argument(
        "--key",
        required=True,
        action="append",
        help="the deployment's public key, PEM; several where it had several",
    )
    export = commands.add_parser("export", help="fetch a period's receipts into a file")
    export.add_argument("export", help="the file")
    export.add_argument("--url", required=True, help="the Gatehouse, such as https://gate.example")
    export.add_argument("--from", dest="starts_at", required=True, type=_time, help="RFC 3339")
    export.add_argument("--to", dest="ends_at", required=True, type=_time, help="RFC 3339")
    export.add_argument(
        "--api-key-env",
        default="GATEHOUSE_API_KEY",
        help="the variable that holds an API key with scope manage",
    )
    export.add_argument("--key", help="also write the deployment's public key to this file")
    return parser


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, such as Z")
    return moment


if __name__ == "__main__":
    sys.exit(main())
