"""Who writes which receipt: what is gathered of a decision, and on whose side it is signed."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatehouse.domain.calls import Dispatched, Invocation, Outcome
from gatehouse.domain.receipts import evidence, policy_hash
from gatehouse.domain.warrant_policies import (
    Evidence,
    PresentedWarrant,
    UnusableCarrier,
    WarrantMode,
    WarrantPolicy,
)
from gatehouse.domain.warrants.receipts import Receipt, read_receipt, roots_hash
from gatehouse.ports.calls import DispatchUncertain
from tests.receipts import ALLOWED, EVIDENCE, WOULD_DENY
from tests.samples import LOOKUP, PROJECT_ID
from tests.unit.test_dispatch_call import CALL, World
from tests.warranted import ARGUMENTS, CHAIN, ROOT, Gate, presented, standing
from tests.warrants import NOW, PUBLIC

POLICY = WarrantPolicy(receipts=True)
UNUSABLE = UnusableCarrier(reason="carrier-malformed", hint="no base64")
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "warrants.json").read_text())


def gathered(warrant: PresentedWarrant, **changes: Any) -> Evidence | None:
    asked = {
        "tool": LOOKUP.name,
        "arguments": ARGUMENTS,
        "policy": POLICY,
        "trusted_roots": frozenset({PUBLIC["root"]}),
    }
    return evidence(warrant, **{**asked, **changes})


def gate(**changes: Any) -> Gate:
    return Gate(policy=POLICY, **changes)


def written(gate: Gate) -> list[Receipt]:
    return [read_receipt(each.data) for each in gate.receipts.store.receipts.values()]


def test_evidence_is_what_the_public_package_hashes() -> None:
    """The second vector is of a call without arguments, which was denied."""
    theirs = read_receipt(bytes.fromhex(VECTORS["receipts"][1]["receipt_hex"]))
    found = gathered(
        PresentedWarrant(stack=theirs.warrant_chain, proof=b""),
        tool=theirs.action,
        arguments={},
        trusted_roots=frozenset({bytes.fromhex(theirs.root_principal or "")}),
    )

    assert found is not None
    assert found.request_hash == theirs.request_hash
    assert found.root.hex() == theirs.root_principal
    assert found.trusted_roots == theirs.trusted_roots


def test_the_policy_is_hashed_as_canonical_json() -> None:
    policy = WarrantPolicy(mode=WarrantMode.AUDIT, clearances={"b*": 20, "a": 10}, receipts=True)
    text = '{"clearances":{"a":10,"b*":20},"mode":"audit","receipts":true,"require_warrant":true}'

    assert policy_hash(policy) == hashlib.sha256(text.encode()).digest()


def test_whole_floats_are_hashed_as_integers_as_mcp_signs_them() -> None:
    one, same = (gathered(presented(), arguments={"n": value}) for value in (5, 5.0))

    assert one == same


def test_arguments_that_nobody_can_sign_have_no_hash() -> None:
    found = gathered(presented(), arguments={"n": 2**64})

    assert found is not None
    assert found.request_hash is None


@pytest.mark.parametrize("stack", [b"", b"\x00", CHAIN.stack + b"\x00", CHAIN.stack[:-1]])
def test_what_is_no_warrant_is_no_evidence(stack: bytes) -> None:
    assert gathered(replace(presented(), stack=stack)) is None


@pytest.mark.parametrize(("proof", "kept"), [(b"", b""), (b"x" * 63, b""), (b"x" * 64, b"x" * 64)])
def test_a_proof_is_kept_when_it_can_be_one(proof: bytes, kept: bytes) -> None:
    found = gathered(replace(presented(), proof=proof))

    assert found is not None
    assert found.proof == kept


def test_a_project_that_wants_no_receipts_gathers_and_writes_nothing() -> None:
    made = Gate()
    made.call(presented())
    made.call(presented(arguments={"contact_id": "c2"}), {"contact_id": "c2"})

    [invocation] = made.dispatcher.asked
    assert invocation.warrant is not None
    assert invocation.warrant.evidence is None
    assert made.receipts.store.writes == []


def test_mcp_leaves_the_receipt_of_a_call_that_is_made_to_dispatch() -> None:
    made = gate()
    made.call(presented())

    [invocation] = made.dispatcher.asked
    assert invocation.warrant is not None
    enforcing = replace(POLICY, mode=WarrantMode.ENFORCE)
    assert invocation.warrant.evidence == gathered(presented(), policy=enforcing)
    assert made.receipts.store.writes == []


def test_mcp_writes_the_receipt_of_a_denial() -> None:
    made = gate()
    made.call(presented(arguments={"contact_id": "c2"}), {"contact_id": "c2"})

    [receipt], [record] = written(made), made.records.written
    assert (receipt.outcome, receipt.decision_code) == ("deny", "constraint-violation")
    assert receipt.request_id == record.request_id
    assert receipt.warrant_chain == CHAIN.stack
    assert receipt.timestamp == NOW
    [kept] = made.receipts.store.receipts.values()
    assert record.receipt == kept.link
    assert record.warrant is not None
    assert record.warrant.evidence is None


def test_a_root_that_is_not_trusted_here_is_not_among_the_trusted_ones() -> None:
    elsewhere = replace(ROOT, integration_ids=("Integ009",))
    for holds in (standing(root=None), standing(root=elsewhere)):
        made = gate()
        made.call(presented(), holds=holds)

        [receipt] = written(made)
        assert receipt.decision_code == "untrusted-root"
        assert receipt.trusted_roots == roots_hash([])


def test_a_spent_proof_is_denied_with_a_receipt() -> None:
    made = gate()
    made.call(presented())
    made.call(presented())

    [receipt] = written(made)
    assert (receipt.outcome, receipt.decision_code) == ("deny", "proof-replayed")


def test_another_refusal_of_a_warranted_call_has_its_receipt_too() -> None:
    unusable = Gate(policy=POLICY)
    unusable.tool = replace(
        unusable.tool, definition=replace(LOOKUP, input_schema={"required": ["other"]})
    )
    unusable.call(presented())

    [receipt] = written(unusable)
    assert (receipt.outcome, receipt.decision_code) == ("deny", "invalid_arguments")


@pytest.mark.parametrize("carried", [None, UNUSABLE])
def test_without_a_warrant_there_is_nothing_to_attest(carried: UnusableCarrier | None) -> None:
    made = gate()
    made.call(carried)

    assert len(made.records.written) == 1
    assert written(made) == []


def test_in_mode_off_nothing_is_gathered() -> None:
    made = gate(mode=WarrantMode.OFF)
    made.call(presented())

    [invocation] = made.dispatcher.asked
    assert invocation.warrant is None


def test_when_dispatch_does_not_answer_mcp_attests_what_it_allowed() -> None:
    made = gate()
    made.dispatcher.raises = DispatchUncertain
    made.call(presented())

    [receipt], [record] = written(made), made.records.written
    assert record.outcome is Outcome.UNKNOWN
    assert (receipt.outcome, receipt.decision_code) == ("allow", None)


def dispatched(world: World, **changes: Any) -> tuple[Dispatched, list[Receipt]]:
    call: Invocation = replace(CALL, **changes)
    said = world.run(call)
    return said, [read_receipt(each.data) for each in world.receipts.store.receipts.values()]


@pytest.mark.parametrize(("verdict", "code"), [(ALLOWED, None), (WOULD_DENY, WOULD_DENY.reason)])
def test_dispatch_writes_the_receipt_of_a_call_that_it_makes(
    verdict: Any, code: str | None
) -> None:
    world = World()
    said, [receipt] = dispatched(world, warrant=verdict)

    assert said.outcome is Outcome.SUCCEEDED
    assert (receipt.outcome, receipt.decision_code) == ("allow", code)
    assert receipt.warrant_chain == EVIDENCE.stack
    [record] = world.written
    [kept] = world.receipts.store.receipts.values()
    assert (record.receipt, kept.project_id) == (kept.link, PROJECT_ID)


def test_dispatch_writes_none_where_none_is_wanted() -> None:
    world = World()
    for verdict in (None, replace(ALLOWED, evidence=None)):
        assert dispatched(world, warrant=verdict)[1] == []
    assert world.receipts.store.writes == []


def test_a_receipt_that_cannot_be_kept_costs_neither_answer_nor_record() -> None:
    world = World()
    world.receipts.store.failing = {"put", "certify", "list_chain"}
    said, kept = dispatched(world, warrant=ALLOWED)

    assert said.outcome is Outcome.SUCCEEDED
    assert kept == []
    [record] = world.written
    assert record.receipt is not None
    assert [what for what, _ in world.receipts.lost] == [
        "receipt",
        "receipt certificate",
        "receipt listing",
    ]
