"""Changes and their entries on DynamoDB: both or neither, and one chain whoever is at work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.stub import Stubber

from gatehouse.aws.assertion_keys import DynamoAssertionKeys
from gatehouse.aws.attributes import CorruptItem
from gatehouse.aws.audit import DynamoAuditChains, DynamoAuditEntries
from gatehouse.aws.audit_items import KINDS, entry_items, state_digest, target_of
from gatehouse.aws.audited_writes import ATTEMPTS, AuditedWrites
from gatehouse.aws.failures import Contended
from gatehouse.aws.integrations import DynamoIntegrations
from gatehouse.aws.members import DynamoMembers
from gatehouse.aws.offer_items import resource_item
from gatehouse.aws.project_items import integration_item, project_item
from gatehouse.aws.projects import DynamoProjects
from gatehouse.aws.prompts import DynamoPrompts
from gatehouse.aws.resources import DynamoResources
from gatehouse.aws.revocations import DynamoRevocations
from gatehouse.aws.tables import audit_entry_key, member_key
from gatehouse.aws.tool_items import tool_items
from gatehouse.aws.tools import DynamoTools
from gatehouse.aws.trusted_roots import DynamoTrustedRoots
from gatehouse.aws.warrant_policies import DynamoWarrantPolicies
from gatehouse.domain.audit import (
    DEPLOYMENT,
    NO_ENTRY,
    AuditEntry,
    AuditFilter,
    Change,
    Target,
)
from gatehouse.domain.audit_chain import next_entry, require_chain
from gatehouse.domain.audit_heads import HeadStatement, SignedHead
from gatehouse.domain.errors import Conflict, NotFound, Unavailable
from gatehouse.domain.principals import BOOTSTRAP
from gatehouse.domain.project_settings import ProjectSettings
from gatehouse.domain.revocations import KeptList
from gatehouse.domain.sealing import SealedSecret
from gatehouse.domain.warrant_policies import TrustedRoot, WarrantMode, WarrantPolicy
from gatehouse.ports.audit import AuditEntries
from gatehouse.usecases.sign_audit_heads import SignAuditHeads
from tests.audited import AUTHOR, audited, no_pause
from tests.contract.conftest import TABLE
from tests.fakes.audit import MemoryAudit
from tests.offers import GUIDE, PROMPT, stored_prompt, stored_resource
from tests.samples import (
    ADA,
    ASSERTION_KEY,
    INTEGRATION,
    LOOKUP,
    NOW,
    PROJECT,
    PROJECT_ID,
    stored,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TOOL = stored(LOOKUP)
RESOURCE = stored_resource(GUIDE)
ALL = AuditFilter()
ROOT = TrustedRoot(public_key=b"k" * 32, description=None, integration_ids=None, created_at=NOW)
KEPT = KeptList(
    issuer=b"i" * 32,
    version=1,
    digest=b"d" * 32,
    data=b"data",
    warrants=1,
    accepted_at=NOW,
    reason=None,
)


class Ground:
    """A project, and the stores that change it."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self.client = client
        made_of = audited(client)
        self.projects = DynamoProjects(*made_of)
        self.integrations = DynamoIntegrations(*made_of)
        self.keys = DynamoAssertionKeys(*made_of)
        self.tools = DynamoTools(*made_of)
        self.prompts = DynamoPrompts(*made_of)
        self.resources = DynamoResources(*made_of)
        self.members = DynamoMembers(*made_of)
        self.policies = DynamoWarrantPolicies(*made_of)
        self.roots = DynamoTrustedRoots(*made_of)
        self.revocations = DynamoRevocations(*made_of)
        self.projects.create(PROJECT)

    def entries(self, chain: str = PROJECT_ID) -> list[AuditEntry]:
        """Return a whole chain, which holds."""
        store = DynamoAuditEntries(self.client, TABLE)
        found = store.page(chain, ALL, newest_first=False, after=None, limit=100)
        assert found.next_after is None
        require_chain(found.items, chain=chain)
        return list(found.items)

    def everything(self) -> list[Any]:
        """Return all items, so that what is the same is the same."""
        items = self.client.scan(TableName=TABLE)["Items"]
        return sorted(items, key=lambda item: (item["PK"]["S"], item["SK"]["S"]))


