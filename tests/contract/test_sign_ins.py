"""What the stores of sign-ins under way promise, in memory and on DynamoDB."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from gatehouse.aws.sign_ins import (
    DynamoPendingAuthorizations,
    DynamoSignInRecords,
    DynamoSignInTransactions,
)
from gatehouse.domain.authorization_requests import (
    Arrival,
    AuthorizationRequest,
    PendingAuthorization,
)
from gatehouse.domain.people import Identity
from gatehouse.domain.sign_ins import SignInOutcome, SignInRecord, SignInTransaction
from gatehouse.ports.sign_ins import PendingAuthorizations, SignInTransactions
from tests.contract.conftest import REGION, TABLE
from tests.fakes.sign_ins import MemoryPendingAuthorizations, MemorySignInTransactions
from tests.samples import NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEFT = SignInTransaction(
    provider_id="company",
    nonce="n",
    verifier="v",
    browser="b",
    expires_at=NOW + 600,
    request="ticket",
    invitation="d" * 64,
)
ASKED = PendingAuthorization(
    request=AuthorizationRequest(
        client_id="goc_1",
        client_name="Client",
        redirect_uri="https://client.example/cb",
        state="s",
        challenge="c" * 43,
        resource="https://gate.example.com/mcp",
        scope=frozenset({"mcp"}),
    ),
    browser="b",
    expires_at=NOW + 600,
)
ADA = Arrival(
    identity=Identity(provider="company", subject="1", email="ada@example.com"), user_id="u1"
)
VISITOR = replace(ADA, user_id=None)


@dataclass
class Stores:
    transactions: SignInTransactions
    pending: PendingAuthorizations


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return Stores(MemorySignInTransactions(), MemoryPendingAuthorizations())
    client = request.getfixturevalue("dynamodb")
    return Stores(
        DynamoSignInTransactions(client, TABLE), DynamoPendingAuthorizations(client, TABLE)
    )


@pytest.mark.parametrize("left", [LEFT, replace(LEFT, request=None, invitation=None)])
def test_a_departure_comes_back_once_and_whole(stores: Stores, left: SignInTransaction) -> None:
    stores.transactions.begin("x", left)
    taken = [
        stores.transactions.take("x", provider_id="company", browser="b", now=NOW) for _ in range(2)
    ]
    assert taken == [left, None]


@pytest.mark.parametrize(
    "other",
    [{"provider_id": "another"}, {"browser": "another"}, {"now": NOW + 600}],
    ids=["provider", "browser", "over"],
)
def test_a_departure_is_nobody_elses_and_stays_for_whom_it_is(
    stores: Stores, other: dict[str, object]
) -> None:
    stores.transactions.begin("x", LEFT)
    asked: dict[str, object] = {"provider_id": "company", "browser": "b", "now": NOW}
    assert stores.transactions.take("x", **{**asked, **other}) is None  # type: ignore[arg-type]
    assert stores.transactions.take("x", **asked) == LEFT  # type: ignore[arg-type]


def test_a_request_waits_for_somebody_and_is_decided_once(stores: Stores) -> None:
    stores.pending.begin("x", ASKED)
    assert stores.pending.take("x", browser="b", now=NOW) is None
    assert stores.pending.get("x", browser="b", now=NOW) == ASKED
    assert stores.pending.arrive("x", ADA, browser="b", now=NOW)
    arrived = replace(ASKED, arrival=ADA)
    assert stores.pending.get("x", browser="b", now=NOW) == arrived
    taken = [stores.pending.take("x", browser="b", now=NOW) for _ in range(2)]
    assert taken == [arrived, None]


@pytest.mark.parametrize(
    ("browser", "now"), [("another", NOW), ("b", NOW + 600)], ids=["browser", "over"]
)
def test_a_request_is_of_one_browser_and_ends(stores: Stores, browser: str, now: int) -> None:
    stores.pending.begin("x", replace(ASKED, arrival=ADA))
    assert stores.pending.get("x", browser=browser, now=now) is None
    assert not stores.pending.arrive("x", VISITOR, browser=browser, now=now)
    assert stores.pending.take("x", browser=browser, now=now) is None
    assert stores.pending.take("x", browser="b", now=NOW) == replace(ASKED, arrival=ADA)


def test_who_comes_last_decides_and_nothing_stays_of_whom_came_before(stores: Stores) -> None:
    stores.pending.begin("x", replace(ASKED, arrival=ADA))
    assert stores.pending.arrive("x", VISITOR, browser="b", now=NOW)
    assert stores.pending.get("x", browser="b", now=NOW) == replace(ASKED, arrival=VISITOR)


def test_a_request_without_state_is_kept_without(stores: Stores) -> None:
    without = replace(ASKED, request=replace(ASKED.request, state=None))
    stores.pending.begin("x", without)
    assert stores.pending.get("x", browser="b", now=NOW) == without


def test_nobody_arrives_for_what_never_was(stores: Stores) -> None:
    assert not stores.pending.arrive("x", ADA, browser="b", now=NOW)
    assert stores.pending.get("x", browser="b", now=NOW) is None


RECORD = SignInRecord(
    request_id="018bcfe5-6800-7000-8000-00000000000a",
    at=NOW,
    provider_id="company",
    outcome=SignInOutcome.SIGNED_IN,
    source_ip="192.0.2.7",
    user_id="u1",
    email="ada@example.com",
)


def test_a_line_about_a_sign_in_is_forgotten_in_time(dynamodb: "DynamoDBClient") -> None:
    DynamoSignInRecords(dynamodb, TABLE).note(RECORD)
    [item] = dynamodb.scan(TableName=TABLE)["Items"]
    assert item["PK"] == {"S": f"SIGNIN#{NOW // 86_400}#a"}
    assert item["outcome"] == {"S": "signed_in"}
    assert item["ttl"] == {"N": str(NOW + 90 * 86_400)}


def test_a_line_that_cannot_be_kept_stops_nobody() -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    with Stubber(client) as stubbed:
        stubbed.add_client_error("put_item", "InternalServerError", http_status_code=500)
        DynamoSignInRecords(client, TABLE).note(RECORD)
        stubbed.assert_no_pending_responses()
