"""What is refused although the bytes are well signed, by the rules of docs/warrants.md."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatehouse.domain.warrants import Authorizer, Chain, Denied, RevocationList, cbor
from gatehouse.domain.warrants.chain import VerifiedChains
from gatehouse.domain.warrants.pop import NONCE_DOMAIN, require_nonce
from gatehouse.domain.warrants.revocation import encoded, list_payload, signed_bytes
from tests.warrant_rules import STRICTER
from tests.warrants import (
    KEYS,
    NOW,
    OPEN,
    PUBLIC,
    Minted,
    approval,
    constrained,
    gates,
    ours,
    payload,
    proof,
    signed,
    theirs,
)

APPROVERS = [[1, PUBLIC["approver1"]], [1, PUBLIC["approver2"]]]
WHOLE = {"t": {"args": None}}
ISSUER: dict[str, Any] = {"k2": 1, "k3": {}, "k11": ["t"]}
BOUND = {"constraints": {"x": [2, {"pattern": "a*"}]}}


def refused(chain: Minted, tool: str | None = None, arguments: Any = None, **asked: Any) -> str:
    denied = ours(chain, tool, arguments, **asked)
    assert denied is not None
    return denied.reason


def raw(content: bytes) -> Minted:
    made = payload()
    return Minted([signed(content, "root")], [made], "alice")


def test_an_honest_chain_passes() -> None:
    chain = Minted().to("alice").to("bob")

    assert ours(chain, "t", {"x": 1}) is None
    assert theirs(chain, "t", {"x": 1}) is None


GOOD = cbor.encode(payload())
MALFORMED = {
    "trailing bytes": GOOD + b"\x00",
    "an indefinite length": b"\xbf" + GOOD[1:] + b"\xff",
    "a longer integer than needed": GOOD[:1] + b"\x18\x00" + GOOD[2:],
    "a tag": b"\xc1" + GOOD,
    "a repeated key": bytes([GOOD[0] + 1]) + b"\x00\x01" + GOOD[1:],
    "a bool where a version is": GOOD[:2] + b"\xf5" + GOOD[3:],
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_payload_in_another_form_is_refused(content: bytes) -> None:
    assert refused(raw(content)) in {"malformed-cbor", "unsupported-payload-version"}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a type other than 0 and 1": ({"k2": 256}, "invalid-payload-structure"),
    "a reserved tool": ({"k3": {"tenuo:x": {"constraints": {}}}}, "reserved-tool-name"),
    "a tool entry's unknown key": (
        {"k3": {"t": {"constraints": {}, "more": 1}}},
        "unknown-payload-field",
    ),
    "a constraint's unknown key": (
        {"k3": constrained([2, {"pattern": "a", "more": 1}])},
        "unknown-payload-field",
    ),
    "an unknown extension of tenuo's": ({"k10": {"tenuo.more": b"x"}}, "reserved-extension-key"),
    "a gate's unknown key": (
        {"k10": gates({"t": {"args": None, "more": 1}})},
        "invalid-extension-value",
    ),
    "min_approvals alone": ({"k16": 1}, "invalid-payload-structure"),
    "an approver twice": ({"k15": [APPROVERS[0]] * 2}, "invalid-payload-structure"),
    "a long life": ({"k7": NOW - 10 + 90 * 86_400 + 1}, "ttl-exceeded"),
    "a great max_depth": ({"k8": 65}, "depth-exceeded"),
    "a weak holder": ({"k4": [1, bytes(31) + b"\x80"]}, "invalid-payload-structure"),
    "a key that is not reduced": (
        {"k4": [1, b"\xee" + b"\xff" * 30 + b"\x7f"]},
        "invalid-payload-structure",
    ),
    "an issue depth over max_depth": (
        {**ISSUER, "k8": 0, "k13": 1},
        "invalid-payload-structure",
    ),
    "a parent's hash in a root": ({"k9": list(bytes(32))}, "chain-broken"),
    "a depth in a root": ({"k18": 1}, "chain-broken"),
    "a range without order": (
        {
            "k3": constrained(
                [
                    3,
                    {
                        "min": float("nan"),
                        "max": None,
                        "min_inclusive": True,
                        "max_inclusive": True,
                    },
                ]
            )
        },
        "invalid-payload-structure",
    ),
    "an expression that does not parse": (
        {"k3": constrained([15, {"expression": "value =="}])},
        "constraint-violation",
    ),
}


@pytest.mark.parametrize(("fields", "reason"), WRONG.values(), ids=WRONG.keys())
def test_a_warrant_is_refused_for(fields: dict[str, Any], reason: str) -> None:
    assert refused(Minted().to("alice", **fields)) == reason


def test_an_empty_tools_map_grants_nothing() -> None:
    chain = Minted().to("alice", k3={})

    assert refused(chain, "t") == "tool-not-authorized"
    assert refused(chain.to("bob", k3=OPEN)) == "invalid-attenuation"


GAINS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "clearance from none": ({}, {"k17": 10}),
    "clearance": ({"k17": 10}, {"k17": 11}),
    "an issuer's clearance": ({**ISSUER}, {**ISSUER, "k17": 10}),
    "another approver instead": ({"k15": APPROVERS[:1]}, {"k15": APPROVERS[1:]}),
    "no approvers": ({"k15": APPROVERS}, {}),
    "a lower threshold": ({"k15": APPROVERS, "k16": 2}, {"k15": APPROVERS, "k16": 1}),
    "no gate": ({"k10": gates(WHOLE), "k15": APPROVERS}, {"k15": APPROVERS}),
    "a smaller gate": (
        {"k10": gates(WHOLE), "k15": APPROVERS},
        {"k10": gates({"t": {"args": {"x": "all"}}}), "k15": APPROVERS},
    ),
    "a named tool's constraint, by any tool": (
        {"k3": {**constrained([1, {"value": 1}]), "*": {"constraints": {}}}},
        {"k3": {"*": {"constraints": {}}}},
    ),
    "an issuer's bounds": ({**ISSUER, "k14": BOUND}, ISSUER),
    "an issuer's depth": ({**ISSUER, "k13": 1}, {**ISSUER, "k13": 2}),
    "an issuer's depth, dropped": ({**ISSUER, "k13": 1}, ISSUER),
    "a failing branch": (
        {"k3": constrained([13, {"constraints": [[8, "10.0.0.0/8"], [1, {"value": "a"}]]}])},
        {"k3": constrained([13, {"constraints": [[1, {"value": "a"}]]}])},
    ),
    "a failing member of a negation": (
        {
            "k3": constrained(
                [
                    14,
                    {
                        "constraint": [
                            12,
                            {"constraints": [[8, "10.0.0.0/8"], [2, {"pattern": "a*"}]]},
                        ]
                    },
                ]
            )
        },
        {"k3": constrained([14, {"constraint": [12, {"constraints": [[2, {"pattern": "a*"}]]}]}])},
    ),
    "a class under a literal suffix": (
        {"k3": constrained([2, {"pattern": "*a]"}])},
        {"k3": constrained([2, {"pattern": "[xa]"}])},
    ),
    "a path under an exact one": (
        {"k3": constrained([9, "https://a.com/api"])},
        {"k3": constrained([9, "https://a.com/api/x"])},
    ),
}


@pytest.mark.parametrize(("parent", "child"), GAINS.values(), ids=GAINS.keys())
def test_a_child_gains_nothing(parent: dict[str, Any], child: dict[str, Any]) -> None:
    chain = Minted().to("alice", **parent)

    assert ours(chain) is None
    assert refused(chain.to("bob", **child)) == "invalid-attenuation"


def test_clearance_does_not_grow_from_issuer_to_call() -> None:
    chain = Minted().to("alice", **ISSUER).to("bob", k17=10)

    assert refused(chain) == "invalid-attenuation"


def test_a_leaf_alone_is_refused_though_its_issuer_is_a_root() -> None:
    chain = Minted().to("alice").to("bob")
    alone = Authorizer([PUBLIC["root"], PUBLIC["alice"]])

    with pytest.raises(Denied, match="present the parents"):
        alone.verify_chain(chain.warrants[1], now=NOW)


def test_a_weak_root_is_no_root() -> None:
    with pytest.raises(Denied):
        Authorizer([b"\x01" + bytes(31)])


def test_limits_are_the_verifiers_own() -> None:
    chain = Minted().to("alice")

    with pytest.raises(Denied, match="ttl-exceeded"):
        Authorizer([PUBLIC["root"]], max_lifetime=60).verify_chain(chain.stack, now=NOW)
    with pytest.raises(Denied, match="depth-exceeded"):
        Authorizer([PUBLIC["root"]], max_depth=3).verify_chain(chain.stack, now=NOW)


def approved(by: list[str], **fields: Any) -> Denied | None:
    chain = Minted().to("alice", k10=gates(WHOLE), k15=APPROVERS, k16=1)
    given = [approval(chain, "t", {"x": 1}, name, **fields) for name in by]
    mine = ours(chain, "t", {"x": 1}, approvals=given)
    assert mine is not None or theirs(chain, "t", {"x": 1}, approvals=given) is None
    return mine


def reason_of(denied: Denied | None) -> str | None:
    return None if denied is None else denied.reason


def test_approvals_count_when_they_are_the_approvers_and_in_time() -> None:
    assert approved(["approver1"]) is None
    assert approved(["stranger", "approver2"]) is None
    assert reason_of(approved([])) == "approval-required"
    assert reason_of(approved(["stranger"])) == "approver-not-authorized"
    assert approved(["approver1"], expires_at=NOW - 30) is None
    assert reason_of(approved(["approver1"], expires_at=NOW - 31)) == "approval-expired"
    assert reason_of(approved(["approver1"], approved_at=NOW + 31)) == "approval-invalid"
    assert reason_of(approved(["approver1"], version=2)) == "unsupported-approval-version"
    assert reason_of(approved(["approver1"], more=1)) == "unknown-payload-field"
    assert reason_of(approved(["approver1"], request_hash=bytes(32))) == (
        "approval-request-hash-mismatch"
    )


def test_without_a_threshold_all_approvers_must_approve_and_none_twice() -> None:
    chain = Minted().to("alice", k10=gates(WHOLE), k15=APPROVERS)
    one, two = (approval(chain, "t", {}, name) for name in ("approver1", "approver2"))

    assert refused(chain, "t", approvals=[one, one]) == "insufficient-approvals"
    assert ours(chain, "t", approvals=[one, two]) is None
    assert theirs(chain, "t", {}, approvals=[one, two]) is None


def revocations(ids: list[str], version: int = 1, by: str = "root") -> bytes:
    content = list_payload(
        ids, version=version, issued_at="2026-11-22T03:26:06Z", issuer=PUBLIC[by]
    )
    return encoded(content, KEYS[by].sign(signed_bytes(content)))


def test_revoking_a_parent_revokes_its_child_though_the_chain_was_verified_before() -> None:
    cache = VerifiedChains()
    chain = Minted().to("alice").to("bob")
    verified = Authorizer([PUBLIC["root"]], cache=cache).verify_chain(chain.stack, now=NOW)
    listed = RevocationList.parse(revocations([verified.ids[0]]), issuers=[PUBLIC["root"]])

    with pytest.raises(Denied, match="warrant-revoked"):
        Authorizer([PUBLIC["root"]], cache=cache, revocations=listed).verify_chain(
            chain.stack, now=NOW
        )


def test_a_list_is_replaced_by_a_newer_one_only() -> None:
    def parsed(ids: list[str], version: int) -> RevocationList:
        return RevocationList.parse(revocations(ids, version), issuers=[PUBLIC["root"]])

    parsed(["a"], 2).require_replaces(parsed(["b"], 1))
    parsed(["a"], 2).require_replaces(parsed(["a"], 2))
    with pytest.raises(Denied, match="srl-version-rollback"):
        parsed(["a"], 1).require_replaces(parsed(["a"], 2))
    with pytest.raises(Denied, match="srl-content-changed"):
        parsed(["b"], 2).require_replaces(parsed(["a"], 2))
    with pytest.raises(Denied, match="srl-invalid"):
        RevocationList.parse(revocations([], by="alice"), issuers=[PUBLIC["root"]])


def test_what_was_verified_before_still_asks_about_roots_and_time() -> None:
    cache = VerifiedChains()
    chain = Minted().to("alice")
    Authorizer([PUBLIC["root"]], cache=cache).verify_chain(chain.stack, now=NOW)

    with pytest.raises(Denied, match="untrusted-root"):
        Authorizer([PUBLIC["bob"]], cache=cache).verify_chain(chain.stack, now=NOW)
    with pytest.raises(Denied, match="warrant-expired"):
        Authorizer([PUBLIC["root"]], cache=cache).verify_chain(chain.stack, now=NOW + 9999)


def test_the_cache_is_bounded_by_number_and_by_bytes() -> None:
    def kept(cache: VerifiedChains, names: str) -> list[Chain | None]:
        for name in names:
            digest = hashlib.sha256(name.encode()).digest()
            cache.put(Chain(warrants=(), digest=digest), 10)
        return [cache.get(hashlib.sha256(name.encode()).digest()) for name in names]

    assert [chain is not None for chain in kept(VerifiedChains(chains=2), "abc")] == [
        False,
        True,
        True,
    ]
    assert [chain is not None for chain in kept(VerifiedChains(size=19), "ab")] == [False, True]


def test_denials_name_the_argument_and_never_its_value() -> None:
    chain = Minted().to("alice", k3=constrained([1, {"value": "secret-in-warrant"}]))
    denied = ours(chain, "t", {"x": "secret-in-call"})

    assert denied is not None
    assert (denied.code, denied.reason, denied.field) == (1501, "constraint-violation", "x")
    assert "secret" not in f"{denied}{denied.hint}{denied.args}"


def test_a_nonce_counts_when_the_holder_signed_it_for_this_proof() -> None:
    pop = proof(Minted().to("alice"), "t", {})
    content = NONCE_DOMAIN + hashlib.sha256(pop).digest() + b"nonce"

    require_nonce(PUBLIC["alice"], pop, b"nonce", KEYS["alice"].sign(content))
    for nonce, signature in (
        (b"other", KEYS["alice"].sign(content)),
        (b"nonce", KEYS["bob"].sign(content)),
    ):
        with pytest.raises(Denied, match="pop-challenge-invalid"):
            require_nonce(PUBLIC["alice"], pop, nonce, signature)


ODD: dict[str, Callable[[], object]] = {
    "bytes": lambda: b"x",
    "a large integer": lambda: 2**63,
    "a lone surrogate": lambda: "\ud800",
    "a key that is no text": lambda: {1: 2},
    "an object": object,
    "a deep list": lambda: deep(40),
}


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize("make", ODD.values(), ids=ODD.keys())
def test_arguments_that_warrants_do_not_know_are_denied(make: Callable[[], object]) -> None:
    chain = Minted().to("alice")

    with pytest.raises(Denied):
        Authorizer([PUBLIC["root"]]).check(chain.stack, "t", {"x": make()}, bytes(64), now=NOW)


def test_every_rule_is_documented() -> None:
    text = (Path(__file__).parents[3] / "docs" / "warrants.md").read_text()

    for rule in STRICTER:
        assert f"`{rule}`" in text
