"""What `Memberships`, `CustomRoles`, `Directory` and `IssuedInvitations` promise, and hold to."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest

from gatehouse.aws.custom_roles import DynamoCustomRoles
from gatehouse.aws.directory import DynamoDirectory
from gatehouse.aws.invitations import DynamoInvitations, DynamoIssuedInvitations
from gatehouse.aws.memberships import DynamoMemberships
from gatehouse.aws.people_items import person_item
from gatehouse.aws.principals import DynamoPrincipals
from gatehouse.aws.project_items import project_item
from gatehouse.aws.tables import user_list_key
from gatehouse.domain.errors import Conflict, NotFound
from gatehouse.domain.people import CustomRole, Invitation, Membership, Person
from gatehouse.domain.roles import Action, Role
from gatehouse.ports.people import CustomRoles, Directory, IssuedInvitations, Memberships
from gatehouse.ports.principals import PrincipalReader, Sought
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.fakes.memberships import (
    MemoryCustomRoles,
    MemoryDirectory,
    MemoryIssuedInvitations,
    MemoryMemberships,
)
from tests.fakes.principals import MemoryPrincipals
from tests.samples import NOW, PROJECT, PROJECT_ID, authority

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OTHER = "Proj0002"
PEOPLE = tuple(
    Person(
        id=letter * 16,
        email=f"{letter}@example.com",
        name=None,
        is_active=True,
        is_admin=False,
        epoch=0,
        created_at=NOW,
    )
    for letter in "abc"
)
ADA, BEN, CYD = (person.id for person in PEOPLE)


def membership(user_id: str = ADA, role: Role = Role.EDITOR, *names: str) -> Membership:
    return Membership(
        project_id=PROJECT_ID,
        user_id=user_id,
        email=f"{user_id[0]}@example.com",
        name=None,
        role=role,
        custom_roles=names,
        epoch=0,
        granted_by="admin",
        granted_at=NOW,
    )


AUDITOR = CustomRole(
    project_id=PROJECT_ID,
    name="auditor",
    actions=frozenset({Action.AUDIT_READ, Action.CALLS_READ}),
    description="Reads what happened",
)


@dataclass
class Stores:
    memberships: Memberships
    roles: CustomRoles
    directory: Directory
    invitations: IssuedInvitations
    principals: PrincipalReader

    def role_of(self, user_id: str) -> Role | None:
        found = self.memberships.get(PROJECT_ID, user_id)
        return found.role if found else None


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = authority()
        table.projects[OTHER] = replace(PROJECT, id=OTHER)
        table.projects["Gone0001"] = replace(PROJECT, id="Gone0001", deleted_at=NOW)
        table.people.update({person.id: person for person in PEOPLE})
        return Stores(
            MemoryMemberships(table),
            MemoryCustomRoles(table),
            MemoryDirectory(table),
            MemoryIssuedInvitations(table),
            MemoryPrincipals(table),
        )
    client: DynamoDBClient = request.getfixturevalue("dynamodb")
    projects = (PROJECT, replace(PROJECT, id=OTHER), replace(PROJECT, id="Gone0001", deleted_at=1))
    items = [project_item(project) for project in projects]
    items += [item for p in PEOPLE for item in (person_item(p), user_list_key(p.id))]
    for item in items:
        client.put_item(TableName=TABLE, Item=item)
    kept = audited(client)
    return Stores(
        DynamoMemberships(*kept),
        DynamoCustomRoles(*kept),
        DynamoDirectory(*kept),
        DynamoIssuedInvitations(*kept),
        DynamoPrincipals(client, TABLE, TABLE),
    )


def test_what_somebody_is_is_kept_listed_and_read_with_who_they_are(stores: Stores) -> None:
    stores.roles.put(AUDITOR)
    granted = stores.memberships.grant(membership(ADA, Role.VIEWER, "auditor"))
    assert stores.memberships.get(PROJECT_ID, ADA) == granted
    assert tuple(stores.memberships.of_person(ADA)) == (granted,)
    assert tuple(stores.memberships.page(PROJECT_ID, after=None, limit=9).items) == (granted,)
    found = stores.principals.read(Sought(project_id=PROJECT_ID, user_id=ADA))
    assert (found.membership, found.person, found.project) == (granted, PEOPLE[0], PROJECT)
    assert found.custom_roles == (AUDITOR,)


def test_who_is_nothing_is_nothing(stores: Stores) -> None:
    assert stores.memberships.get(PROJECT_ID, ADA) is None
    assert not stores.memberships.of_person(ADA)
    found = stores.principals.read(Sought(project_id=OTHER, user_id="nobody", app_id="x"))
    assert (found.membership, found.person, found.app, found.family) == (None,) * 4


def test_nobody_is_made_something_twice_or_in_a_project_that_has_ended(stores: Stores) -> None:
    stores.memberships.grant(membership())
    with pytest.raises(Conflict, match="already"):
        stores.memberships.grant(membership(role=Role.OWNER))
    with pytest.raises(NotFound):
        stores.memberships.grant(replace(membership(BEN), project_id="Gone0001"))
    assert stores.role_of(ADA) is Role.EDITOR


def test_an_epoch_rises_with_each_change_and_never_comes_again(stores: Stores) -> None:
    seen = [stores.memberships.grant(membership())]
    seen.append(stores.memberships.change(seen[-1], replace(seen[-1], role=Role.ADMIN)))
    seen.append(stores.memberships.change(seen[-1], seen[-1]))
    for _ in range(2):
        stores.memberships.remove(seen[-1])
        seen.append(stores.memberships.grant(membership()))
    epochs = [each.epoch for each in seen]
    assert epochs == sorted(set(epochs))
    assert stores.memberships.get(PROJECT_ID, ADA) == seen[-1]


def test_a_change_of_what_has_changed_meanwhile_is_refused(stores: Stores) -> None:
    first = stores.memberships.grant(membership())
    second = stores.memberships.change(first, replace(first, role=Role.VIEWER))
    for attempt in (
        lambda: stores.memberships.change(first, replace(first, role=Role.ADMIN)),
        lambda: stores.memberships.remove(first),
    ):
        with pytest.raises(Conflict, match="meanwhile"):
            attempt()
    assert stores.memberships.get(PROJECT_ID, ADA) == second
    stores.memberships.remove(second)
    with pytest.raises(Conflict):
        stores.memberships.remove(second)


def test_the_last_owner_can_be_neither_removed_nor_made_anything_else(stores: Stores) -> None:
    ada = stores.memberships.grant(membership(ADA, Role.OWNER))
    ben = stores.memberships.grant(membership(BEN, Role.OWNER))
    stores.memberships.grant(membership(CYD, Role.ADMIN))
    ben = stores.memberships.change(ben, replace(ben, role=Role.EDITOR))
    with pytest.raises(Conflict, match="at least one owner"):
        stores.memberships.remove(ada)
    with pytest.raises(Conflict, match="at least one owner"):
        stores.memberships.change(ada, replace(ada, role=Role.ADMIN))
    ada = stores.memberships.change(ada, replace(ada, name="Ada"))
    stores.memberships.change(ben, replace(ben, role=Role.OWNER))
    stores.memberships.remove(ada)
    assert (stores.role_of(ADA), stores.role_of(BEN)) == (None, Role.OWNER)


def test_owners_of_one_project_do_not_count_in_another(stores: Stores) -> None:
    stores.memberships.grant(replace(membership(BEN, Role.OWNER), project_id=OTHER))
    ada = stores.memberships.grant(membership(ADA, Role.OWNER))
    with pytest.raises(Conflict):
        stores.memberships.remove(ada)


def test_a_role_that_somebody_holds_stays(stores: Stores) -> None:
    stores.roles.put(AUDITOR)
    ada = stores.memberships.grant(membership(ADA, Role.VIEWER, "auditor"))
    ben = stores.memberships.grant(membership(BEN, Role.VIEWER))
    ben = stores.memberships.change(ben, replace(ben, custom_roles=("auditor",)))
    stores.memberships.remove(ada)
    with pytest.raises(Conflict, match="holds"):
        stores.roles.delete(PROJECT_ID, "auditor")
    stores.memberships.change(ben, replace(ben, custom_roles=()))
    stores.roles.delete(PROJECT_ID, "auditor")
    assert not stores.roles.all(PROJECT_ID)


def test_nobody_gets_a_role_that_is_no_more(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.memberships.grant(membership(ADA, Role.VIEWER, "auditor"))
    ben = stores.memberships.grant(membership(BEN))
    with pytest.raises(NotFound):
        stores.memberships.change(ben, replace(ben, custom_roles=("auditor",)))
    assert stores.memberships.get(PROJECT_ID, BEN) == ben
    assert stores.role_of(ADA) is None


def test_roles_are_replaced_by_name_and_belong_to_their_project(stores: Stores) -> None:
    stores.roles.put(AUDITOR)
    changed = replace(AUDITOR, actions=frozenset({Action.AUDIT_READ}), description=None)
    stores.roles.put(changed)
    assert tuple(stores.roles.all(PROJECT_ID)) == (changed,)
    assert not stores.roles.all(OTHER)
    for project_id, name in ((OTHER, "auditor"), (PROJECT_ID, "other")):
        with pytest.raises(NotFound):
            stores.roles.delete(project_id, name)
    with pytest.raises(NotFound):
        stores.roles.put(replace(AUDITOR, project_id="Gone0001"))


def test_people_are_listed_page_by_page_and_changed_once(stores: Stores) -> None:
    first = stores.directory.page(after=None, limit=2)
    rest = stores.directory.page(after=first.next_after, limit=2)
    assert (*first.items, *rest.items) == PEOPLE
    assert rest.next_after is None
    changed = stores.directory.change(PEOPLE[0], is_active=False, is_admin=True)
    assert (changed.is_active, changed.is_admin, changed.epoch) == (False, True, 1)
    assert stores.directory.get(ADA) == changed
    with pytest.raises(Conflict):
        stores.directory.change(PEOPLE[0], is_active=True, is_admin=True)
    assert stores.directory.get("nobody") is None


def invitation(digest: str = "d1", project_id: str | None = PROJECT_ID) -> Invitation:
    return Invitation(
        digest=digest,
        project_id=project_id,
        role=Role.EDITOR if project_id else None,
        email="ada@example.com",
        invited_by="user:x",
        created_at=NOW,
        expires_at=NOW + 9,
    )


def test_an_invitation_is_listed_in_its_project_and_withdrawn_there_alone(stores: Stores) -> None:
    stores.invitations.create(invitation())
    stores.invitations.create(invitation("d2", None))
    assert tuple(stores.invitations.page(PROJECT_ID, after=None, limit=9).items) == (invitation(),)
    assert not stores.invitations.page(OTHER, after=None, limit=9).items
    for project_id, digest in ((OTHER, "d1"), (PROJECT_ID, "d2"), (PROJECT_ID, "d3")):
        with pytest.raises(NotFound):
            stores.invitations.withdraw(project_id, digest)
    stores.invitations.withdraw(PROJECT_ID, "d1")
    assert not stores.invitations.page(PROJECT_ID, after=None, limit=9).items
    with pytest.raises(NotFound):
        stores.invitations.create(invitation("d4", "Gone0001"))


def test_an_invitation_is_found_by_whoever_signs_in_until_it_is_withdrawn(
    dynamodb: "DynamoDBClient",
) -> None:
    dynamodb.put_item(TableName=TABLE, Item=project_item(PROJECT))
    issued, used = DynamoIssuedInvitations(*audited(dynamodb)), DynamoInvitations(dynamodb, TABLE)
    for each in (invitation(), invitation("d2", None)):
        issued.create(each)
        assert used.get(each.digest) == each
    issued.withdraw(PROJECT_ID, "d1")
    assert used.get("d1") is None


def test_a_person_with_custom_roles_costs_a_second_round_trip_and_nobody_else(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    for item in (project_item(PROJECT), person_item(PEOPLE[0]), person_item(PEOPLE[1])):
        dynamodb.put_item(TableName=TABLE, Item=item)
    kept = audited(dynamodb)
    DynamoCustomRoles(*kept).put(AUDITOR)
    for each in (membership(ADA, Role.VIEWER, "auditor"), membership(BEN)):
        DynamoMemberships(*kept).grant(each)
    calls: list[object] = []
    send = dynamodb.batch_get_item

    def counted(**asked: Any) -> object:
        calls.append(asked)
        return send(**asked)

    monkeypatch.setattr(dynamodb, "batch_get_item", counted)
    principals = DynamoPrincipals(dynamodb, TABLE, TABLE)
    principals.read(Sought(project_id=PROJECT_ID, user_id=BEN, family_id="F" * 16))
    assert len(calls) == 1
    principals.read(Sought(project_id=PROJECT_ID, user_id=ADA, family_id="F" * 16))
    assert len(calls) == 3