@pytest.fixture
def ground(dynamodb: "DynamoDBClient") -> Ground:
    return Ground(dynamodb)


def make_all(ground: Ground) -> None:
    """Leave one of each, to be changed and removed."""
    ground.integrations.create(INTEGRATION)
    ground.keys.register(PROJECT_ID, ASSERTION_KEY)
    ground.tools.create(TOOL)
    ground.prompts.create(stored_prompt(PROMPT))
    ground.resources.create(RESOURCE)
    ground.members.upsert(PROJECT_ID, ADA, now=NOW)
    ground.roots.add(PROJECT_ID, ROOT)


Act = Callable[[Ground], object]
CHANGES: dict[str, tuple[str, str, Act]] = {
    "a project is changed": (
        "project",
        PROJECT_ID,
        lambda g: g.projects.change(PROJECT_ID, name="B", settings=ProjectSettings(), version=1),
    ),
    "a project is deleted": (
        "project",
        PROJECT_ID,
        lambda g: g.projects.mark_deleted(PROJECT_ID, now=NOW),
    ),
    "a policy is changed": (
        "project",
        PROJECT_ID,
        lambda g: g.policies.change(PROJECT_ID, WarrantPolicy(mode=WarrantMode.AUDIT), version=1),
    ),
    "an integration is deleted": (
        "integration",
        INTEGRATION.id,
        lambda g: g.integrations.delete(PROJECT_ID, INTEGRATION.id),
    ),
    "a key is deactivated": (
        "assertion_key",
        ASSERTION_KEY.kid,
        lambda g: g.keys.deactivate(PROJECT_ID, ASSERTION_KEY.kid, now=NOW),
    ),
    "a tool is replaced": (
        "tool",
        LOOKUP.name,
        lambda g: g.tools.replace(replace(TOOL, version=2), expected_version=1),
    ),
    "a tool is deleted": ("tool", LOOKUP.name, lambda g: g.tools.delete(PROJECT_ID, LOOKUP.name)),
    "a prompt is replaced": (
        "prompt",
        PROMPT.name,
        lambda g: g.prompts.replace(stored_prompt(PROMPT, version=2), expected_version=1),
    ),
    "a prompt is deleted": (
        "prompt",
        PROMPT.name,
        lambda g: g.prompts.delete(PROJECT_ID, PROMPT.name),
    ),
    "a resource is replaced": (
        "resource",
        RESOURCE.definition.name,
        lambda g: g.resources.replace(replace(RESOURCE, version=2), expected_version=1),
    ),
    "a resource is deleted": (
        "resource",
        RESOURCE.definition.name,
        lambda g: g.resources.delete(PROJECT_ID, RESOURCE.definition.name),
    ),
    "a member is blocked": (
        "member",
        "ada",
        lambda g: g.members.block(PROJECT_ID, "ada", now=NOW),
    ),
    "sessions are ended": ("member", "ada", lambda g: g.members.end_sessions(PROJECT_ID, "ada")),
    "a root is removed": (
        "trusted_root",
        ROOT.public_key.hex(),
        lambda g: g.roots.remove(PROJECT_ID, ROOT.public_key),
    ),
    "a list is kept": (
        "revocation_list",
        KEPT.issuer.hex(),
        lambda g: g.revocations.keep(PROJECT_ID, KEPT, instead_of=None),
    ),
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_leaves_one_entry_that_says_what_and_by_whom(ground: Ground, name: str) -> None:
    kind, target, act = CHANGES[name]
    make_all(ground)
    before = ground.entries()
    act(ground)
    *same, made = ground.entries()
    assert same == before
    assert made.author == AUTHOR
    assert made.change.target == Target(kind=kind, id=target)
    assert made.change.before != made.change.after


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_whose_entry_cannot_be_written_is_not_made(ground: Ground, name: str) -> None:
    make_all(ground)
    block_the_next_entry(ground)
    before = ground.everything()
    with pytest.raises(Contended):
        CHANGES[name][2](ground)
    assert ground.everything() == before


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_a_change_that_is_not_made_leaves_no_entry(ground: Ground, name: str) -> None:
    make_all(ground)
    with suppress(Conflict, NotFound), spoiled(ground.client):
        CHANGES[name][2](ground)
        pytest.fail("it was made")
    assert len(ground.entries()) == 7  # the project and the six that were made


def block_the_next_entry(ground: Ground) -> None:
    """Put something where the next entry belongs, as only who has broken in would."""
    head = ground.entries()[-1].head
    planted, _end = entry_items(
        next_entry(head, PROJECT_ID, replace(AUTHOR, action="planted"), ground.entries()[0].change)
    )
    ground.client.put_item(TableName=TABLE, Item=planted)


@contextmanager
def spoiled(client: "DynamoDBClient") -> Iterator[None]:
    """Let the first condition of each transaction fail, whatever it is."""

    def spoil(params: dict[str, Any], **_: object) -> None:
        part = next(iter(params["TransactItems"][0].values()))
        part["ConditionExpression"] = "attribute_exists(nothing)"
        if "UpdateExpression" not in part:
            part.pop("ExpressionAttributeValues", None)

    event = "provide-client-params.dynamodb.TransactWriteItems"
    client.meta.events.register(event, spoil)
    try:
        yield
    except Unavailable:  # what META is made of is read anew, and never fits
        raise NotFound from None
    finally:
        client.meta.events.unregister(event, spoil)


@contextmanager
def once_before_writing(client: "DynamoDBClient", act: Callable[[], object]) -> Iterator[None]:
    """Let `act` happen between what a change reads and what it writes, once."""
    due = [act]

    def sneak(**_: object) -> None:
        while due:
            due.pop()()

    event = "before-call.dynamodb.TransactWriteItems"
    client.meta.events.register(event, sneak)
    try:
        yield
    finally:
        client.meta.events.unregister(event, sneak)


def test_two_changes_at_a_time_are_both_made_and_are_one_chain(ground: Ground) -> None:
    make_all(ground)
    other = DynamoTools(*audited(ground.client, author=replace(AUTHOR, actor=BOOTSTRAP)))

    def between() -> None:
        other.create(stored(replace(LOOKUP, name="other")))

    with once_before_writing(ground.client, between):
        ground.tools.delete(PROJECT_ID, LOOKUP.name)
    *_, first, second = ground.entries()
    assert (first.author.actor, first.change.target.id) == (BOOTSTRAP, "other")
    assert (second.author.actor, second.change.target.id) == (AUTHOR.actor, LOOKUP.name)


def test_an_entry_says_what_was_replaced_and_not_what_was_read_before(ground: Ground) -> None:
    make_all(ground)
    with once_before_writing(
        ground.client, lambda: ground.members.block(PROJECT_ID, "ada", now=NOW)
    ):
        ground.members.end_sessions(PROJECT_ID, "ada")
    *_, blocked, ended = ground.entries()
    assert ended.change.before == blocked.change.after
    (ada,) = ground.members.page(PROJECT_ID, after=None, limit=10).items
    assert (ada.epoch, ada.blocked_at) == (2, NOW)


def test_of_two_deletions_at_a_time_one_is_made_and_leaves_an_entry(ground: Ground) -> None:
    make_all(ground)
    before = len(ground.entries())
    with (
        pytest.raises(NotFound),
        once_before_writing(ground.client, lambda: ground.tools.delete(PROJECT_ID, LOOKUP.name)),
    ):
        ground.tools.delete(PROJECT_ID, LOOKUP.name)
    assert len(ground.entries()) == before + 1


def test_a_chain_goes_on_after_its_end_even_if_its_last_entry_was_taken_away(
    ground: Ground,
) -> None:
    """So that the gap stays, and shows; the number is never given again."""
    make_all(ground)
    last = ground.entries()[-1].seq + 1

    def between() -> None:
        ground.prompts.delete(PROJECT_ID, PROMPT.name)
        ground.client.delete_item(TableName=TABLE, Key=audit_entry_key(PROJECT_ID, last))

    with once_before_writing(ground.client, between):
        ground.tools.delete(PROJECT_ID, LOOKUP.name)
    assert numbers(ground, PROJECT_ID) == [*range(1, last), last + 1]


def test_a_chains_first_number_is_never_given_again_either(ground: Ground) -> None:
    writes = AuditedWrites(ground.client, TABLE, AUTHOR, no_pause)
    ada, bob = (
        {"Put": {"TableName": TABLE, "Item": {"PK": {"S": f"USER#{n}"}, "SK": {"S": "USER"}}}}
        for n in ("ada", "bob")
    )

    def between() -> None:
        writes.write_alone([cast("Any", ada)])
        ground.client.delete_item(TableName=TABLE, Key=audit_entry_key(DEPLOYMENT, 1))

    with once_before_writing(ground.client, between):
        writes.write_alone([cast("Any", bob)])
    assert numbers(ground, DEPLOYMENT) == [2]


def numbers(ground: Ground, chain: str) -> list[int]:
    store = DynamoAuditEntries(ground.client, TABLE)
    page = store.page(chain, ALL, newest_first=False, after=None, limit=100)
    return [entry.seq for entry in page.items]


def test_whoever_never_gets_a_turn_is_told_to_come_back(ground: Ground) -> None:
    pauses: list[int] = []
    tools = DynamoTools(
        ground.client, TABLE, AuditedWrites(ground.client, TABLE, AUTHOR, pauses.append)
    )
    block_the_next_entry(ground)
    with pytest.raises(Unavailable):
        tools.create(TOOL)
    assert pauses == list(range(ATTEMPTS))


def test_an_update_says_what_it_makes_of_its_item(ground: Ground) -> None:
    make_all(ground)
    ground.members.block(PROJECT_ID, "ada", now=NOW)
    item = ground.client.get_item(TableName=TABLE, Key=member_key(PROJECT_ID, "ada"))["Item"]
    assert ground.entries()[-1].change.after == state_digest(item, "member")
    ground.members.unblock(PROJECT_ID, "ada")
    item = ground.client.get_item(TableName=TABLE, Key=member_key(PROJECT_ID, "ada"))["Item"]
    assert ground.entries()[-1].change.after == state_digest(item, "member")


def test_being_seen_is_no_change(ground: Ground) -> None:
    make_all(ground)
    ground.members.block(PROJECT_ID, "ada", now=NOW)
    ground.members.upsert(PROJECT_ID, replace(ADA, email="new@example.com"), now=NOW + 9)
    ground.members.end_sessions(PROJECT_ID, "ada")
    *_, blocked, ended = ground.entries()
    assert ended.change.before == blocked.change.after


def test_what_a_thing_was_after_one_change_it_was_before_the_next(ground: Ground) -> None:
    make_all(ground)
    for name in sorted(CHANGES, key=lambda n: ("deleted" in n or "removed" in n, n)):
        with suppress(NotFound, Conflict):
            CHANGES[name][2](ground)
    states: dict[Target, str | None] = {}
    for entry in ground.entries():
        expected = states.get(entry.change.target)
        # A member was there before anybody administered it.
        if entry.change.target.kind != "member" or expected is not None:
            assert entry.change.before == expected, entry
        states[entry.change.target] = entry.change.after


def test_a_change_reads_once_and_writes_once(ground: Ground) -> None:
    calls: list[str] = []
    ground.client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: calls.append(model.name)
    )
    ground.tools.create(TOOL)
    assert calls == ["TransactGetItems", "TransactWriteItems"]
    calls.clear()
    ground.projects.change(PROJECT_ID, name="B", settings=ProjectSettings(), version=1)
    assert calls == ["TransactGetItems", "TransactWriteItems"], "META was read before, too"


