"""The AWS of the benchmarks answers what a full DynamoDB answers to the reads of hot functions."""

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

from bench.fake_aws import FakeAws
from bench.sockets import Asked
from bench.world import World
from gatehouse.aws.tables import (
    TOOL_DEFINITION,
    integration_key,
    project_key,
    project_partition,
    tool_key,
)
from tests.contract.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HELD = World(upstream="http://127.0.0.1:1", tools=5)
KEYS: list[Any] = [
    project_key(HELD.project_id),
    integration_key(HELD.project_id, "Integ001"),
    tool_key(HELD.project_id, "tool_0003"),
    tool_key(HELD.project_id, "no_such_tool"),
]
WHOLE = {
    "TableName": TABLE,
    "ConsistentRead": True,
    "KeyConditionExpression": "PK = :partition AND SK BETWEEN :first AND :last",
    "ExpressionAttributeValues": {
        ":partition": {"S": project_partition(HELD.project_id)},
        ":first": {"S": f"{TOOL_DEFINITION}tool_0001"},
        ":last": {"S": f"{TOOL_DEFINITION[:-1]}$"},
    },
    "Limit": 50,
}
SHOWN = {
    "ProjectionExpression": "#a0, #a1",
    "ExpressionAttributeNames": {"#a0": "SK", "#a1": "descriptor"},
}
READS: dict[str, tuple[str, dict[str, Any]]] = {
    "several items": ("BatchGetItem", {"RequestItems": {TABLE: {"Keys": KEYS}}}),
    "one item": ("GetItem", {"TableName": TABLE, "Key": KEYS[0]}),
    "no item": ("GetItem", {"TableName": TABLE, "Key": KEYS[-1]}),
    "a range": ("Query", WHOLE),
    "a range that is cut": ("Query", {**WHOLE, "Limit": 2}),
    "a range of some attributes": ("Query", {**WHOLE, **SHOWN, "Limit": 2}),
}


@pytest.fixture
def fake(dynamodb: "DynamoDBClient") -> FakeAws:
    made = FakeAws(secrets={}, data_key=b"", invoke=lambda _name, payload: payload)
    for item in HELD.items():
        dynamodb.put_item(TableName=TABLE, Item=item)
        made.put(TABLE, item)
    return made


@pytest.mark.parametrize("name", READS)
def test_a_read_is_answered_alike(dynamodb: "DynamoDBClient", fake: FakeAws, name: str) -> None:
    operation, asked = READS[name]
    headers = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
    body = json.dumps(asked).encode()
    said = json.loads(fake(Asked(method="POST", target="/", headers=headers, body=body)).body)
    method = {"BatchGetItem": "batch_get_item", "GetItem": "get_item", "Query": "query"}[operation]
    expected = getattr(dynamodb, method)(**asked)
    for unasked in ("ResponseMetadata", "ConsumedCapacity"):
        expected.pop(unasked, None)
    assert _plain(said) == _plain(expected)


def _plain(answer: Any) -> Any:
    """Items in the order of their keys, for a batch is answered in any."""
    for items in answer.get("Responses", {}).values():
        items.sort(key=lambda item: item["SK"]["S"])
    return json.loads(json.dumps(answer, default=_base64))


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
