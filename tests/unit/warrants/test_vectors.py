"""Every given vector: our verdict is the public package's, and a refusal where marked strict."""

import json
from base64 import b64decode, urlsafe_b64decode
from pathlib import Path
from typing import Any

import pytest

from gatehouse.domain.warrants import Authorizer, Denied, RevocationList
from gatehouse.domain.warrants.cbor import sorted_map
from gatehouse.domain.warrants.receipts import read_receipt, require_sequence

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "warrants.json").read_text())
ROOT = bytes.fromhex(VECTORS["keys"]["root"]["public_hex"])


def is_denied(case: dict[str, Any]) -> bool:
    return bool(case.get("strict")) or case["expected"]["verdict"] in {"deny", "invalid"}


def stack_of(warrants: list[str]) -> bytes:
    return bytes([0x80 | len(warrants)]) + b"".join(map(b64decode, warrants))


def test_no_vector_is_lost() -> None:
    counts = {key: len(VECTORS[key]) for key in ("cases", "attenuation", "srl", "mcp", "receipts")}

    assert counts == {"cases": 330, "attenuation": 299, "srl": 4, "mcp": 12, "receipts": 2}


@pytest.mark.parametrize("case", VECTORS["cases"], ids=lambda case: case["name"])
def test_a_call_is_judged_as_given(case: dict[str, Any]) -> None:
    roots = [bytes.fromhex(root) for root in case["trusted_roots"]]
    revocations = None
    if "srl_b64" in case:
        revocations = RevocationList.parse(b64decode(case["srl_b64"]), issuers=roots)
    verifier = Authorizer(
        roots,
        clock_tolerance=case["clock_tolerance"],
        pop_window=case["pop_window_secs"],
        pop_max_windows=case["pop_max_windows"],
        clearances=case.get("clearance_requirements", {}),
        revocations=revocations,
    )

    def check() -> None:
        verifier.check(
            b64decode(case["stack_b64"]),
            case["tool"],
            case["args"],
            b64decode(case["pop_signature_b64"] or ""),
            approvals=[b64decode(item) for item in case.get("approvals_b64", ())],
            now=case["now"],
        )

    if is_denied(case):
        with pytest.raises(Denied):
            check()
    else:
        check()


@pytest.mark.parametrize("number", range(len(VECTORS["attenuation"])))
def test_an_attenuation_is_judged_as_given(number: int) -> None:
    case = VECTORS["attenuation"][number]
    verifier = Authorizer([bytes.fromhex(root) for root in case["trusted_roots"]])
    stack = stack_of(case["warrants_b64"])

    if is_denied(case):
        with pytest.raises(Denied):
            verifier.verify_chain(stack, now=case["now"])
    else:
        assert verifier.verify_chain(stack, now=case["now"]).leaf.depth == 1


def test_revocation_lists_are_judged_as_given() -> None:
    lists = {case["name"]: b64decode(case["srl_b64"]) for case in VECTORS["srl"]}
    first = RevocationList.parse(lists["srl/root-signed-v3"], issuers=[ROOT])

    assert first.version == 3
    assert sorted(first.ids) == VECTORS["srl"][0]["revoked_ids"]
    for name in ("srl/untrusted-issuer", "srl/tampered-signature"):
        with pytest.raises(Denied):
            RevocationList.parse(lists[name], issuers=[ROOT])
    changed = RevocationList.parse(lists["srl/same-version-other-content"], issuers=[ROOT])
    with pytest.raises(Denied) as refused:
        changed.require_replaces(first)
    assert refused.value.reason == "srl-content-changed"


@pytest.mark.parametrize("case", VECTORS["mcp"], ids=lambda case: case["name"])
def test_an_mcp_envelope_holds_what_the_verifier_judges_as_given(case: dict[str, Any]) -> None:
    params = case["params"]
    arguments = dict(params["arguments"])
    carried = arguments.pop("_tenuo", None) or params["_meta"]["tenuo"]
    folded = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in arguments.items()
    }

    def decoded(text: str) -> bytes:
        return urlsafe_b64decode(text.translate(str.maketrans("+/", "-_")) + "=" * (-len(text) % 4))

    def check() -> None:
        Authorizer([bytes.fromhex(root) for root in case["trusted_roots"]]).check(
            decoded(carried["warrant"]),
            params["name"],
            folded,
            decoded(carried.get("signature", "")),
            approvals=[decoded(item) for item in carried.get("approvals", ())],
            now=case["now"],
        )

    if is_denied(case):
        with pytest.raises(Denied):
            check()
    else:
        check()
        assert sorted_map(case["expected"]["clean_arguments"]) == sorted_map(folded)


def test_receipts_read_as_given_and_follow_each_other() -> None:
    receipts = [read_receipt(bytes.fromhex(case["receipt_hex"])) for case in VECTORS["receipts"]]

    for receipt, case in zip(receipts, VECTORS["receipts"], strict=True):
        decoded = case["decoded"]
        assert receipt.signer.hex() == case["signer_hex"]
        assert receipt.action == decoded["action"]
        assert receipt.outcome == decoded["outcome"]
        assert receipt.timestamp == decoded["timestamp"]
        assert receipt.request_id == decoded["request_id"]
        assert receipt.decision_code == decoded["decision_code"]
        assert receipt.warrant_chain == urlsafe_b64decode(
            decoded["warrant_chain"] + "=" * (-len(decoded["warrant_chain"]) % 4)
        )
    require_sequence(receipts)