def test_with_copies_it_is_one_write_too_for_meta_is_read_beside(ground: Ground) -> None:
    settings = ProjectSettings(replicas=2)
    ground.projects.change(PROJECT_ID, name="B", settings=settings, version=1)
    calls: list[str] = []
    ground.client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: calls.append(model.name)
    )
    ground.tools.create(TOOL)
    assert calls == ["TransactGetItems", "TransactWriteItems"]


def test_without_an_author_nothing_is_changed(ground: Ground) -> None:
    writes = AuditedWrites(ground.client, TABLE, None, no_pause)
    before = ground.everything()
    with pytest.raises(PermissionError):
        DynamoTools(ground.client, TABLE, writes).create(TOOL)
    with pytest.raises(PermissionError):
        DynamoProjects(ground.client, TABLE, writes).mark_deleted(PROJECT_ID, now=NOW)
    assert ground.everything() == before


def test_what_concerns_no_project_is_in_a_chain_of_its_own(ground: Ground) -> None:
    key = {"PK": {"S": "USER#ada"}, "SK": {"S": "USER"}}
    put: Any = {"Put": {"TableName": TABLE, "Item": {**key, "name": {"S": "Ada"}}}}
    AuditedWrites(ground.client, TABLE, AUTHOR, no_pause).write_alone([put])
    (entry,) = ground.entries(DEPLOYMENT)
    assert entry.change.target == Target(kind="user", id="ada")
    assert len(ground.entries()) == 1


