"""What `Families` and `Codes` promise, in memory and on DynamoDB."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from gatehouse.aws.codes import DynamoCodes
from gatehouse.aws.families import DynamoFamilies
from gatehouse.domain.authorization_codes import AuthorizationCode
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.families import DAY, Family, FamilyKind, begun
from gatehouse.domain.grants import Grant
from gatehouse.ports.sessions import Codes, Families, Rotation, end_all
from tests.contract.conftest import REGION, TABLE
from tests.fakes.sessions import MemoryCodes, MemoryFamilies
from tests.samples import ADA, INTEGRATION_ID, NOW, PROJECT_ID

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

GRANT = Grant(
    subject="user:u1",
    client_id="goc_1",
    scope=frozenset({"mcp"}),
    resource="https://gate.example.com/mcp",
    project_id=PROJECT_ID,
    integration_id=INTEGRATION_ID,
    member=ADA,
    epoch=3,
)
FAMILY = begun("F" * 16, FamilyKind.OAUTH, GRANT, device="Firefox", now=NOW)
CONSOLE = begun(
    "C" * 16, FamilyKind.CONSOLE, Grant(subject="user:u1"), device="", now=NOW, token_digest="d"
)
CODE = AuthorizationCode(
    grant=GRANT,
    redirect_uri="https://client.example/cb",
    challenge="c" * 43,
    device="Firefox",
    expires_at=NOW + 60,
)


@dataclass
class Stores:
    families: Families
    codes: Codes


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        families = MemoryFamilies()
        return Stores(families, MemoryCodes(families))
    client = request.getfixturevalue("dynamodb")
    return Stores(DynamoFamilies(client, TABLE), DynamoCodes(client, TABLE))


@pytest.fixture
def families(stores: Stores) -> Families:
    return stores.families


@pytest.fixture
def codes(stores: Stores) -> Codes:
    return stores.codes


@pytest.mark.parametrize("family", [FAMILY, CONSOLE], ids=["oauth", "console"])
def test_a_family_is_kept_as_it_began(families: Families, family: Family) -> None:
    families.begin(family, refresh_digest=None if family is CONSOLE else "r1")
    assert families.get(family.id) == family


def test_what_never_began_is_not_there_and_ends_without_a_trace(families: Families) -> None:
    families.end(FAMILY.id, now=NOW)
    assert families.get(FAMILY.id) is None


def test_a_refresh_token_is_used_once_and_the_next_one_after_it(families: Families) -> None:
    families.begin(FAMILY, refresh_digest="r1")
    assert families.rotate(FAMILY, used="r1", fresh="r2", now=NOW + 5) is Rotation.ROTATED
    assert families.rotate(FAMILY, used="r2", fresh="r3", now=NOW + 6) is Rotation.ROTATED
    known = families.get(FAMILY.id)
    assert known == replace(FAMILY, used_at=NOW + 6)


def test_a_second_use_is_told_from_an_unknown_token(families: Families) -> None:
    families.begin(FAMILY, refresh_digest="r1")
    families.rotate(FAMILY, used="r1", fresh="r2", now=NOW)
    assert families.rotate(FAMILY, used="r1", fresh="r3", now=NOW) is Rotation.REUSED
    assert families.rotate(FAMILY, used="unknown", fresh="r3", now=NOW) is Rotation.REFUSED
    assert families.refresh_token_is_good(FAMILY.id, "r2")
    assert not families.refresh_token_is_good(FAMILY.id, "r1")
    assert not families.refresh_token_is_good(FAMILY.id, "r3")
    assert not families.refresh_token_is_good(CONSOLE.id, "r2")


def test_a_second_use_is_told_even_when_the_family_has_ended(families: Families) -> None:
    families.begin(FAMILY, refresh_digest="r1")
    families.rotate(FAMILY, used="r1", fresh="r2", now=NOW)
    families.end(FAMILY.id, now=NOW)
    assert families.rotate(FAMILY, used="r1", fresh="r3", now=NOW) is Rotation.REUSED


def test_a_token_of_one_family_does_not_serve_another(families: Families) -> None:
    other = replace(FAMILY, id="G" * 16)
    families.begin(FAMILY, refresh_digest="r1")
    families.begin(other, refresh_digest="r2")
    assert families.rotate(other, used="r1", fresh="r3", now=NOW) is Rotation.REFUSED
    families.rotate(FAMILY, used="r1", fresh="r4", now=NOW)
    assert families.rotate(other, used="r1", fresh="r3", now=NOW) is Rotation.REFUSED


def test_an_ended_family_rotates_no_more_and_keeps_its_first_end(families: Families) -> None:
    families.begin(FAMILY, refresh_digest="r1")
    families.end(FAMILY.id, now=NOW + 1)
    families.end(FAMILY.id, now=NOW + 2)
    assert families.get(FAMILY.id) == replace(FAMILY, revoked_at=NOW + 1)
    assert families.rotate(FAMILY, used="r1", fresh="r2", now=NOW + 3) is Rotation.REFUSED
    assert families.refresh_token_is_good(FAMILY.id, "r1")  # the family decides, not the token


@pytest.mark.parametrize(("later", "rotated"), [(14 * DAY - 1, True), (14 * DAY, False)])
def test_a_family_ends_when_it_is_idle(families: Families, later: int, *, rotated: bool) -> None:
    families.begin(FAMILY, refresh_digest="r1")
    outcome = families.rotate(FAMILY, used="r1", fresh="r2", now=NOW + later)
    assert outcome is (Rotation.ROTATED if rotated else Rotation.REFUSED)


@pytest.mark.parametrize(("later", "rotated"), [(30 * DAY - 1, True), (30 * DAY, False)])
def test_a_family_ends_however_busy_it_is(families: Families, later: int, *, rotated: bool) -> None:
    busy = replace(FAMILY, used_at=NOW + 29 * DAY)
    families.begin(busy, refresh_digest="r1")
    outcome = families.rotate(busy, used="r1", fresh="r2", now=NOW + later)
    assert outcome is (Rotation.ROTATED if rotated else Rotation.REFUSED)


def test_the_use_of_a_console_session_is_noted_now_and_then(families: Families) -> None:
    families.begin(CONSOLE)
    families.touch(CONSOLE, now=NOW + 299)
    assert families.get(CONSOLE.id) == CONSOLE
    families.touch(CONSOLE, now=NOW + 300)
    assert families.get(CONSOLE.id) == replace(CONSOLE, used_at=NOW + 300)


@pytest.mark.parametrize("ended", [True, False])
def test_using_a_session_that_is_over_revives_nothing(families: Families, *, ended: bool) -> None:
    families.begin(CONSOLE)
    if ended:
        families.end(CONSOLE.id, now=NOW + 1)
    families.touch(CONSOLE, now=NOW + (400 if ended else 8 * 3600))
    known = families.get(CONSOLE.id)
    assert known
    assert known.used_at == NOW


def test_a_subjects_sessions_are_listed_in_pages_and_nobody_elses(families: Families) -> None:
    mine = [replace(FAMILY, id=f"{n:016}") for n in range(5)]
    other = replace(FAMILY, id="X" * 16, grant=replace(GRANT, subject="user:u2"))
    for family in (*mine, other):
        families.begin(family, refresh_digest=f"r-{family.id}")
    first = families.page("user:u1", after=None, limit=3)
    assert list(first.items) == mine[:3]
    second = families.page("user:u1", after=first.next_after, limit=3)
    assert list(second.items) == mine[3:]
    assert second.next_after is None
    assert not families.page("user:u", after=None, limit=3).items


def test_all_of_a_subjects_sessions_end_together(families: Families) -> None:
    for number in range(3):
        families.begin(replace(FAMILY, id=f"{number:016}"), refresh_digest=f"r{number}")
    families.begin(replace(FAMILY, id="X" * 16, grant=replace(GRANT, subject="user:u2")))
    end_all(families, "user:u1", now=NOW + 1)
    page = families.page("user:u1", after=None, limit=100)
    assert [family.revoked_at for family in page.items] == [NOW + 1] * 3
    (other,) = families.page("user:u2", after=None, limit=100).items
    assert other.revoked_at is None


def test_a_code_begins_one_family_and_remembers_which(families: Families, codes: Codes) -> None:
    codes.issue("c1", CODE)
    assert codes.get("c1") == CODE
    assert codes.redeem("c1", FAMILY, refresh_digest="r1", now=NOW + 1)
    assert codes.get("c1") == replace(CODE, used_at=NOW + 1, family_id=FAMILY.id)
    assert families.get(FAMILY.id) == FAMILY
    assert families.refresh_token_is_good(FAMILY.id, "r1")


def test_a_code_is_used_once_and_the_loser_leaves_nothing(families: Families, codes: Codes) -> None:
    codes.issue("c1", CODE)
    codes.redeem("c1", FAMILY, refresh_digest="r1", now=NOW)
    other = replace(FAMILY, id="G" * 16)
    assert not codes.redeem("c1", other, refresh_digest="r2", now=NOW)
    assert families.get(other.id) is None
    assert not families.refresh_token_is_good(other.id, "r2")
    assert not list(families.page("user:u1", after=FAMILY.id, limit=9).items)


@pytest.mark.parametrize(("later", "good"), [(59, True), (60, False)])
def test_a_code_is_good_for_a_minute_although_nobody_sweeps(
    codes: Codes, later: int, *, good: bool
) -> None:
    codes.issue("c1", CODE)
    assert codes.redeem("c1", FAMILY, refresh_digest="r1", now=NOW + later) is good


def test_an_unknown_code_begins_nothing(families: Families, codes: Codes) -> None:
    assert codes.get("c1") is None
    assert not codes.redeem("c1", FAMILY, refresh_digest="r1", now=NOW)
    assert families.get(FAMILY.id) is None


CONFLICT = {"CancellationReasons": [{"Code": "TransactionConflict"}]}
Act = Callable[["DynamoDBClient"], object]


@pytest.mark.parametrize(
    "act",
    [
        lambda c: DynamoFamilies(c, TABLE).rotate(FAMILY, used="r1", fresh="r2", now=NOW),
        lambda c: DynamoCodes(c, TABLE).redeem("c1", FAMILY, refresh_digest="r1", now=NOW),
    ],
)
def test_a_race_is_asked_again_and_then_unavailable(act: Act) -> None:
    client = boto3.client("dynamodb", region_name=REGION)
    fails: dict[str, Any] = {
        "service_error_code": "TransactionCanceledException",
        "modeled_fields": CONFLICT,
    }
    with Stubber(client) as stub:
        stub.add_client_error("transact_write_items", **fails)
        stub.add_response("transact_write_items", {})
        assert act(client) in {True, Rotation.ROTATED}
        for _ in range(3):
            stub.add_client_error("transact_write_items", **fails)
        with pytest.raises(Unavailable):
            act(client)


def test_an_unread_session_is_never_taken_for_an_absent_one(dynamodb: "DynamoDBClient") -> None:
    families = DynamoFamilies(dynamodb, TABLE)
    families.begin(FAMILY, refresh_digest="r1")
    key = {"PK": {"S": f"FAM#{FAMILY.id}"}, "SK": {"S": "FAM"}}
    throttled = {"Responses": {}, "UnprocessedKeys": {TABLE: {"Keys": [key]}}}
    dynamodb.meta.events.register(
        "after-call.dynamodb.BatchGetItem", lambda parsed, **_: parsed.update(throttled)
    )
    with pytest.raises(Unavailable):
        families.page("user:u1", after=None, limit=5)
