"""Rules of the format one by one: our verdict is as said here, and the public package's is too."""

from collections.abc import Callable
from typing import Any

import pytest
import tenuo_core

from gatehouse.domain.warrants import Authorizer, Denied, RevocationList, cbor, usual
from gatehouse.domain.warrants.envelope import read_stack
from gatehouse.domain.warrants.payload import read_payload
from gatehouse.domain.warrants.pop import Windows
from tests.warrants import (
    DOMAIN,
    KEYS,
    NOW,
    OPEN,
    PUBLIC,
    Minted,
    approval,
    constrained,
    gates,
    ours,
    proof,
    revocation_list,
    theirs,
)

PAIR = [[1, PUBLIC["approver1"]], [1, PUBLIC["approver2"]]]
ISSUER: dict[str, Any] = {"k2": 1, "k3": {}, "k11": ["t"]}
UNKNOWN = {"u": {"constraints": {"x": [99, b"new"]}}}


def agreed(chain: Minted, tool: str | None = None, arguments: Any = None, **asked: Any) -> str:
    """Return the verdict that both give, or say how they differ."""
    mine, its = ours(chain, tool, arguments, **asked), theirs(chain, tool, arguments, **asked)
    if (mine is None) is not (its is None):
        return f"ours: {mine}, theirs: {its}"
    return "allow" if mine is None else "deny"


def root(**fields: Any) -> Minted:
    return Minted().to("alice", **fields)


def long(links: int) -> Minted:
    chain = Minted()
    for link in range(links):
        chain = chain.to(("alice", "bob")[link % 2])
    return chain