@pytest.mark.parametrize("sort", ["SECRETS#1", "HEAD", "META2"])
def test_what_the_audit_has_no_word_for_cannot_be_changed(sort: str) -> None:
    with pytest.raises(CorruptItem):
        target_of({"PK": {"S": "P#x"}, "SK": {"S": sort}})


def test_no_secret_not_even_sealed_counts_for_what_a_thing_is() -> None:
    """A new pepper, key or secret under the same version is the same to the audit."""
    sealed = [SealedSecret(wrapped_key=w, nonce=w, ciphertext=w) for w in (b"1" * 12, b"2" * 12)]
    pairs: dict[str, list[Any]] = {
        "project": [project_item(replace(PROJECT, pepper=s.nonce)) for s in sealed],
        "integration": [
            integration_item(replace(INTEGRATION, key_digest=s.nonce.hex())) for s in sealed
        ],
        "tool": [tool_items(replace(TOOL, sealed_secret=s))[0] for s in sealed],
        "resource": [resource_item(replace(RESOURCE, sealed_secret=s)) for s in sealed],
    }
    for kind, (one, other) in pairs.items():
        assert one != other
        assert state_digest(one, kind) == state_digest(other, kind), kind


def test_everything_else_counts() -> None:
    """Whatever attribute is added to an item, a change of it is seen."""
    item: Any = tool_items(TOOL)[0]
    for name in item.keys() - {"PK", "SK"}:
        changed: Any = {**item, name: {"S": "changed"}}
        assert state_digest(changed, "tool") != state_digest(item, "tool"), name
    assert set(KINDS.values()) >= {"tool", "project", "member", "role", "app", "user"}


