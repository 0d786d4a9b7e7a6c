"""What DynamoDB says of transactions that met another one, and what we make of it."""

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from gatehouse.aws import audited_writes
from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.failures import ATTEMPTS, ConditionFailed, Contended, translated
from gatehouse.aws.project_items import project_item
from gatehouse.aws.tables import project_key
from gatehouse.aws.tools import DynamoTools
from gatehouse.domain.errors import Conflict, Unavailable
from gatehouse.ports.authority import Wanted
from tests.audited import audited
from tests.contract.conftest import REGION, TABLE
from tests.samples import LOOKUP, PROJECT, PROJECT_ID, stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MET: list[dict[str, Any]] = [{"Code": "TransactionConflict"}, {"Code": "None"}]
LOST: list[dict[str, Any]] = [
    {"Code": "ConditionalCheckFailed", "Item": {"version": {"N": "2"}}},
    {"Code": "None"},
]
PUT: Any = {"Put": {"TableName": TABLE, "Item": project_item(PROJECT)}}
CHANGED = stored(LOOKUP, version=2)


@pytest.fixture
def client(aws: None) -> "DynamoDBClient":
    del aws
    return boto3.client("dynamodb", region_name=REGION)


def read(stub: Stubber) -> None:
    """Answer what a change reads before it is made: META, the end of its chain, the target."""
    stub.add_response("transact_get_items", {"Responses": [{}, {}, {}]})


def cancelled(stub: Stubber, reasons: list[dict[str, Any]]) -> None:
    stub.add_client_error(
        "transact_write_items",
        "TransactionCanceledException",
        modeled_fields={"CancellationReasons": reasons},
    )


def test_a_write_that_met_another_is_repeated_until_it_wins(client: "DynamoDBClient") -> None:
    with Stubber(client) as stub:
        read(stub)
        cancelled(stub, MET)
        stub.add_response("transact_write_items", {})
        DynamoTools(*audited(client)).replace(CHANGED, expected_version=1)
        stub.assert_no_pending_responses()


def test_a_write_that_met_the_winner_learns_the_current_version(client: "DynamoDBClient") -> None:
    with Stubber(client) as stub:
        read(stub)
        cancelled(stub, MET)
        cancelled(stub, LOST)
        with pytest.raises(Conflict) as refusal:
            DynamoTools(*audited(client)).replace(CHANGED, expected_version=1)
        assert refusal.value.current_version == 2


def test_a_write_that_never_gets_through_is_unavailable(client: "DynamoDBClient") -> None:
    with Stubber(client) as stub:
        for _ in range(audited_writes.ATTEMPTS):
            read(stub)
            for _ in range(ATTEMPTS):
                cancelled(stub, MET)
        with pytest.raises(Unavailable):
            DynamoTools(*audited(client)).replace(CHANGED, expected_version=1)
        stub.assert_no_pending_responses()


def test_a_condition_that_failed_beside_a_conflict_has_decided(client: "DynamoDBClient") -> None:
    with Stubber(client) as stub:
        cancelled(stub, [MET[0], LOST[0]])
        with pytest.raises(ConditionFailed) as failure, translated():
            client.transact_write_items(TransactItems=[PUT])
        assert failure.value.index == 1


@pytest.mark.parametrize("code", ["TransactionConflictException", "TransactionInProgressException"])
def test_a_single_write_may_meet_a_transaction_too(client: "DynamoDBClient", code: str) -> None:
    with Stubber(client) as stub:
        stub.add_client_error("put_item", code)
        with pytest.raises(Contended), translated():
            client.put_item(**PUT["Put"])


UNPROCESSED: Any = {
    "Responses": {},
    "UnprocessedKeys": {TABLE: {"Keys": [project_key(PROJECT_ID)]}},
}
ANSWERED: Any = {"Responses": {TABLE: [project_item(PROJECT)]}, "UnprocessedKeys": {}}


def test_an_unprocessed_key_is_asked_for_once_more(client: "DynamoDBClient") -> None:
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", UNPROCESSED)
        stub.add_response("batch_get_item", ANSWERED)
        found = DynamoAuthority(client, TABLE).read(Wanted(project_id=PROJECT_ID))
        assert found.project == PROJECT


def test_a_key_that_stays_unprocessed_is_unavailable_and_never_absent(
    client: "DynamoDBClient",
) -> None:
    with Stubber(client) as stub:
        stub.add_response("batch_get_item", UNPROCESSED)
        stub.add_response("batch_get_item", UNPROCESSED)
        with pytest.raises(Unavailable):
            DynamoAuthority(client, TABLE).read(Wanted(project_id=PROJECT_ID))
        stub.add_response("batch_get_item", UNPROCESSED)
        stub.add_response("batch_get_item", UNPROCESSED)
        with pytest.raises(Unavailable):
            DynamoTools(*audited(client)).get(PROJECT_ID, LOOKUP.name)