CALLS: dict[str, tuple[Callable[[], Minted], str]] = {
    "a leaf's last second": (lambda: root(k7=NOW + 1), "allow"),
    "a leaf that ends now": (lambda: root(k7=NOW), "deny"),
    "a start 30 s from now": (lambda: root(k6=NOW + 30), "allow"),
    "a start 31 s from now": (lambda: root(k6=NOW + 31), "deny"),
    "an end at the start": (lambda: root(k6=NOW - 10, k7=NOW - 10), "deny"),
    "90 days": (lambda: root(k7=NOW - 10 + 90 * 86_400), "allow"),
    "a child that starts before": (lambda: root().to("bob", k6=NOW - 11), "deny"),
    "a child that ends after": (lambda: root(k7=NOW + 9).to("bob", k7=NOW + 10), "deny"),
    "a depth left out in a root": (lambda: root(k18=None), "allow"),
    "a depth left out in a child": (lambda: root().to("bob", k18=None), "deny"),
    "a depth left out in between": (lambda: root().to("bob", k18=2), "deny"),
    "a terminal root's call": (lambda: root(k8=0), "allow"),
    "a terminal root's child": (lambda: root(k8=0).to("bob", k8=0), "deny"),
    "a terminal child's call": (lambda: root(k8=5).to("bob", k8=1), "allow"),
    "a terminal child's child": (lambda: root(k8=5).to("bob", k8=1).to("carol", k8=1), "deny"),
    "a child that is deeper than it says": (lambda: root(k8=5).to("bob", k8=0), "deny"),
    "a child with more max_depth": (lambda: root(k8=2).to("bob", k8=3), "deny"),
    "a parent's hash of another": (lambda: root().to("bob", k9=list(bytes(32))), "deny"),
    "a parent's hash as bytes": (lambda: hashed_as_bytes(root()), "allow"),
    "no parent's hash": (lambda: root().to("bob", k9=None), "deny"),
    "a holder twice": (lambda: root().to("alice"), "allow"),
    "an id twice": (lambda: root(k1=b"i" * 16).to("bob", k1=b"i" * 16), "deny"),
    "65 warrants": (lambda: long(65), "allow"),
    "a tool of any name": (lambda: root(k3={"*": {"constraints": {}}}), "allow"),
    "any tool named to its child": (
        lambda: root(k3={"*": {"constraints": {}}}).to("bob", k3=OPEN),
        "allow",
    ),
    "a named tool to any": (lambda: root().to("bob", k3={"*": {"constraints": {}}}), "deny"),
    "an unknown constraint elsewhere": (lambda: root(k3={**OPEN, **UNKNOWN}), "allow"),
    "an unknown one, as integers": (
        lambda: root(k3={**OPEN, **constrained([99, [1, 2]], "u")}),
        "allow",
    ),
    "an unknown one that holds a map": (
        lambda: root(k3={**OPEN, **constrained([99, {}], "u")}),
        "deny",
    ),
    "an unknown one handed on": (
        lambda: root(k3={**OPEN, **UNKNOWN}).to("bob", k3={**OPEN, **UNKNOWN}),
        "deny",
    ),
    "an unknown one dropped": (lambda: root(k3={**OPEN, **UNKNOWN}).to("bob"), "allow"),
    "a session's name that is no text": (
        lambda: root(k10={"tenuo.session_id": b"\xff"}),
        "deny",
    ),
    "an agent's name that is no text": (
        lambda: root(k10={"tenuo.agent_id": b"\xed\xa0\x80"}),
        "deny",
    ),
    "an approver off the curve": (
        lambda: root(k15=[PAIR[0], [1, b"a" * 32]], k16=1),
        "deny",
    ),
    "256 tools": (lambda: root(k3={**OPEN, **many_tools(255)}), "allow"),
    "257 tools": (lambda: root(k3={**OPEN, **many_tools(256)}), "deny"),
    "64 extensions": (lambda: root(k10={f"e{n}": b"" for n in range(64)}), "allow"),
    "65 extensions": (lambda: root(k10={f"e{n}": b"" for n in range(65)}), "deny"),
    "an extension of 8 KB": (lambda: root(k10={"e": bytes(8192)}), "allow"),
    "a longer extension": (lambda: root(k10={"e": bytes(8193)}), "deny"),
    "an issuer's warrant to its own holder": (lambda: root(**ISSUER).to("alice"), "deny"),
    "an issuer's warrant to its issuer": (lambda: root(**ISSUER).to("root"), "deny"),
    "an issuer's warrant to another": (lambda: root(**ISSUER).to("bob"), "allow"),
    "an issuer of any tool": (lambda: root(**{**ISSUER, "k11": ["*"]}).to("bob"), "allow"),
    "an issuer of another tool": (lambda: root(**{**ISSUER, "k11": ["u"]}).to("bob"), "deny"),
    "an issuer's own call": (lambda: root(**ISSUER), "deny"),
    "a warrant to call that issues": (lambda: root().to("bob", **ISSUER), "deny"),
    "what was issued, handed on": (lambda: root(**ISSUER).to("bob").to("alice"), "allow"),
    "an issuer's issuer": (lambda: root(**ISSUER).to("bob", **ISSUER).to("carol"), "allow"),
}


def many_tools(count: int) -> dict[str, Any]:
    return {f"tool{n}": {"constraints": {}} for n in range(count)}


def hashed_as_bytes(above: Minted) -> Minted:
    honest = above.to("bob").payloads[1][9]
    return above.to("bob", k9=bytes(honest))


@pytest.mark.parametrize(("build", "verdict"), CALLS.values(), ids=CALLS.keys())
def test_a_call_without_arguments(build: Callable[[], Minted], verdict: str) -> None:
    assert agreed(build(), "t", {}) == verdict


@pytest.mark.parametrize(("end", "verdict"), [(-31, "deny"), (-30, "allow"), (0, "allow")])
def test_a_chain_without_a_call_may_have_ended_within_the_tolerance(end: int, verdict: str) -> None:
    assert agreed(root(k6=NOW - 99, k7=NOW + end)) == verdict
    assert agreed(root(k6=NOW - 99, k7=NOW + end), "t", {}) == "deny"


def test_a_chain_without_a_call_needs_a_holder_on_the_curve() -> None:
    assert agreed(root(k4=[1, b"a" * 32])) == "deny"