# ---- reading


def filled() -> list[AuditEntry]:
    """A chain of 25: every fifth by the administrator, every third of another action."""
    entries: list[AuditEntry] = []
    for number in range(25):
        author = replace(AUTHOR, at=NOW + number)
        author = replace(author, actor=BOOTSTRAP) if number % 5 == 0 else author
        author = replace(author, action="DELETE /x") if number % 3 == 0 else author
        change = Change(target=Target(kind="tool", id=f"t{number}"), before=None, after="ab")
        head = entries[-1].head if entries else NO_ENTRY
        entries.append(next_entry(head, PROJECT_ID, author, change))
    return entries


@pytest.fixture(params=["memory", "dynamo"])
def entries(request: pytest.FixtureRequest) -> AuditEntries:
    if request.param == "memory":
        return MemoryAudit(entries=filled())
    client: DynamoDBClient = request.getfixturevalue("dynamodb")
    for entry in filled():
        for item in entry_items(entry):
            client.put_item(TableName=TABLE, Item=item)
    return DynamoAuditEntries(client, TABLE)


def read(entries: AuditEntries, wanted: AuditFilter = ALL, *, newest_first: bool) -> list[int]:
    found: list[int] = []
    after: int | None = None
    while True:
        page = entries.page(PROJECT_ID, wanted, newest_first=newest_first, after=after, limit=4)
        assert len(page.items) <= 4
        found += [entry.seq for entry in page.items]
        if page.next_after is None:
            return found
        after = int(page.next_after)


def test_entries_come_page_by_page_from_either_end(entries: AuditEntries) -> None:
    assert read(entries, newest_first=False) == list(range(1, 26))
    assert read(entries, newest_first=True) == list(range(25, 0, -1))


