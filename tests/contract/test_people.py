"""What `People` and `Invitations` promise to whoever signs in, in memory and on DynamoDB."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from gatehouse.aws.audit import DynamoAuditEntries
from gatehouse.aws.audit_items import state_digest
from gatehouse.aws.invitations import DynamoInvitations
from gatehouse.aws.people import DynamoPeople
from gatehouse.aws.people_items import invitation_item, read_membership
from gatehouse.aws.project_items import project_item
from gatehouse.aws.tables import invitation_list_key, left_key, role_key, role_list_key, user_key
from gatehouse.domain.audit import AuditFilter, Target
from gatehouse.domain.errors import Conflict
from gatehouse.domain.people import Identity, Invitation, Membership, Person
from gatehouse.domain.roles import Role
from gatehouse.ports.people import Invitations, People
from tests.audited import AUTHOR, no_pause
from tests.contract.conftest import TABLE
from tests.fakes.authority import MemoryAuthority
from tests.fakes.sign_ins import MemoryInvitations, MemoryPeople
from tests.samples import NOW, PROJECT, PROJECT_ID

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

IDENTITY = Identity(provider="company", subject="1", email="ada@example.com", name="Ada")
ADA = Person(
    id="A" * 16,
    email=IDENTITY.email,
    name="Ada",
    is_active=True,
    is_admin=False,
    epoch=0,
    created_at=NOW,
    last_sign_in_at=NOW,
)
INVITATION = Invitation(
    digest="d" * 64,
    project_id=PROJECT_ID,
    role=Role.EDITOR,
    email=None,
    invited_by="user:u0",
    created_at=NOW - 10,
    expires_at=NOW + 10,
)
TO_ADMINISTER = replace(INVITATION, project_id=None, role=None)


@dataclass
class Stores:
    people: People
    invitations: Invitations
    invite: Callable[[Invitation], None]
    membership: Callable[[Person], Membership | None]


@pytest.fixture(params=["memory", "dynamo"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return in_memory()
    return on_dynamodb(request.getfixturevalue("dynamodb"))


def in_memory() -> Stores:
    table, invitations = MemoryAuthority(projects={PROJECT_ID: PROJECT}), MemoryInvitations()
    return Stores(
        people=MemoryPeople(table, invitations),
        invitations=invitations,
        invite=lambda invitation: invitations.kept.update({invitation.digest: invitation}),
        membership=lambda person: table.memberships.get((PROJECT_ID, person.id)),
    )


def on_dynamodb(client: "DynamoDBClient") -> Stores:
    client.put_item(TableName=TABLE, Item=project_item(PROJECT))

    def invite(invitation: Invitation) -> None:
        item = invitation_item(invitation)
        client.put_item(TableName=TABLE, Item=item)
        if invitation.project_id is not None:
            listed = invitation_list_key(invitation.project_id, invitation.digest)
            client.put_item(TableName=TABLE, Item={**item, **listed})

    def membership(person: Person) -> Membership | None:
        keys = role_key(PROJECT_ID, person.id), role_list_key(person.id, PROJECT_ID)
        found = [client.get_item(TableName=TABLE, Key=key).get("Item") for key in keys]
        read = [read_membership(item) if item else None for item in found]
        assert read[0] == read[1]
        return read[0]

    people, invitations = DynamoPeople(client, TABLE, no_pause), DynamoInvitations(client, TABLE)
    return Stores(people=people, invitations=invitations, invite=invite, membership=membership)


def test_somebody_admitted_is_found_by_id_and_identity_and_by_nothing_else(stores: Stores) -> None:
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    assert stores.people.get(ADA.id) == ADA
    assert stores.people.identified("company", "1") == ADA
    assert stores.people.identified("another", "1") is None
    assert stores.people.identified("company", "2") is None
    assert stores.people.get("B" * 16) is None


def test_an_address_is_one_persons_whatever_the_provider(stores: Stores) -> None:
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    other = replace(IDENTITY, provider="another")
    with pytest.raises(Conflict):
        stores.people.admit(replace(ADA, id="B" * 16), other, None, by=AUTHOR)
    assert stores.people.identified("another", "1") is None
    assert stores.people.get("B" * 16) is None


def test_an_identity_is_admitted_once(stores: Stores) -> None:
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    moved = replace(IDENTITY, email="new@example.com")
    with pytest.raises(Conflict):
        stores.people.admit(replace(ADA, id="B" * 16, email=moved.email), moved, None, by=AUTHOR)
    assert stores.people.identified("company", "1") == ADA


def test_an_invitation_makes_somebody_what_it_says_once(stores: Stores) -> None:
    stores.invite(INVITATION)
    stores.people.admit(ADA, IDENTITY, INVITATION, by=AUTHOR)
    made = stores.membership(ADA)
    assert made
    assert (made.role, made.granted_by, made.granted_at) == (Role.EDITOR, "user:u0", NOW)
    used = stores.invitations.get(INVITATION.digest)
    assert used == replace(INVITATION, used_at=NOW)
    bob = replace(ADA, id="B" * 16, email="bob@example.com")
    with pytest.raises(Conflict):
        stores.people.admit(
            bob, replace(IDENTITY, subject="2", email=bob.email), INVITATION, by=AUTHOR
        )
    assert stores.people.get(bob.id) is None


@pytest.mark.parametrize(
    "changes",
    [{"expires_at": NOW}, {"email": "bob@example.com"}, {"used_at": NOW - 1}],
    ids=["over", "another's", "used"],
)
def test_an_invitation_that_is_not_open_admits_nobody(
    stores: Stores, changes: dict[str, object]
) -> None:
    stored = replace(INVITATION, **changes)  # type: ignore[arg-type]
    stores.invite(stored)
    with pytest.raises(Conflict):
        stores.people.admit(ADA, IDENTITY, INVITATION, by=AUTHOR)
    assert stores.people.get(ADA.id) is None
    assert stores.people.identified("company", "1") is None
    assert stores.membership(ADA) is None


def test_an_invitation_to_one_address_is_good_for_it(stores: Stores) -> None:
    theirs = replace(INVITATION, email=ADA.email)
    stores.invite(theirs)
    stores.people.admit(ADA, IDENTITY, theirs, by=AUTHOR)
    assert stores.membership(ADA)


def test_an_invitation_to_a_project_that_is_none_admits_nobody(stores: Stores) -> None:
    nowhere = replace(INVITATION, project_id="Nobody00")
    stores.invite(nowhere)
    with pytest.raises(Conflict):
        stores.people.admit(ADA, IDENTITY, nowhere, by=AUTHOR)
    assert stores.people.get(ADA.id) is None


def test_who_has_an_account_becomes_more_by_an_invitation(stores: Stores) -> None:
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    stores.invite(INVITATION)
    stores.people.accept(ADA, INVITATION, by=replace(AUTHOR, at=NOW + 1))
    made = stores.membership(ADA)
    assert made
    assert made.role is Role.EDITOR
    with pytest.raises(Conflict):
        stores.people.accept(ADA, INVITATION, by=replace(AUTHOR, at=NOW + 1))


def test_who_is_something_already_uses_no_invitation_up(stores: Stores) -> None:
    stores.invite(INVITATION)
    stores.people.admit(ADA, IDENTITY, INVITATION, by=AUTHOR)
    second = replace(INVITATION, digest="e" * 64, role=Role.OWNER)
    stores.invite(second)
    with pytest.raises(Conflict):
        stores.people.accept(ADA, second, by=AUTHOR)
    assert stores.invitations.get(second.digest) == second
    made = stores.membership(ADA)
    assert made
    assert made.role is Role.EDITOR


def test_an_invitation_to_administer_makes_an_administrator_of_another_epoch(
    stores: Stores,
) -> None:
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    stores.invite(TO_ADMINISTER)
    stores.people.accept(ADA, TO_ADMINISTER, by=AUTHOR)
    assert stores.people.get(ADA.id) == replace(ADA, is_admin=True, epoch=1)


def test_a_sign_in_is_noted_with_the_name_of_today_and_changes_nothing_else(
    stores: Stores,
) -> None:
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    renamed = replace(IDENTITY, name="Ada L.", email="elsewhere@example.com")
    stores.people.note_sign_in(ADA, renamed, now=NOW + 5)
    assert stores.people.get(ADA.id) == replace(ADA, name="Ada L.", last_sign_in_at=NOW + 5)
    stores.people.note_sign_in(ADA, replace(IDENTITY, name=None), now=NOW + 6)
    assert stores.people.get(ADA.id) == replace(ADA, name="Ada L.", last_sign_in_at=NOW + 6)


def test_there_is_no_invitation_that_was_never_made(stores: Stores) -> None:
    assert stores.invitations.get("f" * 64) is None


def test_an_epoch_never_comes_again_for_whoever_left(dynamodb: "DynamoDBClient") -> None:
    stores = on_dynamodb(dynamodb)
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    dynamodb.put_item(TableName=TABLE, Item={**left_key(PROJECT_ID, ADA.id), "epoch": {"N": "7"}})
    stores.invite(INVITATION)
    stores.people.accept(ADA, INVITATION, by=AUTHOR)
    made = stores.membership(ADA)
    assert made
    assert made.epoch == 8


def test_what_somebody_becomes_has_an_entry_and_is_not_without(dynamodb: "DynamoDBClient") -> None:
    stores = on_dynamodb(dynamodb)
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    stores.invite(INVITATION)
    stores.people.accept(ADA, INVITATION, by=AUTHOR)
    stores.invite(TO_ADMINISTER)
    stores.people.accept(ADA, TO_ADMINISTER, by=AUTHOR)
    entries = DynamoAuditEntries(dynamodb, TABLE)

    def targets(chain: str) -> list[Target]:
        page = entries.page(chain, AuditFilter(), newest_first=False, after=None, limit=9)
        assert {entry.author for entry in page.items} <= {AUTHOR}
        return [entry.change.target for entry in page.items]

    assert targets(PROJECT_ID) == [Target(kind="role", id=ADA.id)]
    assert targets("deployment") == [Target(kind="user", id=ADA.id)] * 2


def test_what_making_an_administrator_leaves_is_what_its_entry_says(
    dynamodb: "DynamoDBClient",
) -> None:
    stores = on_dynamodb(dynamodb)
    stores.people.admit(ADA, IDENTITY, None, by=AUTHOR)
    stores.invite(TO_ADMINISTER)
    stores.people.accept(ADA, TO_ADMINISTER, by=AUTHOR)
    stores.people.note_sign_in(ADA, replace(IDENTITY, name="Another"), now=NOW + 9)
    (entry,) = (
        DynamoAuditEntries(dynamodb, TABLE)
        .page("deployment", AuditFilter(), newest_first=True, after=None, limit=1)
        .items
    )
    kept = dynamodb.get_item(TableName=TABLE, Key=user_key(ADA.id))["Item"]
    assert entry.change.after == state_digest(kept, "user")
