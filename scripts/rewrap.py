"""Move tool secrets to another KMS key: wrap each data key anew, and nothing else.

    python -m scripts.rewrap --table <Authority> --to <key ARN> [--dry-run]

Secrets stay sealed: KMS re-encrypts their data keys (ReEncrypt) under the very context they are
bound to, and no plaintext leaves it. Each item is written on condition that it is of the version
that was read, and gets a new one, so a change that goes on meanwhile is not overwritten, nor does
it bring the old wrapping back. What is under the new key already is left alone: run it again,
after an error or to be sure, until it says that nothing is left.

It needs the caller's own AWS credentials: dynamodb:Query, dynamodb:PutItem and
dynamodb:ConditionCheckItem on the table, kms:ReEncryptFrom and kms:ReEncryptTo on both keys.
docs/deploy.md and docs/operations/credentials.md say when to run it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

import boto3
from botocore.exceptions import ClientError

from gatehouse.aws.attributes import bytes_value, number, number_value, raw, text
from gatehouse.aws.copied_writes import CopiedWrites
from gatehouse.aws.failures import ConditionFailed
from gatehouse.aws.item_parts import RETIRING, SECRET
from gatehouse.aws.tables import (
    PROJECT_SHARDS,
    RESOURCE,
    TOOL,
    project_list_partition,
    project_partition,
)
from gatehouse.domain.ids import tool_id
from gatehouse.domain.resources import TOOL_PREFIX

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef
    from mypy_boto3_kms import KMSClient

    from gatehouse.aws.attributes import Item, NewItem

KINDS: Final[Mapping[str, str]] = {TOOL: "", RESOURCE: TOOL_PREFIX}
"""Kinds of items that hold secrets, and what is before their names in the ids secrets know."""
WRAPPED: Final = tuple(prefix + "wrapped_key" for prefix in (SECRET, RETIRING))


@dataclass(frozen=True)
class Rewrap:
    """One run; `counts` says what became of the secrets it saw."""

    dynamodb: "DynamoDBClient"
    kms: "KMSClient"
    table: str
    key_arn: str
    dry_run: bool = False
    counts: "Counter[str]" = field(default_factory=Counter)

    def __call__(self) -> "Counter[str]":
        """Look at every secret of every project."""
        for project_id in self._projects():
            for kind, prefix in KINDS.items():
                for item in self._query(project_partition(project_id), kind):
                    name = prefix + text(item, "SK").removeprefix(kind)
                    self._move(item, {"project_id": project_id, "tool_id": tool_id(name)})
        return self.counts

    def _move(self, item: "Item", context: dict[str, str]) -> None:
        moved: NewItem = {}
        for attribute in WRAPPED:
            if attribute not in item:
                continue
            try:
                wrapped = self._rewrapped(raw(item, attribute), context)
            except ClientError as error:
                code = error.response.get("Error", {}).get("Code")
                where = f"{text(item, 'PK')} {text(item, 'SK')}"
                print(f"{where}: {attribute}: {code}", file=sys.stderr)
                self.counts["failed"] += 1
                return
            if wrapped is None:
                self.counts["there already"] += 1
            else:
                moved[attribute] = bytes_value(wrapped)
        if moved:
            outcome = "to move" if self.dry_run else self._write(context["project_id"], item, moved)
            self.counts[outcome] += len(moved)

    def _rewrapped(self, wrapped: bytes, context: dict[str, str]) -> bytes | None:
        """Return the data key under the new key, None when that is what it is under."""
        answer = self.kms.re_encrypt(
            CiphertextBlob=wrapped,
            SourceEncryptionContext=context,
            DestinationKeyId=self.key_arn,
            DestinationEncryptionContext=context,
        )
        return None if answer["SourceKeyId"] == answer["KeyId"] else answer["CiphertextBlob"]

    def _write(self, project_id: str, item: "Item", moved: "NewItem") -> str:
        names = {f"#n{i}": name for i, name in enumerate(moved)}
        values = {f":o{i}": bytes_value(raw(item, name)) for i, name in enumerate(moved)}
        same = " AND ".join(f"#n{i} = :o{i}" for i in range(len(moved)))
        version = number(item, "version")
        put: PutTypeDef = {
            "TableName": self.table,
            "Item": {**cast("NewItem", item), **moved, "version": number_value(version + 1)},
            "ConditionExpression": f"version = :version AND {same}",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {**values, ":version": number_value(version)},
        }
        try:
            CopiedWrites(self.dynamodb, self.table).write(project_id, [{"Put": put}])
        except ConditionFailed:
            return "changed meanwhile"
        return "moved"

    def _projects(self) -> Iterator[str]:
        for shard in range(PROJECT_SHARDS):
            for entry in self._query(project_list_partition(shard), ""):
                yield text(entry, "SK")

    def _query(self, partition: str, prefix: str) -> "Iterator[Item]":
        values: NewItem = {":pk": {"S": partition}}
        condition = "PK = :pk"
        if prefix:
            condition += " AND begins_with(SK, :prefix)"
            values[":prefix"] = {"S": prefix}
        pages = self.dynamodb.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )
        for page in pages:
            yield from page["Items"]


def main() -> int:
    """Run once; exit with 1 when something is left that should have been moved."""
    summary = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser(prog="scripts.rewrap", description=summary)
    parser.add_argument("--table", required=True, help="the stack's output AuthorityTable")
    parser.add_argument("--to", required=True, metavar="KEY_ARN", help="the key to move to")
    parser.add_argument("--dry-run", action="store_true", help="re-encrypt, but write nothing")
    given = parser.parse_args()
    run = Rewrap(
        dynamodb=boto3.client("dynamodb"),
        kms=boto3.client("kms"),
        table=given.table,
        key_arn=given.to,
        dry_run=given.dry_run,
    )
    counts = run()
    for outcome in ("moved", "to move", "there already", "changed meanwhile", "failed"):
        print(f"{counts[outcome]:6} {outcome}")
    return 1 if counts["failed"] or counts["changed meanwhile"] else 0


if __name__ == "__main__":
    sys.exit(main())
