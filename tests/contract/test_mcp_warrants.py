"""What a warrant costs functions/mcp: round trips, and what is loaded for it."""

import hashlib
import json
from base64 import b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from gatehouse.aws.project_items import project_item
from gatehouse.aws.tables import mark_key
from gatehouse.aws.tool_items import tool_items
from gatehouse.aws.warrant_items import revoked_item, root_item
from gatehouse.domain.warrant_policies import Decision, TrustedRoot, WarrantMode, WarrantPolicy
from gatehouse.usecases.check_warrant import Proof
from gatehouse.usecases.spend_proof import MARGIN_SECONDS, mark
from gatehouse.wiring import clock
from tests.contract.conftest import TABLE
from tests.contract.test_mcp_function import (
    EVENTS,
    KEY,
    SAMPLES,
    WHO_AM_I,
    Counted,
    function,
    token,
)
from tests.samples import PROJECT, stored
from tests.warranted import names
from tests.warrants import PUBLIC, Minted, proof

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

__all__ = ["function"]

TOOLS: dict[str, object] = {"who_am_i": {"constraints": {}}}
READ_AND_CALL = {"BatchGetItem": 1, "Invoke": 1}


@pytest.fixture
def now() -> int:
    return clock.now()


@pytest.fixture
def chain(now: int, dynamodb: "DynamoDBClient", function: Counted) -> Minted:
    """A chain of three under a root that the project trusts; the mode is enforce."""
    put(dynamodb, WarrantPolicy(mode=WarrantMode.ENFORCE))
    root = TrustedRoot(
        public_key=PUBLIC["root"], description=None, integration_ids=None, created_at=now
    )
    dynamodb.put_item(TableName=TABLE, Item=root_item(KEY.project_id, root))
    function.send("ping")
    found = Minted()
    for holder in ("alice", "bob", "carol"):
        found = found.to(holder, k3=TOOLS, k6=now - 10, k7=now + 600)
    return found


def put(dynamodb: "DynamoDBClient", policy: WarrantPolicy, **tool: object) -> None:
    project = replace(PROJECT, id=KEY.project_id, warrant_policy=policy)
    dynamodb.put_item(TableName=TABLE, Item=project_item(project))
    for item in tool_items(stored(WHO_AM_I, project_id=KEY.project_id, **tool)):
        dynamodb.put_item(TableName=TABLE, Item=item)


def call(function: Counted, chain: Minted | None, now: int, **arguments: object) -> Any:
    """Send the sample call, with the chain and its proof."""
    params: dict[str, Any] = {"name": "who_am_i", "arguments": arguments}
    if chain:
        pop = proof(chain, "who_am_i", arguments, now=now)
        carried = {
            "warrant": b64encode(chain.stack).decode(),
            "signature": b64encode(pop).decode(),
        }
        params["_meta"] = {"tenuo": carried}
    text = (EVENTS / "mcp" / "tools_call.json").read_text()
    event = json.loads(text.replace(SAMPLES["session_token"], token()))
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}
    function.made.clear()
    answer = function.handler({**event, "body": json.dumps(body)}, None)
    return json.loads(answer["body"])["result"]


def test_a_warrant_costs_one_mark_and_no_read_more(
    function: Counted, chain: Minted, now: int
) -> None:
    assert call(function, chain, now)["isError"] is False
    assert function.made == {"BatchGetItem": 1, "PutItem": 1, "Invoke": 1}


def test_the_mark_is_kept_longer_than_its_proof(
    function: Counted, chain: Minted, now: int, dynamodb: "DynamoDBClient"
) -> None:
    call(function, chain, now)
    digest = hashlib.sha256(proof(chain, "who_am_i", {}, now=now)).digest()
    key = mark_key(mark(KEY.project_id, Proof(digest=digest, nonce=b"", ends_at=0)))
    item = dynamodb.get_item(TableName=TABLE, Key=key)["Item"]
    assert int(item["ttl"]["N"]) == now // 30 * 30 + 90 + MARGIN_SECONDS


def test_a_repetition_is_a_mark_that_is_taken_and_a_record(
    function: Counted, chain: Minted, now: int
) -> None:
    call(function, chain, now)
    assert call(function, chain, now)["isError"] is True
    # The second put and the update are the denial's record and its count.
    assert function.made == {"BatchGetItem": 1, "PutItem": 2, "UpdateItem": 1}


def test_where_equal_calls_may_be_made_there_is_no_mark(
    function: Counted, chain: Minted, now: int, dynamodb: "DynamoDBClient"
) -> None:
    put(dynamodb, WarrantPolicy(mode=WarrantMode.ENFORCE), allow_equal_calls=True)
    for _ in range(2):
        assert call(function, chain, now)["isError"] is False
        assert function.made == READ_AND_CALL


@pytest.mark.parametrize("mode", [WarrantMode.OFF, WarrantMode.AUDIT])
def test_a_call_without_a_warrant_costs_what_it_did(
    function: Counted, chain: Minted, now: int, dynamodb: "DynamoDBClient", mode: WarrantMode
) -> None:
    del chain
    put(dynamodb, WarrantPolicy(mode=mode))
    assert call(function, None, now)["isError"] is False
    assert function.made == READ_AND_CALL


@pytest.mark.parametrize("revoked", [0, 1, 2])
def test_a_revoked_warrant_is_found_in_the_same_read_wherever_it_is_in_the_chain(
    function: Counted, chain: Minted, now: int, dynamodb: "DynamoDBClient", revoked: int
) -> None:
    item = revoked_item(
        KEY.project_id, names(chain)[revoked], issuer=PUBLIC["root"], version=1, now=now
    )
    dynamodb.put_item(TableName=TABLE, Item=item)
    result = call(function, chain, now)
    assert result["_meta"]["gatehouse/warrant"]["reason"] == "warrant-revoked"
    assert function.made == {"BatchGetItem": 1, "PutItem": 1, "UpdateItem": 1}


def test_the_longest_chain_fits_into_the_read(function: Counted, chain: Minted, now: int) -> None:
    """One id more than `BatchGetItem` takes keys for would make such calls fail."""
    longest = Minted()
    for number in range(65):
        holder = "alice" if number % 2 else "bob"
        longest = longest.to(holder, k3=TOOLS, k6=now - 10, k7=now + 600, k8=64)
    del chain
    assert call(function, longest, now)["isError"] is False
    assert function.made == {"BatchGetItem": 1, "PutItem": 1, "Invoke": 1}


def test_dispatch_is_told_what_was_decided(function: Counted, chain: Minted, now: int) -> None:
    call(function, chain, now)
    [invocation] = function.invoked
    assert invocation.warrant
    assert invocation.warrant.decision is Decision.ALLOWED
    assert invocation.warrant.warrant_id == names(chain)[-1]
