"""What `WarrantPolicies`, `TrustedRoots` and `Revocations` promise, in memory and on DynamoDB."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from gatehouse.aws.authority import DynamoAuthority
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.revocations import ATTEMPTS, BATCH, DynamoRevocations
from gatehouse.aws.trusted_roots import DynamoTrustedRoots
from gatehouse.aws.warrant_policies import DynamoWarrantPolicies
from gatehouse.domain.errors import Conflict, NotFound, Unavailable
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.revocations import KeptList
from gatehouse.domain.warrant_policies import NO_POLICY, TrustedRoot, WarrantMode, WarrantPolicy
from gatehouse.ports.authority import AuthorityReader, Wanted
from gatehouse.ports.projects import Projects
from gatehouse.ports.warrants import Revocations, TrustedRoots, WarrantPolicies
from tests.audited import audited
from tests.contract.conftest import TABLE
from tests.fakes.authority import MemoryAuthority
from tests.fakes.stores import MemoryProjects
from tests.fakes.warrants import MemoryRevocations, MemoryTrustedRoots, MemoryWarrantPolicies
from tests.samples import INTEGRATION_ID, NOW, PROJECT, PROJECT_ID

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OTHER = "Proj0002"
ISSUER = b"\x0a" * 32
KEPT = KeptList(
    issuer=ISSUER, version=7, digest=b"d" * 32, data=b"\xa2list", warrants=3, accepted_at=NOW
)
ROOT = TrustedRoot(
    public_key=b"\xff" * 32,
    description="issuer of billing",
    integration_ids=(INTEGRATION_ID,),
    created_at=NOW,
)
POLICY = WarrantPolicy(mode=WarrantMode.ENFORCE, clearances={"admin_*": 40}, receipts=True)
FIRST, SECOND = f"tnu_wrt_{1:032x}", f"tnu_wrt_{2:032x}"


@dataclass
class Stores:
    projects: Projects
    policies: WarrantPolicies
    roots: TrustedRoots
    revocations: Revocations
    authority: AuthorityReader

    def revoked(self, *ids: str, project_id: str = PROJECT_ID) -> frozenset[str]:
        return self.authority.read(Wanted(project_id=project_id, warrant_ids=ids)).revoked

    def trusted(self, key: bytes, project_id: str = PROJECT_ID) -> TrustedRoot | None:
        return self.authority.read(Wanted(project_id=project_id, warrant_root=key)).trusted_root


@pytest.fixture(params=["memory", "dynamodb", "wire_dynamodb"])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        table = MemoryAuthority()
        stores = Stores(
            MemoryProjects(table),
            MemoryWarrantPolicies(table),
            MemoryTrustedRoots(table),
            MemoryRevocations(table),
            table,
        )
    else:
        client = request.getfixturevalue("dynamodb")
        stores = Stores(
            DynamoProjects(*audited(client)),
            DynamoWarrantPolicies(*audited(client)),
            DynamoTrustedRoots(*audited(client)),
            DynamoRevocations(*audited(client)),
            DynamoAuthority(request.getfixturevalue(request.param), TABLE),
        )
    stores.projects.create(PROJECT)
    stores.projects.create(replace(PROJECT, id=OTHER))
    return stores


def test_a_policy_is_kept_and_raises_the_version(stores: Stores) -> None:
    changed = replace(PROJECT, warrant_policy=POLICY, version=2)
    assert stores.policies.change(PROJECT_ID, POLICY, version=1) == changed
    assert stores.projects.get(PROJECT_ID) == changed
    assert stores.authority.read(Wanted(project_id=PROJECT_ID)).project == changed
    assert stores.projects.get(OTHER).warrant_policy == NO_POLICY
    assert stores.policies.change(PROJECT_ID, NO_POLICY, version=2).warrant_policy == NO_POLICY
    assert stores.projects.get(PROJECT_ID) == replace(PROJECT, version=3)


def test_a_policy_for_an_old_version_tells_the_current_one(stores: Stores) -> None:
    stores.policies.change(PROJECT_ID, POLICY, version=1)
    with pytest.raises(Conflict) as refusal:
        stores.policies.change(PROJECT_ID, NO_POLICY, version=1)
    assert refusal.value.current_version == 2
    assert stores.projects.get(PROJECT_ID).warrant_policy == POLICY


def test_settings_and_policy_leave_each_other_alone(stores: Stores) -> None:
    stores.policies.change(PROJECT_ID, POLICY, version=1)
    settings = ProjectSettings(require_approval=True)
    stores.projects.change(PROJECT_ID, name="Acme", settings=settings, version=2)
    stores.policies.change(PROJECT_ID, replace(POLICY, receipts=False), version=3)
    found = stores.projects.get(PROJECT_ID)
    assert (found.settings, found.warrant_policy.receipts) == (settings, False)


def test_a_deleted_project_takes_nothing_and_publishes_nothing(stores: Stores) -> None:
    stores.revocations.keep(PROJECT_ID, KEPT, instead_of=None)
    stores.projects.mark_deleted(PROJECT_ID, now=NOW)
    for act in (
        lambda: stores.policies.change(PROJECT_ID, POLICY, version=2),
        lambda: stores.policies.change("Nobody00", POLICY, version=1),
        lambda: stores.roots.add(PROJECT_ID, ROOT),
        lambda: stores.roots.add("Nobody00", ROOT),
        lambda: stores.revocations.published(PROJECT_ID, ISSUER),
        lambda: stores.revocations.published("Nobody00", ISSUER),
    ):
        with pytest.raises(NotFound):
            act()


def test_a_root_is_trusted_by_its_project_until_it_is_removed(stores: Stores) -> None:
    stores.roots.add(PROJECT_ID, ROOT)
    assert stores.trusted(ROOT.public_key) == ROOT
    assert stores.trusted(ROOT.public_key, OTHER) is None
    with pytest.raises(Conflict):
        stores.roots.add(PROJECT_ID, replace(ROOT, integration_ids=None))
    with pytest.raises(NotFound):
        stores.roots.remove(OTHER, ROOT.public_key)
    assert stores.trusted(ROOT.public_key) == ROOT
    stores.roots.remove(PROJECT_ID, ROOT.public_key)
    assert stores.trusted(ROOT.public_key) is None
    with pytest.raises(NotFound):
        stores.roots.remove(PROJECT_ID, ROOT.public_key)


def test_a_root_for_all_integrations_stays_one(stores: Stores) -> None:
    everywhere = replace(ROOT, integration_ids=None, description=None)
    stores.roots.add(PROJECT_ID, everywhere)
    assert stores.trusted(ROOT.public_key) == everywhere


def test_roots_are_listed_by_key_page_by_page(stores: Stores) -> None:
    keys = [bytes([number]) * 32 for number in range(5)]
    for key in reversed(keys):
        stores.roots.add(PROJECT_ID, replace(ROOT, public_key=key))
    stores.roots.add(OTHER, ROOT)
    first = stores.roots.page(PROJECT_ID, after=None, limit=3)
    rest = stores.roots.page(PROJECT_ID, after=first.next_after, limit=3)
    assert [root.public_key for root in (*first.items, *rest.items)] == keys
    assert rest.next_after is None


def test_a_revoked_warrant_stays_revoked_in_its_project_alone(stores: Stores) -> None:
    for _twice in range(2):
        stores.revocations.revoke(PROJECT_ID, [FIRST], issuer=ISSUER, version=1, now=NOW)
    assert stores.revoked(FIRST, SECOND) == {FIRST}
    assert stores.revoked(FIRST, project_id=OTHER) == frozenset()


def test_more_warrants_are_revoked_than_one_batch_holds(stores: Stores) -> None:
    ids = [f"tnu_wrt_{number:032x}" for number in range(2 * BATCH + 1)]
    stores.revocations.revoke(PROJECT_ID, ids, issuer=ISSUER, version=1, now=NOW)
    for start in range(0, len(ids), 20):
        part = ids[start : start + 20]
        assert stores.revoked(*part) == set(part)


def test_a_list_is_kept_as_it_was_signed(stores: Stores) -> None:
    assert stores.revocations.get(PROJECT_ID, ISSUER) is None
    stores.revocations.keep(PROJECT_ID, replace(KEPT, reason="lost laptop"), instead_of=None)
    kept = replace(KEPT, reason="lost laptop")
    assert stores.revocations.get(PROJECT_ID, ISSUER) == kept
    assert stores.revocations.published(PROJECT_ID, ISSUER) == kept
    assert stores.revocations.get(OTHER, ISSUER) is None
    for project_id, issuer in ((OTHER, ISSUER), (PROJECT_ID, b"\x0b" * 32)):
        with pytest.raises(NotFound):
            stores.revocations.published(project_id, issuer)


def test_of_two_lists_in_the_place_of_one_the_second_loses(stores: Stores) -> None:
    stores.revocations.keep(PROJECT_ID, KEPT, instead_of=None)
    with pytest.raises(Conflict) as refusal:
        stores.revocations.keep(PROJECT_ID, replace(KEPT, version=8), instead_of=None)
    assert refusal.value.current_version == 7
    stores.revocations.keep(PROJECT_ID, replace(KEPT, version=9), instead_of=7)
    with pytest.raises(Conflict) as refusal:
        stores.revocations.keep(PROJECT_ID, replace(KEPT, version=8), instead_of=7)
    assert refusal.value.current_version == 9
    with pytest.raises(Conflict) as refusal:
        stores.revocations.keep(OTHER, KEPT, instead_of=7)
    assert refusal.value.current_version is None


def test_lists_are_listed_by_issuer(stores: Stores) -> None:
    issuers = [bytes([number]) * 32 for number in range(3)]
    for issuer in reversed(issuers):
        stores.revocations.keep(PROJECT_ID, replace(KEPT, issuer=issuer), instead_of=None)
    first = stores.revocations.page(PROJECT_ID, after=None, limit=2)
    rest = stores.revocations.page(PROJECT_ID, after=first.next_after, limit=2)
    assert [kept.issuer for kept in (*first.items, *rest.items)] == issuers


def test_what_dynamodb_leaves_of_a_batch_is_sent_again(dynamodb: "DynamoDBClient") -> None:
    with Stubber(dynamodb) as stubber:
        stubber.add_response("batch_write_item", left(FIRST))
        stubber.add_response("batch_write_item", {"UnprocessedItems": {}})
        store = DynamoRevocations(*audited(dynamodb))
        store.revoke(PROJECT_ID, [FIRST, SECOND], issuer=ISSUER, version=1, now=NOW)
        stubber.assert_no_pending_responses()


def test_a_batch_that_is_never_written_whole_is_no_success(dynamodb: "DynamoDBClient") -> None:
    with Stubber(dynamodb) as stubber:
        for _attempt in range(ATTEMPTS):
            stubber.add_response("batch_write_item", left(FIRST))
        with pytest.raises(Unavailable):
            DynamoRevocations(*audited(dynamodb)).revoke(
                PROJECT_ID, [FIRST], issuer=ISSUER, version=1, now=NOW
            )


def left(warrant_id: str) -> dict[str, Any]:
    item = {"PK": {"S": f"P#{PROJECT_ID}"}, "SK": {"S": f"REV#{warrant_id}"}}
    return {"UnprocessedItems": {TABLE: [{"PutRequest": {"Item": item}}]}}
