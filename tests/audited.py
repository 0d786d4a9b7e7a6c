"""Stores whose changes are audited, for tests that care about the changes."""

from typing import TYPE_CHECKING, Final

from gatehouse.aws.audited_writes import AuditedWrites
from gatehouse.domain.audit import Author
from gatehouse.domain.principals import Actor, ActorKind
from tests.samples import NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AUTHOR: Final = Author(
    actor=Actor(kind=ActorKind.KEY, id="1ntegr8n", name="backend"),
    action="PATCH /api/v1/custom-tools/{id}",
    source_ip="203.0.113.7",
    request_id="01938d6e-0000-7000-8000-000000000000",
    at=NOW,
)


def no_pause(_attempt: int) -> None:
    """Lose no time."""


def audited(
    client: "DynamoDBClient", table: str = "table", author: Author = AUTHOR
) -> "tuple[DynamoDBClient, str, AuditedWrites]":
    """Return what stores of changes are made of."""
    return client, table, AuditedWrites(client, table, author, no_pause)
