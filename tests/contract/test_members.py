"""What `Members` promises, in memory and on DynamoDB."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from gatehouse.aws.members import DynamoMembers
from gatehouse.aws.principal_items import member_item
from gatehouse.aws.tables import member_key
from gatehouse.domain.errors import NotFound
from gatehouse.domain.members import MemberIdentity, MemberStanding
from gatehouse.ports.members import Members
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryMembers
from tests.samples import ADA, NOW, PROJECT_ID

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ODD = "grp/ü#1"


@pytest.fixture(params=["memory", "dynamo"])
def port(request: pytest.FixtureRequest) -> Members:
    if request.param == "memory":
        return MemoryMembers(MemoryAuthority())
    return DynamoMembers(*audited(request.getfixturevalue("dynamodb")))


def standing(port: Members, external_id: str = "ada") -> MemberStanding:
    page = port.page(PROJECT_ID, after=None, limit=100)
    return next(member for member in page.items if member.external_id == external_id)


def test_who_was_seen_is_noted_with_first_and_last_time(port: Members) -> None:
    port.upsert(PROJECT_ID, ADA, now=NOW)
    port.upsert(PROJECT_ID, replace(ADA, roles=("viewer",)), now=NOW + 9)
    assert standing(port) == MemberStanding(
        external_id="ada",
        email="ada@example.com",
        roles=("viewer",),
        first_seen=NOW,
        last_seen=NOW + 9,
    )


def test_what_is_no_longer_asserted_is_forgotten(port: Members) -> None:
    port.upsert(PROJECT_ID, ADA, now=NOW)
    port.upsert(PROJECT_ID, MemberIdentity(external_id="ada"), now=NOW)
    assert (standing(port).email, standing(port).roles) == (None, ())


def test_being_seen_lifts_no_block_and_no_epoch(port: Members) -> None:
    port.upsert(PROJECT_ID, ADA, now=NOW)
    port.block(PROJECT_ID, "ada", now=NOW)
    port.upsert(PROJECT_ID, ADA, now=NOW + 1)
    assert (standing(port).blocked_at, standing(port).epoch) == (NOW, 1)


def test_members_are_listed_in_order_wherever_they_are_kept(port: Members) -> None:
    ids = sorted([f"user-{number}" for number in range(30)] + [ODD])
    for external_id in reversed(ids):
        port.upsert(PROJECT_ID, MemberIdentity(external_id=external_id), now=NOW)
    seen, after = [], None
    while True:
        page = port.page(PROJECT_ID, after=after, limit=4)
        assert len(page.items) <= 4
        seen += [member.external_id for member in page.items]
        after = page.next_after
        if after is None:
            break
    assert seen == ids
    assert port.page(PROJECT_ID, after=None, limit=len(ids)).next_after is None


def test_a_page_that_dynamodb_cuts_short_skips_nobody(dynamodb: "DynamoDBClient") -> None:
    """It reads 1 MB at most; the other partitions have been read further by then."""
    ids = [f"user-{number:03}" for number in range(60)]
    large = member_key(PROJECT_ID, ids[0])["PK"]
    for external_id in ids:
        item = member_item(PROJECT_ID, MemberStanding(external_id=external_id))
        if item["PK"] == large:
            item["email"] = {"S": "x" * 390_000}
        dynamodb.put_item(TableName=TABLE, Item=item)
    members, after = DynamoMembers(*audited(dynamodb)), None
    seen: list[str] = []
    while len(seen) < len(ids):
        page = members.page(PROJECT_ID, after=after, limit=100)
        seen += [member.external_id for member in page.items]
        after = page.next_after
        if after is None:
            break
    assert seen == ids


def test_who_was_never_seen_can_be_neither_blocked_nor_signed_out(port: Members) -> None:
    with pytest.raises(NotFound):
        port.block(PROJECT_ID, "nobody", now=NOW)
    with pytest.raises(NotFound):
        port.end_sessions(PROJECT_ID, "nobody")
    assert port.page(PROJECT_ID, after=None, limit=100).items == ()


def test_each_change_raises_the_epoch(port: Members) -> None:
    port.upsert(PROJECT_ID, ADA, now=NOW)
    port.end_sessions(PROJECT_ID, "ada")
    assert standing(port).epoch == 1
    port.block(PROJECT_ID, "ada", now=NOW)
    assert standing(port).epoch == 2
    port.block(PROJECT_ID, "ada", now=NOW + 5)
    assert (standing(port).epoch, standing(port).blocked_at) == (3, NOW)
    port.unblock(PROJECT_ID, "ada")
    assert (standing(port).epoch, standing(port).is_blocked) == (4, False)


def test_only_the_blocked_can_be_unblocked(port: Members) -> None:
    port.upsert(PROJECT_ID, ADA, now=NOW)
    for external_id in ("ada", "nobody"):
        with pytest.raises(NotFound):
            port.unblock(PROJECT_ID, external_id)
    assert standing(port).epoch == 0


def test_members_of_any_spelling_are_listed_page_by_page(port: Members) -> None:
    for external_id in ("z", ODD, "ada"):
        port.upsert(PROJECT_ID, MemberIdentity(external_id=external_id), now=NOW)
    port.upsert("Other001", MemberIdentity(external_id="stranger"), now=NOW)
    first = port.page(PROJECT_ID, after=None, limit=2)
    assert [member.external_id for member in first.items] == ["ada", ODD]
    rest = port.page(PROJECT_ID, after=first.next_after, limit=2)
    assert ([member.external_id for member in rest.items], rest.next_after) == (["z"], None)