@pytest.mark.parametrize("newest_first", [True, False])
def test_entries_are_filtered_by_time_actor_action_and_target(
    entries: AuditEntries, *, newest_first: bool
) -> None:
    def sequence(**wanted: Any) -> list[int]:
        return sorted(read(entries, AuditFilter(**wanted), newest_first=newest_first))

    assert sequence(starts_at=NOW + 3, ends_at=NOW + 6) == [4, 5, 6]
    assert sequence(actor="admin") == [1, 6, 11, 16, 21]
    assert sequence(action="DELETE /x", actor="admin") == [1, 16]
    assert sequence(actor="user:nobody") == []
    assert sequence(target=Target(kind="tool", id="t1")) == [2]
    assert sequence(target=Target(kind="prompt", id="t1")) == []
    assert sequence(target=Target(kind="tool", id='t1","kind":"tool"}')) == []


def test_another_projects_entries_are_not_there(entries: AuditEntries) -> None:
    page = entries.page("Other001", ALL, newest_first=True, after=None, limit=4)
    assert (list(page.items), page.next_after) == ([], None)


def test_a_filter_that_leaves_out_thousands_reads_on_page_by_page(
    dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatehouse.aws.audit.FILTERED", 2)
    for entry in filled():
        for item in entry_items(entry):
            dynamodb.put_item(TableName=TABLE, Item=item)
    store = DynamoAuditEntries(dynamodb, TABLE)
    found = read(store, AuditFilter(actor="admin"), newest_first=True)
    assert found == [21, 16, 11, 6, 1]


# ---- daily statements


class CountingSigner:
    """Signs by repeating, and counts."""

    def __init__(self) -> None:
        self.signed: list[bytes] = []

    def sign(self, message: bytes) -> bytes:
        """See `HeadSigner.sign`."""
        self.signed.append(message)
        return b"signature"


def signing(ground: Ground, signer: CountingSigner, now: int = NOW) -> SignAuditHeads:
    return SignAuditHeads(
        chains=DynamoAuditChains(ground.client, TABLE),
        signer=signer,
        deployment_id="d-1",
        clock=lambda: now,
    )


def test_every_chain_is_stated_once_a_day_a_deleted_projects_too(ground: Ground) -> None:
    ground.projects.create(replace(PROJECT, id="Proj0002"))
    ground.projects.mark_deleted("Proj0002", now=NOW)
    signer = CountingSigner()
    assert signing(ground, signer)() == 2
    assert signing(ground, signer)() == 0
    assert signing(ground, signer, now=NOW + 86400)() == 2
    heads = DynamoAuditEntries(ground.client, TABLE).signed_heads("Proj0002", after=None, limit=9)
    last = ground.entries("Proj0002")[-1].head
    assert [(h.statement.seq, h.statement.digest) for h in heads.items] == [(2, last.digest)] * 2
    assert heads.items[0].statement.date < heads.items[1].statement.date
    assert (heads.items[0].statement.deployment_id, heads.items[0].signature) == (
        "d-1",
        b"signature",
    )


def test_a_statement_is_never_replaced(ground: Ground) -> None:
    chains = DynamoAuditChains(ground.client, TABLE)
    said = HeadStatement(
        deployment_id="d-1", chain=PROJECT_ID, date="2026-01-01", seq=1, digest="ab"
    )
    chains.state(SignedHead(statement=said, signature=b"first"))
    chains.state(SignedHead(statement=replace(said, seq=2), signature=b"second"))
    entries = DynamoAuditEntries(ground.client, TABLE)
    (kept,) = entries.signed_heads(PROJECT_ID, after=None, limit=9).items
    assert kept.signature == b"first"


def test_what_breaks_off_goes_on_where_it_was(ground: Ground) -> None:
    ground.projects.create(replace(PROJECT, id="Proj0002"))

    class Failing(CountingSigner):
        def sign(self, message: bytes) -> bytes:
            if self.signed:
                raise Unavailable
            return super().sign(message)

    with pytest.raises(Unavailable):
        signing(ground, Failing())()
    assert signing(ground, CountingSigner())() == 1


def test_a_race_that_dynamodb_reports_is_one_more_attempt(ground: Ground) -> None:
    with Stubber(ground.client) as stub:
        stub.add_client_error(
            "transact_get_items",
            "TransactionCanceledException",
            modeled_fields={"CancellationReasons": [{"Code": "TransactionConflict"}]},
        )
        stub.add_response("transact_get_items", {"Responses": [{}, {}, {}]})
        stub.add_response("transact_write_items", {})
        ground.tools.create(TOOL)
        stub.assert_no_pending_responses()
