"""What `Marks` promises, in memory and on DynamoDB."""

from typing import TYPE_CHECKING, Protocol

import pytest

from gatehouse.aws.marks import DynamoMarks
from gatehouse.aws.tables import mark_key
from gatehouse.domain.errors import Unavailable
from gatehouse.ports.marks import KnownMarks, Marks
from tests.contract.conftest import TABLE
from tests.fakes.credentials import MemoryMarks
from tests.samples import NOW

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Reread(Marks, KnownMarks, Protocol):
    """Both ports, on the same marks."""


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def marks(request: pytest.FixtureRequest) -> Reread:
    if request.param == "memory":
        return MemoryMarks()
    return DynamoMarks(request.getfixturevalue(request.param), TABLE)


def test_the_first_claim_wins(marks: Marks) -> None:
    assert marks.claim("a", expires_at=NOW + 90, now=NOW)


def test_a_second_claim_loses(marks: Marks) -> None:
    marks.claim("a", expires_at=NOW + 90, now=NOW)
    assert not marks.claim("a", expires_at=NOW + 90, now=NOW)


def test_another_mark_is_free(marks: Marks) -> None:
    marks.claim("a", expires_at=NOW + 90, now=NOW)
    assert marks.claim("b", expires_at=NOW + 90, now=NOW)


def test_a_claim_holds_to_its_last_second_although_nobody_sweeps(marks: Marks) -> None:
    marks.claim("a", expires_at=NOW + 90, now=NOW)
    assert not marks.claim("a", expires_at=NOW + 999, now=NOW + 89)
    assert marks.claim("a", expires_at=NOW + 999, now=NOW + 90)


def test_it_can_be_asked_without_claiming(marks: Reread) -> None:
    assert not marks.is_claimed("a", now=NOW)
    marks.claim("a", expires_at=NOW + 90, now=NOW)
    assert marks.is_claimed("a", now=NOW + 89)
    assert not marks.is_claimed("a", now=NOW + 90)
    assert not marks.is_claimed("b", now=NOW)


def test_a_claim_that_lost_changes_nothing(marks: Marks) -> None:
    marks.claim("a", expires_at=NOW + 90, now=NOW)
    marks.claim("a", expires_at=NOW + 9999, now=NOW + 10)
    assert marks.claim("a", expires_at=NOW + 999, now=NOW + 90)


def test_dynamodb_may_sweep_a_mark_when_it_is_over(dynamodb: "DynamoDBClient") -> None:
    DynamoMarks(dynamodb, TABLE).claim("a", expires_at=NOW + 90, now=NOW)
    item = dynamodb.get_item(TableName=TABLE, Key=mark_key("a"))["Item"]
    assert item["ttl"] == {"N": str(NOW + 90)}


def test_a_table_that_does_not_answer_is_unavailable(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(Unavailable):
        DynamoMarks(dynamodb, "missing").claim("a", expires_at=NOW + 90, now=NOW)
