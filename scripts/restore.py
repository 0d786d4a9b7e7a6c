"""Put items of a restored table back into the table that the deployment uses.

    python -m scripts.restore --from <restored table> --to <table> [--project ID] [--dry-run]

The deployment keeps its table, and with it its name, roles and stack. Items that stand there and
not in the restored table stay; the others are as they were at the moment that was restored. The
audit is never written: its chain says what was done until now, this included by its absence.
It can be broken off and run again.

It needs the caller's own AWS credentials: dynamodb:Scan on the restored table and
dynamodb:BatchWriteItem on the other. docs/operations/restore.md says when to run it, and what to
take away again afterwards.
"""

import argparse
import sys
from itertools import islice
from typing import TYPE_CHECKING, Final

import boto3

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

    from gatehouse.aws.attributes import Item

AUDIT: Final = "AUDIT"
"""How partitions of the audit begin: its chains, the list of them, and statements of their ends."""
AT_ONCE: Final = 25
"""What one BatchWriteItem takes."""


def main(arguments: list[str] | None = None) -> int:
    """Restore as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--from", dest="source", required=True, metavar="TABLE")
    parser.add_argument("--to", dest="target", required=True, metavar="TABLE")
    parser.add_argument("--project", metavar="ID", help="only this project's items")
    parser.add_argument("--dry-run", action="store_true", help="count, and write nothing")
    asked = parser.parse_args(arguments)
    client = boto3.client("dynamodb")
    found = 0
    wanted = items(client, asked.source, asked.project)
    while chunk := tuple(islice(wanted, AT_ONCE)):
        found += len(chunk)
        if not asked.dry_run:
            put(client, asked.target, chunk)
    print(f"{found} items {'would be' if asked.dry_run else 'were'} put back")
    return 0


def items(client: "DynamoDBClient", table: str, project: str | None) -> "Iterator[Item]":
    """Read what is to be put back: of one project, or everything but the audit."""
    for page in client.get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
        for item in page["Items"]:
            partition = item["PK"].get("S", "")
            if not partition.startswith(AUDIT) and is_of(partition, project):
                yield item


def is_of(partition: str, project: str | None) -> bool:
    """Say whether a partition is the project's: its own, or a part or copy of it."""
    return project is None or partition == f"P#{project}" or partition.startswith(f"P#{project}#")


def put(client: "DynamoDBClient", table: str, chunk: "tuple[Item, ...]") -> None:
    """Write items, until DynamoDB has taken all of them."""
    left: list[WriteRequestTypeDef] = [{"PutRequest": {"Item": item}} for item in chunk]
    while left:
        answer = client.batch_write_item(RequestItems={table: left})
        left = list(answer["UnprocessedItems"].get(table, []))


if __name__ == "__main__":
    sys.exit(main())
