"""What `Groups` and `Shares` promise, and hold to."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from gatehouse.aws.groups import DynamoGroups
from gatehouse.aws.memberships import DynamoMemberships
from gatehouse.aws.project_items import project_item
from gatehouse.aws.shares import DynamoShares
from gatehouse.aws.tools import DynamoTools
from gatehouse.domain.errors import NotFound, Unavailable
from gatehouse.domain.sharing import (
    Grantee,
    GranteeKind,
    Group,
    Permission,
    Share,
    Thing,
    ThingKind,
    share_id,
)
from gatehouse.ports.people import Memberships
from gatehouse.ports.sharing import Groups, Shares
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.contract.test_memberships import ADA, BEN, OTHER, membership
from tests.fakes.memberships import MemoryMemberships
from tests.fakes.sharing import MemoryGroups, MemoryShares, MemorySharing
from tests.samples import LOOKUP, NOW, PROJECT, PROJECT_ID, authority, stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TOOL = Thing(kind=ThingKind.TOOL, name=LOOKUP.name)
TEAM = Group(project_id=PROJECT_ID, id="Team00000001", name="Team", created_at=NOW)


def to_user(user_id: str = ADA) -> Grantee:
    return Grantee(kind=GranteeKind.USER, id=user_id)


def to_team() -> Grantee:
    return Grantee(kind=GranteeKind.GROUP, id=TEAM.id)


def share(grantee: Grantee, permission: Permission = Permission.VIEW) -> Share:
    return Share(
        project_id=PROJECT_ID,
        thing=TOOL,
        grantee=grantee,
        permission=permission,
        granted_by="user:x",
        granted_at=NOW,
    )


@dataclass
class Stores:
    groups: Groups
    shares: Shares
    memberships: Memberships

    def may(self, user_id: str = ADA, thing: Thing = TOOL) -> Permission | None:
        return self.shares.permission(PROJECT_ID, thing, user_id)


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    """A project with a tool, Ada and Ben."""
    if request.param == "memory":
        table = authority()
        table.projects[OTHER] = replace(PROJECT, id=OTHER)
        kept = MemorySharing(table)
        made = Stores(MemoryGroups(kept), MemoryShares(kept), MemoryMemberships(table))
    else:
        client: DynamoDBClient = request.getfixturevalue("dynamodb")
        for project in (PROJECT, replace(PROJECT, id=OTHER)):
            client.put_item(TableName=TABLE, Item=project_item(project))
        parts = audited(client)
        DynamoTools(*parts).create(stored(LOOKUP))
        made = Stores(DynamoGroups(*parts), DynamoShares(*parts), DynamoMemberships(*parts))
    for user_id in (ADA, BEN):
        made.memberships.grant(membership(user_id))
    return made


def test_a_share_opens_its_thing_to_its_person_alone(stores: Stores) -> None:
    assert stores.may() is None
    stores.shares.put(share(to_user()))
    assert stores.may() is Permission.VIEW
    assert stores.may(BEN) is None
    for other in (replace(TOOL, name="crm-contacts"), replace(TOOL, kind=ThingKind.PROMPT)):
        assert stores.may(thing=other) is None
    assert stores.shares.permission(OTHER, TOOL, ADA) is None
    stores.shares.put(share(to_user(), Permission.EDIT))
    assert stores.may() is Permission.EDIT
    assert tuple(stores.shares.of_thing(PROJECT_ID, TOOL)) == (share(to_user(), Permission.EDIT),)


def test_a_share_ends_at_once_and_in_its_own_project(stores: Stores) -> None:
    stores.shares.put(share(to_user()))
    with pytest.raises(NotFound):
        stores.shares.delete(OTHER, share(to_user()).id)
    stores.shares.delete(PROJECT_ID, share(to_user()).id)
    assert stores.may() is None
    for gone in (share(to_user()).id, share_id(TOOL, to_user("x")), "share_x", "x"):
        with pytest.raises(NotFound):
            stores.shares.delete(PROJECT_ID, gone)


def test_a_share_with_a_group_opens_its_thing_to_whoever_is_in_it_now(stores: Stores) -> None:
    stores.groups.create(TEAM)
    stores.shares.put(share(to_team(), Permission.EDIT))
    assert stores.may() is None
    stores.groups.add(PROJECT_ID, TEAM.id, ADA)
    assert (stores.may(), stores.may(BEN)) == (Permission.EDIT, None)
    stores.shares.put(share(to_user()))
    assert stores.may() is Permission.EDIT
    stores.groups.remove(PROJECT_ID, TEAM.id, ADA)
    assert stores.may() is Permission.VIEW


def test_what_was_shared_with_a_group_ends_with_it(stores: Stores) -> None:
    stores.groups.create(TEAM)
    stores.groups.add(PROJECT_ID, TEAM.id, ADA)
    stores.shares.put(share(to_team()))
    stores.groups.delete(PROJECT_ID, TEAM.id)
    assert stores.may() is None
    with pytest.raises(NotFound):
        stores.groups.get(PROJECT_ID, TEAM.id)


def test_nothing_is_shared_that_is_not_there_or_with_who_is_not(stores: Stores) -> None:
    absent = replace(share(to_user()), thing=replace(TOOL, name="absent"))
    for wrong in (
        absent,
        replace(share(to_user()), project_id=OTHER),
        share(to_user("nobody")),
        share(to_team()),
    ):
        with pytest.raises(NotFound):
            stores.shares.put(wrong)


def test_only_people_of_the_project_are_put_into_its_groups(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.groups.add(PROJECT_ID, TEAM.id, ADA)
    stores.groups.create(TEAM)
    with pytest.raises(NotFound):
        stores.groups.add(PROJECT_ID, TEAM.id, "nobody")
    with pytest.raises(NotFound):
        stores.groups.remove(PROJECT_ID, TEAM.id, ADA)
    for user_id in (BEN, ADA, ADA):
        stores.groups.add(PROJECT_ID, TEAM.id, user_id)
    inside = stores.groups.members(PROJECT_ID, TEAM.id, after=None, limit=1)
    more = stores.groups.members(PROJECT_ID, TEAM.id, after=inside.next_after, limit=1)
    assert (*inside.items, *more.items) == (ADA, BEN)
    assert tuple(stores.groups.page(PROJECT_ID, after=None, limit=9).items) == (TEAM,)


def test_who_leaves_takes_nothing_along(stores: Stores) -> None:
    stores.groups.create(TEAM)
    for user_id in (ADA, BEN):
        stores.groups.add(PROJECT_ID, TEAM.id, user_id)
        stores.shares.put(share(to_user(user_id)))
    stores.shares.put(share(to_team()))
    stores.shares.forget_person(PROJECT_ID, ADA)
    assert (stores.may(), stores.may(BEN)) == (None, Permission.VIEW)
    left = stores.shares.page(PROJECT_ID, after=None, limit=9).items
    assert {each.grantee.id for each in left} == {BEN, TEAM.id}


def test_a_things_shares_go_with_it_and_no_others(stores: Stores) -> None:
    stores.shares.put(share(to_user()))
    stores.shares.forget_thing(PROJECT_ID, replace(TOOL, name=TOOL.name[:-1]))
    stores.shares.forget_thing(OTHER, TOOL)
    assert stores.may() is Permission.VIEW
    stores.shares.forget_thing(PROJECT_ID, TOOL)
    assert stores.may() is None


def test_shares_are_listed_page_by_page(stores: Stores) -> None:
    for user_id in (ADA, BEN):
        stores.shares.put(share(to_user(user_id)))
    first = stores.shares.page(PROJECT_ID, after=None, limit=1)
    rest = stores.shares.page(PROJECT_ID, after=first.next_after, limit=1)
    assert [each.grantee.id for each in (*first.items, *rest.items)] == [ADA, BEN]


def test_a_group_opens_nothing_though_its_people_could_not_be_swept_away(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise Unavailable

    dynamodb.put_item(TableName=TABLE, Item=project_item(PROJECT))
    parts = audited(dynamodb)
    groups, shares = DynamoGroups(*parts), DynamoShares(*parts)
    DynamoTools(*parts).create(stored(LOOKUP))
    DynamoMemberships(*parts).grant(membership(ADA))
    groups.create(TEAM)
    groups.add(PROJECT_ID, TEAM.id, ADA)
    shares.put(share(to_team()))
    assert shares.permission(PROJECT_ID, TOOL, ADA) is Permission.VIEW
    monkeypatch.setattr("gatehouse.aws.groups.sweep", broken)
    with pytest.raises(Unavailable):
        groups.delete(PROJECT_ID, TEAM.id)
    assert shares.permission(PROJECT_ID, TOOL, ADA) is None


def test_many_are_swept(dynamodb: "DynamoDBClient") -> None:
    dynamodb.put_item(TableName=TABLE, Item=project_item(PROJECT))
    parts = audited(dynamodb)
    groups, memberships = DynamoGroups(*parts), DynamoMemberships(*parts)
    groups.create(TEAM)
    for number in range(60):
        user_id = f"{number:016}"
        memberships.grant(membership(user_id))
        groups.add(PROJECT_ID, TEAM.id, user_id)
    groups.delete(PROJECT_ID, TEAM.id)
    assert not groups.members(PROJECT_ID, TEAM.id, after=None, limit=100).items
