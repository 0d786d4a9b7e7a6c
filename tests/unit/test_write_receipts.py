"""Receipts as they are written: one chain per instance and project, and what may go wrong."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gatehouse.domain.calls import Outcome
from gatehouse.domain.warrants.certificates import read_certificate
from gatehouse.domain.warrants.receipts import Receipt, read_receipt, require_sequence
from tests.receipts import (
    ALLOWED,
    DENIED,
    EVIDENCE,
    KEY_ID,
    WOULD_DENY,
    Instance,
    record,
)
from tests.samples import DEPLOYMENT, NOW, PROJECT_ID

HOUR = 3600
OTHERS = {"project_id": "Proj0002"}


def receipts(instance: Instance, project_id: str = PROJECT_ID) -> list[Receipt]:
    [chain] = instance.export(project_id).chains
    return [read_receipt(data) for _, data in chain.receipts]


def test_a_receipt_says_what_was_decided_and_on_what() -> None:
    instance = Instance()
    instance.keep(record(7))

    [receipt] = receipts(instance)
    [made] = instance.store.receipts.values()
    certificate = instance.chains.certificate(NOW)
    assert receipt == Receipt(
        warrant_chain=EVIDENCE.stack,
        action="crm-contacts-get",
        outcome="allow",
        timestamp=NOW,
        authorizer_id=(
            f"gatehouse:{DEPLOYMENT}:dispatch:{certificate.instance_id}:{PROJECT_ID}:{made.chain}"
        ),
        root_principal=EVIDENCE.root.hex(),
        request_hash=EVIDENCE.request_hash,
        pop=EVIDENCE.proof,
        request_id=record(7).request_id,
        policy_hash=EVIDENCE.policy_hash,
        trusted_roots=EVIDENCE.trusted_roots,
        signer=certificate.public_key,
        digest=receipt.digest,
    )


@pytest.mark.parametrize(
    ("changes", "outcome", "code"),
    [
        ({}, "allow", None),
        ({"outcome": Outcome.UNKNOWN}, "allow", None),
        ({"warrant": WOULD_DENY}, "allow", "constraint-violation"),
        ({"warrant": DENIED, "outcome": Outcome.DENIED}, "deny", "constraint-violation"),
        ({"outcome": Outcome.DENIED, "reason": "invalid_arguments"}, "deny", "invalid_arguments"),
        (
            {"warrant": WOULD_DENY, "outcome": Outcome.DENIED, "reason": "invalid_arguments"},
            "deny",
            "invalid_arguments",
        ),
    ],
)
def test_a_receipt_tells_denied_from_made_and_names_the_rule(
    changes: dict[str, object], outcome: str, code: str | None
) -> None:
    instance = Instance()
    instance.keep(record(0, **changes))

    [receipt] = receipts(instance)
    assert (receipt.outcome, receipt.decision_code) == (outcome, code)


@pytest.mark.parametrize("verdict", [None, replace(ALLOWED, evidence=None)])
def test_without_evidence_nothing_is_written(verdict: object) -> None:
    instance = Instance()
    instance.keep(record(warrant=verdict))

    assert instance.store.writes == []
    assert instance.records == [record(warrant=verdict)]


def test_a_proof_that_is_none_is_left_out() -> None:
    instance = Instance()
    incomplete = replace(EVIDENCE, proof=b"", request_hash=None)
    instance.keep(record(warrant=replace(ALLOWED, evidence=incomplete)))

    [receipt] = receipts(instance)
    assert (receipt.pop, receipt.request_hash) == (None, None)


def test_each_receipt_names_the_one_before_and_its_record_names_it() -> None:
    instance = Instance()
    instance.keep(*[record(number) for number in range(4)])

    found = receipts(instance)
    require_sequence(found)
    assert found[0].previous is None
    [chain] = instance.export().chains
    assert [each.receipt for each in instance.records] == [f"{chain.chain}/{n}" for n in range(4)]


def test_each_project_has_a_chain_of_its_own() -> None:
    instance = Instance()
    instance.keep(record(0), record(1, **OTHERS), record(2), record(3, **OTHERS))

    for project_id in (PROJECT_ID, "Proj0002"):
        found = receipts(instance, project_id)
        require_sequence(found)
        assert len(found) == 2
        assert found[0].previous is None


def test_kms_signs_once_for_all_chains_of_an_instance() -> None:
    instance = Instance()
    instance.keep(record(0), record(1, **OTHERS), record(2))

    assert instance.key.signed == 1
    certificates = {each.certificate for each in instance.store.certificates.values()}
    assert len(instance.store.certificates) == 2
    [certificate] = map(read_certificate, certificates)
    assert (certificate.function, certificate.key_id) == ("dispatch", KEY_ID)
    assert certificate.public_key == receipts(instance)[0].signer


def test_two_instances_sign_with_keys_of_their_own() -> None:
    store = Instance()
    other = Instance(store=store.store, key=store.key, random_bytes=lambda size: b"\7" * size)
    store.keep(record(0))
    other.keep(record(1))

    signers = {read_receipt(each.data).signer for each in store.store.receipts.values()}
    assert len(signers) == 2


def test_the_second_receipt_of_an_hour_costs_one_write() -> None:
    instance = Instance()
    instance.keep(record(0))
    assert sorted(instance.store.writes) == ["certify", "list_chain", "put"]

    instance.store.writes.clear()
    instance.keep(record(1))
    assert instance.store.writes == ["put"]


def test_the_chain_is_listed_again_in_the_next_hour() -> None:
    instance = Instance()
    instance.keep(record(0), record(1, started_at_ms=(NOW + HOUR) * 1000))

    listed = sorted(instance.store.listings.values(), key=lambda each: each.hour)
    assert [(each.hour, each.before) for each in listed] == [
        (NOW // HOUR, None),
        (NOW // HOUR + 1, NOW // HOUR),
    ]


def test_a_receipt_that_cannot_be_kept_is_reported_and_leaves_a_gap() -> None:
    instance = Instance()
    instance.keep(record(0))
    instance.store.failing = {"put"}
    instance.keep(record(1))
    instance.store.failing = set()
    instance.keep(record(2))

    [chain] = instance.export().chains
    assert instance.lost == [("receipt", f"{chain.chain}/1")]
    assert [sequence for sequence, _ in chain.receipts] == [0, 2]
    first, third = receipts(instance)
    assert third.previous not in {None, first.digest}


@pytest.mark.parametrize("fault", ["certify", "list_chain", "kms"])
def test_what_belongs_to_a_chain_is_written_with_its_next_receipt(fault: str) -> None:
    instance = Instance()
    instance.key.is_down = fault == "kms"
    instance.store.failing = {fault}
    instance.keep(record(0))
    assert len(instance.lost) == 1

    instance.key.is_down = False
    instance.store.failing = set()
    instance.keep(record(1))
    assert len(instance.store.certificates) == len(instance.store.listings) == 1
    assert len(receipts(instance)) == 2
    assert len(instance.lost) == 1


def test_a_receipt_that_cannot_be_made_costs_no_record() -> None:
    instance = Instance(random_bytes=lambda _: b"too short")
    instance.keep(record(0))

    assert instance.lost == [("receipt", None)]
    assert [each.receipt for each in instance.records] == [None]


def test_a_record_that_cannot_be_written_is_the_writers_own_matter() -> None:
    instance = Instance()
    with pytest.raises(KeyError), instance.write.beside(record(0)):
        raise KeyError
    assert instance.lost == []
    assert len(receipts(instance)) == 1


def test_receipts_are_written_while_the_record_is() -> None:
    begun: list[str] = []
    waited: list[str] = []

    def aside(_work: object) -> object:
        begun.append("begun")
        return lambda: waited.append("waited")

    instance = Instance(aside=aside)
    with instance.write.beside(record(0)):
        assert (len(begun), waited) == (3, [])
    assert len(waited) == 3


def test_an_instance_keeps_few_chains_open_and_an_ended_one_ends_whole() -> None:
    instance = Instance(most=2)
    for number, project_id in enumerate(["a", "b", "a", "c", "b", "a"]):
        instance.keep(record(number, project_id=project_id))

    chains = {project: instance.export(project).chains for project in "abc"}
    assert {project: len(found) for project, found in chains.items()} == {"a": 2, "b": 2, "c": 1}
    for found in chains.values():
        for chain in found:
            read = [read_receipt(data) for _, data in chain.receipts]
            assert read[0].previous is None
            require_sequence(read)


def test_parallel_calls_make_one_chain_without_gaps() -> None:
    instance = Instance()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: instance.keep(record(number)), range(200)))

    found = receipts(instance)
    assert len(found) == 200
    require_sequence(found)
    assert instance.key.signed == 1
    assert len({each.request_id for each in found}) == 200