@pytest.mark.parametrize("most", range(1, 8))
def test_a_proof_lives_in_the_windows_around_now(most: int) -> None:
    chain = root(k6=NOW - 999)
    lives = []
    for made in range(NOW - 150, NOW + 150, 5):
        try:
            Authorizer([PUBLIC["root"]], pop_max_windows=most).check(
                chain.stack, "t", {}, proof(chain, "t", {}, now=made), now=NOW
            )
        except Denied:
            continue
        lives.append(made // 30)
    current, reach = NOW // 30, most // 2
    after = reach if most % 2 else reach - 1

    assert set(lives) == set(range(current - reach, current + after + 1))
    assert next(Windows(seconds=30, most=most).starts(NOW)) // 30 == current


GATED: dict[str, tuple[object, dict[str, Any], str]] = {
    "a whole tool": (None, {}, "deny"),
    "an absent argument": ({"x": "all"}, {}, "deny"),
    "a value that fires": ({"x": [4, {"values": [1]}]}, {"x": 1}, "deny"),
    "a value that does not": ({"x": [4, {"values": [1]}]}, {"x": 2}, "allow"),
    "a value that is exempt": ({"x": {"exempt": [4, {"values": [1]}]}}, {"x": 1}, "allow"),
    "a value that is not exempt": ({"x": {"exempt": [4, {"values": [1]}]}}, {"x": 2}, "deny"),
    "null": ({"x": {"exempt": [1, {"value": None}]}}, {"x": None}, "allow"),
    "no arguments named": ({}, {"x": 1}, "allow"),
    "a second argument": ({"x": [1, {"value": 9}], "y": "all"}, {"x": 1, "y": 1}, "deny"),
    "an exemption of everything": ({"x": {"exempt": [16, None]}}, {"x": 1}, "deny"),
    "an exemption by Any": (
        {"x": {"exempt": [13, {"constraints": [[1, {"value": 1}]]}]}},
        {"x": 1},
        "deny",
    ),
    "an exemption by Not": (
        {"x": {"exempt": [14, {"constraint": [1, {"value": 2}]}]}},
        {"x": 1},
        "deny",
    ),
    "an exemption by Cel": ({"x": {"exempt": [15, {"expression": "true"}]}}, {"x": 1}, "deny"),
    "an exemption by All": (
        {"x": {"exempt": [12, {"constraints": [[16, None]]}]}},
        {"x": 1},
        "allow",
    ),
}


@pytest.mark.parametrize(("entry", "arguments", "verdict"), GATED.values(), ids=GATED.keys())
def test_a_gate_fires_for(entry: object, arguments: dict[str, Any], verdict: str) -> None:
    chain = root(k10=gates({"t": {"args": entry}}), k15=PAIR, k16=1)

    assert agreed(chain, "t", arguments) == verdict


def at_least(number: float) -> list[Any]:
    return [3, {"min": number, "max": None, "min_inclusive": True, "max_inclusive": True}]


@pytest.mark.parametrize(
    ("parent", "child", "verdict"),
    [
        (at_least(10.0), at_least(10.0), "allow"),
        (at_least(10.0), at_least(5.0), "deny"),
        (at_least(10.0), "all", "allow"),
        ("all", at_least(10.0), "deny"),
        ({"exempt": [4, {"values": [1, 2]}]}, {"exempt": [4, {"values": [1]}]}, "allow"),
        ({"exempt": [4, {"values": [1]}]}, {"exempt": [4, {"values": [1, 2]}]}, "deny"),
    ],
)
def test_a_gate_is_handed_on(parent: object, child: object, verdict: str) -> None:
    chain = root(k10=gates({"t": {"args": {"x": parent}}}), k15=PAIR)
    child_gates = gates({"t": {"args": {"x": child}}})

    assert agreed(chain.to("bob", k10=child_gates, k15=PAIR)) == verdict


@pytest.mark.parametrize(
    ("by", "fields", "verdict"),
    [
        (["approver1"], {}, "allow"),
        (["approver1", "approver1", "stranger", "stranger"], {}, "allow"),
        (["approver1"] * 5, {}, "deny"),
        (["approver1"], {"approved_at": NOW, "expires_at": NOW}, "deny"),
        (["approver1"], {"approved_at": NOW, "expires_at": NOW + 1}, "allow"),
        (["approver1"], {"nonce": bytes(16)}, "allow"),
        (["approver1"], {"nonce": bytes(15)}, "deny"),
    ],
)
def test_approvals_are_counted(by: list[str], fields: dict[str, Any], verdict: str) -> None:
    chain = root(k10=gates({"t": {"args": None}}), k15=PAIR, k16=1)
    given = [approval(chain, "t", {"x": 1}, name, **fields) for name in by]

    assert agreed(chain, "t", {"x": 1}, approvals=given) == verdict


NESTED = {"x": {"zz": [{"b": None, "a": 1.5}], "é": -0.0, "b": {}}, "a": None}


def test_proofs_and_approvals_are_for_all_arguments_sorted_at_every_depth() -> None:
    chain = root(k10=gates({"t": {"args": None}}), k15=PAIR, k16=1)
    given = [approval(chain, "t", NESTED, "approver1")]

    assert agreed(chain, "t", NESTED, approvals=given) == "allow"
    assert agreed(chain, "t", {**NESTED, "a": 0}, approvals=given) == "deny"


VALUES: dict[str, tuple[list[Any], object, str]] = {
    "port 0": ([18, {"allow_ports": [443]}], "https://a.com:0/", "deny"),
    "a bare internal name": ([18, {"block_internal_tlds": True}], "http://internal/", "deny"),
    "an internal name": ([18, {"block_internal_tlds": True}], "http://x.lan/", "deny"),
    "a name that ends alike": ([18, {"block_internal_tlds": True}], "http://xlan/", "allow"),
    "an international name": ([18, {}], "https://bücher.de/", "allow"),
    "a letter of a later Unicode in a name": ([18, {}], "https://a\u0870b.com/", "deny"),
    "the same, written in ASCII": ([18, {}], "https://xn--ab-h8e.com/", "deny"),
    "punycode of plain ASCII": ([18, {}], "https://xn--a-.com/", "deny"),
    "both directions in a name": ([18, {}], "https://1\u05d0.com/", "deny"),
    "a name given twice": ([5, {"pattern": "(?P<a>x)(?P<a>y)"}], "xy", "deny"),
    "a negated property": ([5, {"pattern": r"\p{^L}"}], "1", "deny"),
    "a property of surrogates": ([5, {"pattern": r"\P{Cs}"}], "1", "deny"),
    "a property of ASCII": ([5, {"pattern": r"^\p{L}$"}], "a", "allow"),
    "a letter of a later Unicode": ([5, {"pattern": r"\P{L}"}], "\u1c89", "deny"),
    "cases of a later Unicode": ([5, {"pattern": "(?i)[^\u0264]"}], "\ua7cb", "deny"),
    "cases of ASCII": ([5, {"pattern": "(?i)^K$"}], "\u212a", "allow"),
    "2**53 + 1 as a double": (
        [3, {"min": None, "max": 2.0**53, "min_inclusive": True, "max_inclusive": True}],
        2**53 + 1,
        "allow",
    ),
    "minus zero": ([1, {"value": 0.0}], -0.0, "allow"),
    "NaN": ([7, {"excluded": [float("nan")]}], float("nan"), "allow"),
    "1 for 1.0": ([4, {"values": [1.0]}], 1, "deny"),
    "true for 1": ([11, {"allowed": [1]}], [True], "deny"),
}


@pytest.mark.parametrize(("wire", "value", "verdict"), VALUES.values(), ids=VALUES.keys())
def test_a_value_is_judged(wire: list[Any], value: object, verdict: str) -> None:
    chain = root(k3=constrained(wire))

    assert agreed(chain, "t", {"x": value}) == verdict


def test_a_host_that_is_not_taken_is_no_unsafe_url_either() -> None:
    chain = root(k3=constrained([14, {"constraint": [18, {}]}]))

    assert ours(chain, "t", {"x": "https://xn--a-.com/"}) is not None


C, A = [8, "10.0.0.0/8"], [2, {"pattern": "a*"}]
NARROWER = [8, "10.1.0.0/16"]


@pytest.mark.parametrize(
    ("parent", "child", "is_accepted"),
    [
        ([A, C], [C], True),
        ([A, C], [NARROWER, A], True),
        ([C, A], [NARROWER, A], True),
        ([C, A], [A], False),
        ([C, A], [A, C], False),
        ([[12, {"constraints": [C]}], A], [[12, {"constraints": [A, C]}], A], False),
    ],
)
def test_in_any_a_member_that_may_fail_comes_first_for_the_child_too(
    parent: list[Any], child: list[Any], *, is_accepted: bool
) -> None:
    chain = root(k3=constrained([13, {"constraints": parent}]))
    denied = ours(chain.to("bob", k3=constrained([13, {"constraints": child}])))

    assert (denied is None) is is_accepted


@pytest.mark.parametrize(
    ("time", "is_taken"),
    [
        ("2026-11-22T03:26:06Z", True),
        ("2026-11-22T03:26:06.120Z", True),
        ("2026-11-22T03:26:06.000000001Z", True),
        ("2024-02-29T00:00:00Z", True),
        ("2026-11-22T03:26:06.12Z", False),
        ("2026-11-22T03:26:06.120000Z", False),
        ("2026-11-22T03:26:06+00:00", False),
        ("2026-02-29T00:00:00Z", False),
        ("2026-11-31T00:00:00Z", False),
        ("2026-00-01T00:00:00Z", False),
    ],
)
def test_a_list_has_its_time_in_one_form(time: str, *, is_taken: bool) -> None:
    data = revocation_list([], issued_at=time)
    package = tenuo_takes(data)

    if is_taken:
        assert RevocationList.parse(data, issuers=[PUBLIC["root"]]).issued_at == time
    else:
        with pytest.raises(Denied):
            RevocationList.parse(data, issuers=[PUBLIC["root"]])
    assert package is is_taken


def tenuo_takes(data: bytes) -> bool:
    trusted = tenuo_core.PublicKey.from_bytes(PUBLIC["root"])
    try:
        tenuo_core.Authorizer(trusted_roots=[trusted]).set_revocation_list(
            tenuo_core.SignedRevocationList.from_bytes(data)
        )
    except Exception:  # noqa: BLE001 - its exceptions have no common base
        return False
    return True


def test_a_list_is_signed_in_one_order() -> None:
    content = {"version": 1, "revoked_ids": [], "issued_at": "2026-11-22T03:26:06Z"}
    whole = {**content, "issuer": [1, PUBLIC["root"]]}
    signature = KEYS["root"].sign(DOMAIN + b"tenuo-srl-v1" + cbor.encode(whole))

    with pytest.raises(Denied, match="signature-invalid"):
        RevocationList.parse(
            cbor.encode({"payload": whole, "signature": [1, signature]}), issuers=[PUBLIC["root"]]
        )


@pytest.mark.parametrize("build", [each for each, _ in CALLS.values()], ids=CALLS.keys())
def test_the_usual_form_is_read_as_every_other(build: Callable[[], Minted]) -> None:
    for made in build().payloads:
        content = cbor.encode(made)
        try:
            at_once = usual.read_usual(content)
        except Denied as denied:
            with pytest.raises(Denied, match=denied.reason):
                read_payload(cbor.decode(content))
            continue
        if at_once is not None:
            by_field = read_payload(cbor.decode(content))
            assert repr(plainly(at_once)) == repr(plainly(by_field))


def plainly(value: Any) -> Any:
    if hasattr(value, "_fields"):
        return {name: plainly(getattr(value, name)) for name in value._fields}
    if isinstance(value, dict):
        return {name: plainly(item) for name, item in value.items()}
    return value


def test_most_warrants_are_of_the_usual_form() -> None:
    stack = root(k3=constrained([16, None])).to("bob", k3=constrained([1, {"value": 1}])).stack

    assert all(usual.read_usual(warrant.signed) for warrant in read_stack(stack))
