"""What we mint, the public package reads and judges as we do, and the other way round."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
import tenuo
import tenuo_core
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.domain.warrants import Authorizer, cbor, pop, writing
from gatehouse_client.warrants import Pattern, Range, SigningKey, Warrant
from tests.unit.client_warrants.oracle import (
    ALICE,
    BOB,
    NOW,
    ROOT,
    is_allowed_there,
    ours_from,
    standard,
    their_key,
    their_public,
)
from tests.unit.client_warrants.pairs import PAIRS, Pair
from tests.warrant_strategies import VALUES

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "warrants.json").read_text())
each = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.text)
QUIET = settings(max_examples=100, deadline=None, database=None, derandomize=True)
ARGUMENTS = st.dictionaries(st.sampled_from(["a", "b", "aa", "é", "B"]), VALUES, max_size=4)


def minted(pair: Pair) -> Warrant:
    return (
        Warrant.mint_builder()
        .capability("t", x=pair.ours)
        .holder(ALICE.public_key)
        .ttl(3600)
        .mint(ROOT, now=NOW)
    )


@each
def test_the_package_judges_as_we_do_under_a_constraint_of_ours(pair: Pair) -> None:
    warrant = minted(pair)

    for value in (pair.good, pair.bad):
        args = {"x": value}
        proof = warrant.sign(ALICE, "t", args, NOW)
        expected = value is pair.good
        assert is_allowed_there(warrant, "t", args, proof) is expected
        assert warrant.allows("t", args, now=NOW) is expected


@each
def test_we_judge_as_the_package_does_under_a_constraint_of_its_own(pair: Pair) -> None:
    theirs = (
        tenuo.Warrant.mint_builder()
        .capability("t", x=pair.theirs)
        .holder(their_public(ALICE.public_key))
        .mint(their_key(ROOT))
    )

    warrant = ours_from(theirs)

    assert warrant.capabilities["t"].constraints["x"] == pair.ours
    assert warrant.allows("t", {"x": pair.good})
    assert warrant.allows("t", {"x": pair.bad}) is (pair.bad is pair.good)
    assert warrant.to_base64() == theirs.to_base64()


@each
def test_we_write_the_bytes_that_the_package_writes(pair: Pair) -> None:
    theirs = (
        tenuo.Warrant.mint_builder().capability("t", x=pair.theirs).tool("b").mint(their_key(ROOT))
    )
    [link] = ours_from(theirs).links

    assert writing.payload_bytes(link.payload) == link.signed


def test_we_write_the_bytes_of_a_rich_chain_of_the_package() -> None:
    approver = their_public(BOB.public_key)
    root = (
        tenuo.Warrant.mint_builder()
        .capability("t", x=tenuo.Pattern("a*"), _allow_unknown=True)
        .clearance(tenuo_core.Clearance(30))
        .session_id("session")
        .required_approvers([approver])
        .min_approvals(1)
        .approval_gates({"t": {"args": {"x": tenuo.Pattern("ab*")}, "message": "ask"}})
        .holder(their_public(ALICE.public_key))
        .mint(their_key(ROOT))
    )
    child = root.grant_builder().inherit_all().holder(approver).terminal().grant(their_key(ALICE))
    issuer = (
        tenuo.Warrant.mint_builder()
        .issuer()
        .issuable_tools(["t", "u"])
        .constraint_bound("x", tenuo.Pattern("a*"))
        .max_issue_depth(2)
        .mint(their_key(ROOT))
    )

    for chain in ([root], [root, child], [issuer]):
        link = ours_from(*chain).links[-1]
        assert writing.payload_bytes(link.payload) == link.signed
        assert link.signed == bytes(chain[-1].payload_bytes)


def test_a_chain_of_both_makers_holds_for_both() -> None:
    root = (
        tenuo.Warrant.mint_builder()
        .capability("t", x=tenuo.Pattern("a*"), n=tenuo.Range.max_value(9))
        .holder(their_public(ALICE.public_key))
        .mint(their_key(ROOT))
    )
    ours = ours_from(root)
    now = ours.issued_at
    child = (
        ours.grant_builder()
        .capability("t", x=Pattern("ab*"), n=Range.max_value(5))
        .holder(BOB.public_key)
        .ttl(60)
        .grant(ALICE, now=now)
    )
    args = {"x": "abc", "n": 5}
    proof = child.sign(BOB, "t", args, now)

    assert is_allowed_there(child, "t", args, proof, now=now)
    assert not is_allowed_there(child, "t", {**args, "n": 6}, proof, now=now)
    verifier = Authorizer([ROOT.public_key.to_bytes()])
    assert verifier.check(child.stack, "t", args, proof, now=now).chain.leaf.depth == 1


@QUIET
@given(ARGUMENTS, st.integers(NOW - 100, NOW + 100))
def test_proofs_are_the_package_s_to_the_byte(args: dict[str, Any], now: int) -> None:
    warrant = Warrant.mint_builder().tool("t").mint(ROOT, now=NOW)
    theirs = tenuo_core.Warrant.from_base64(warrant.to_base64())

    assert warrant.sign(ROOT, "t", args, now) == theirs.sign(their_key(ROOT), "t", args, now)


@QUIET
@given(ARGUMENTS)
def test_the_meta_of_a_call_is_the_package_s_to_the_byte(args: dict[str, Any]) -> None:
    warrant = Warrant.mint_builder().tool("t").mint(ROOT, now=NOW)
    theirs = tenuo_core.Warrant.from_base64(warrant.to_base64())

    expected = tenuo_core.sign_meta([theirs], their_key(ROOT), "t", json.dumps(args), NOW, None)

    assert warrant.meta(ROOT, "t", args, with_nonce=False, timestamp=NOW) == expected


def test_the_package_reads_our_meta_of_a_chain() -> None:
    root = Warrant.mint_builder().tool("t").holder(ALICE.public_key).mint(ROOT, now=NOW)
    child = root.grant_builder().tool("t").holder(BOB.public_key).grant(ALICE, now=NOW)

    meta = child.meta(BOB, "t", {"x": 1}, with_nonce=False, timestamp=NOW)

    read = tenuo_core.decode_warrant_stack_base64(meta["warrant"])
    assert [warrant.id for warrant in read] == [root.id, child.id]


def test_the_given_headers_are_ours_for_the_same_call() -> None:
    case = VECTORS["http"][0]
    warrant = Warrant.from_base64(case["headers"]["X-Tenuo-Warrant"])
    holder = next(
        bytes.fromhex(key["seed_hex"])
        for key in VECTORS["keys"].values()
        if key["public_hex"] == warrant.holder.to_bytes().hex()
    )
    made = warrant.headers(
        SigningKey.from_bytes(holder), case["tool"], case["args"], timestamp=case["generated_at"]
    )

    assert made == case["headers"]


def test_a_nonce_is_the_holder_s_word_for_this_proof_and_no_other() -> None:
    warrant = Warrant.mint_builder().tool("t").mint(ROOT, now=NOW)
    first, second = (warrant.meta(ROOT, "t", {}, timestamp=NOW) for _ in range(2))

    assert first["signature"] == second["signature"]
    assert first["nonce"] != second["nonce"]
    proof, nonce, signature = (
        b64decode(str(first[name])) for name in ("signature", "nonce", "nonce_sig")
    )
    pop.require_nonce(ROOT.public_key.to_bytes(), proof, nonce, signature)


def test_approvals_travel_in_both_forms() -> None:
    warrant = Warrant.mint_builder().tool("t").mint(ROOT, now=NOW)

    headers = warrant.headers(ROOT, "t", {}, approvals=[b"one", b"two"], timestamp=NOW)
    meta = warrant.meta(ROOT, "t", {}, approvals=[b"one"], timestamp=NOW)

    listed = [standard(b"one"), standard(b"two")]
    assert json.loads(b64decode(headers["X-Tenuo-Approvals"])) == listed
    assert meta["approvals"] == [standard(b"one")]


def test_a_proof_of_another_version_has_another_domain() -> None:
    warrant = Warrant.mint_builder().tool("t").mint(ROOT, now=NOW)
    verifier = Authorizer([ROOT.public_key.to_bytes()])

    second = warrant.sign(ROOT, "t", {}, NOW, version=2)

    assert second != warrant.sign(ROOT, "t", {}, NOW)
    signed = pop.message(warrant.payload.id, "t", {}, NOW // 30 * 30, version=2)
    assert second == ROOT.sign_raw(signed)
    assert verifier.verify_chain(warrant.stack, now=NOW).leaf.name == warrant.id


def test_a_gated_call_passes_there_with_the_approval_that_the_package_signs() -> None:
    warrant = (
        Warrant.mint_builder()
        .capability("t", x=Pattern("*"))
        .required_approvers([BOB.public_key])
        .approval_gates({"t": {"x": Pattern("prod*")}})
        .mint(ROOT, now=NOW)
    )
    quiet, loud = {"x": "test"}, {"x": "prod"}

    assert is_allowed_there(warrant, "t", quiet, warrant.sign(ROOT, "t", quiet, NOW))
    assert not is_allowed_there(warrant, "t", loud, warrant.sign(ROOT, "t", loud, NOW))
    hashed = tenuo_core.py_compute_request_hash(
        warrant.id, "t", loud, their_public(ROOT.public_key)
    )
    approval = tenuo_core.SignedApproval.create(
        tenuo_core.ApprovalPayload(bytes(hashed), bytes(16), "me", NOW - 1, NOW + 60),
        their_key(BOB),
    )
    proof = warrant.sign(ROOT, "t", loud, NOW)
    assert is_allowed_there(warrant, "t", loud, proof, approvals=[approval])
    Authorizer([ROOT.public_key.to_bytes()]).check(
        warrant.stack, "t", loud, proof, approvals=[bytes(approval.to_bytes())], now=NOW
    )


def test_cbor_is_what_a_stack_holds() -> None:
    root = Warrant.mint_builder().tool("t").mint(ROOT, now=NOW)

    assert cbor.decode(root.to_bytes()) == [1, root.links[0].signed, [1, root.links[0].signature]]
    assert cbor.decode(root.stack) == [cbor.decode(root.to_bytes())]
