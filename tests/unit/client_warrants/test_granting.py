"""Minting and granting: what the builders make, and what they refuse to."""

import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gatehouse_client.warrants
from gatehouse.domain.warrants import Authorizer, writing
from gatehouse.domain.warrants.constraints.reading import read
from gatehouse_client.warrants import (
    Capability,
    Clearance,
    Constraint,
    Denied,
    Exact,
    GrantBuilder,
    Pattern,
    Range,
    SigningKey,
    Warrant,
    Wildcard,
)
from gatehouse_client.warrants.conditions import shown
from tests.unit.client_warrants.oracle import ALICE, BOB, CAROL, NOW, ROOT, is_chain_there
from tests.unit.client_warrants.pairs import PAIRS, Pair
from tests.warrant_strategies import narrowed as narrowed_pairs

Granting = Callable[[GrantBuilder], GrantBuilder]


def parent(**limits: int) -> Warrant:
    builder = (
        Warrant.mint_builder()
        .capability("deploy", cluster=Pattern("staging-*"), replicas=Range.max_value(15))
        .tool("status")
        .holder(ALICE.public_key)
        .clearance(Clearance.INTERNAL)
        .required_approvers([CAROL.public_key])
        .approval_gates({"deploy": {"cluster": Pattern("staging-db*")}})
        .session_id("session")
        .ttl(limits.pop("ttl", 3600))
    )
    if "max_depth" in limits:
        builder.max_depth(limits["max_depth"])
    return builder.mint(ROOT, now=NOW)


def deployed(**named: Constraint | bool) -> Granting:
    """Hand on `deploy`, with what is not named as narrow as can be."""
    usual: dict[str, Constraint | bool] = {
        "cluster": Exact("staging-a"),
        "replicas": Range.max_value(1),
    }
    return lambda builder: builder.capability("deploy", **(usual | named))


def narrowed(builder: GrantBuilder) -> GrantBuilder:
    return builder.capability(
        "deploy", cluster=Pattern("staging-web"), replicas=Range.max_value(10)
    )


def grant(how: Granting, above: Warrant | None = None) -> Warrant:
    builder = (above or parent()).grant_builder().holder(BOB.public_key)
    return how(builder).grant(ALICE, now=NOW + 1)


def test_a_child_has_what_it_was_given_and_keeps_what_limits_it() -> None:
    child = grant(lambda builder: narrowed(builder).ttl(300))

    assert child.tools == ["deploy"]
    assert child.expires_at == NOW + 301
    assert (child.depth, child.clearance, child.holder) == (1, 30, BOB.public_key)
    assert child.payload.approvers == {CAROL.public_key.to_bytes()}
    assert "deploy" in child.payload.gates
    assert child.payload.extensions["tenuo.session_id"] == b"session"
    assert child.payload.parent_hash == child.links[0].digest
    Authorizer([ROOT.public_key.to_bytes()]).verify_chain(child.stack, now=NOW + 1)


@pytest.mark.parametrize(
    ("how", "field"),
    [
        (deployed(cluster=Pattern("*")), "cluster"),
        (deployed(cluster=Exact("prod")), "cluster"),
        (deployed(replicas=Range.max_value(16)), "replicas"),
        (deployed(replicas=Wildcard()), "replicas"),
        (lambda b: b.capability("deploy", cluster=Exact("staging-a")), None),
        (deployed(more=Wildcard()), None),
        (deployed(_allow_unknown=True), None),
        (lambda b: b.capability("other"), None),
        (lambda b: b.capability("*"), None),
        (lambda b: b.tool("other"), None),
        (lambda b: b.tool("status").retain_tools(["deploy"]), None),
        (lambda b: b.tool("status").clearance(40), None),
        (lambda b: b.tool("status").max_depth(65), None),
        (lambda b: b.tool("status").min_approvals(2), None),
        (lambda b: b, None),
    ],
)
def test_a_child_that_would_gain_something_is_refused_with_the_reason(
    how: Granting, field: str | None
) -> None:
    with pytest.raises(Denied) as refused:
        grant(how)

    assert refused.value.field == field
    assert refused.value.hint


def test_only_the_holder_hands_on_and_only_as_deep_as_allowed() -> None:
    with pytest.raises(Denied, match="holder"):
        narrowed(parent().grant_builder()).grant(BOB, now=NOW)
    last = grant(lambda builder: narrowed(builder).terminal())

    assert last.is_terminal()
    with pytest.raises(Denied) as refused:
        last.grant_builder().inherit_all().grant(BOB, now=NOW + 2)
    assert refused.value.reason == "depth-exceeded"
    with pytest.raises(Denied):
        grant(narrowed, parent(max_depth=0))


def test_a_child_never_outlives_its_parent() -> None:
    assert grant(lambda builder: narrowed(builder).ttl(90_000)).expires_at == parent().expires_at
    assert grant(narrowed).expires_at == parent().expires_at


def test_inheriting_keeps_what_was_narrowed_and_drops_what_is_dropped() -> None:
    every = grant(lambda builder: builder.inherit_all())
    some = grant(lambda builder: narrowed(builder).inherit_all())
    rest = grant(lambda builder: builder.inherit_all().drop_tools(["deploy"]))
    one = grant(lambda builder: builder.inherit_all().retain_tool("deploy"))

    assert every.capabilities == parent().capabilities
    assert some.capabilities["deploy"].constraints["replicas"] == Range.max_value(10)
    assert rest.tools == ["status"]
    assert one.tools == ["deploy"]


def test_naming_a_tool_again_does_not_widen_it() -> None:
    child = grant(lambda builder: narrowed(builder).tools(["deploy", "status"]))

    assert child.capabilities["deploy"].constraints["cluster"] == Pattern("staging-web")


def test_gates_are_added_to_and_never_weakened() -> None:
    child = grant(lambda b: b.inherit_all().approval_gates({"deploy": {"replicas": None}}))
    whole = grant(lambda b: b.inherit_all().approval_gates({"deploy": None}))

    assert set(child.payload.gates["deploy"].arguments or ()) == {"cluster", "replicas"}
    assert whole.payload.gates["deploy"].arguments is None
    with pytest.raises(Denied, match="gate"):
        grant(lambda b: b.inherit_all().approval_gates({"deploy": {"cluster": Pattern("x")}}))


def issuer_of() -> Warrant:
    return (
        Warrant.mint_builder()
        .issuer()
        .issuable_tools(["read", "write"])
        .constraint_bound("path", Pattern("/data/*"))
        .max_issue_depth(3)
        .holder(ALICE.public_key)
        .mint(ROOT, now=NOW)
    )


def test_an_issuer_issues_within_its_bounds() -> None:
    issuer = issuer_of()
    issued = grant(lambda b: b.capability("read", path=Pattern("/data/a*")), issuer)
    bounded = grant(lambda b: b.tool("write"), issuer)

    assert issuer.tools == ["read", "write"]
    assert issued.allows("read", {"path": "/data/a1"}, now=NOW + 1)
    assert bounded.capabilities["write"].constraints == {"path": Pattern("/data/*")}
    for how in (
        lambda b: b.capability("read", path=Pattern("/*")),
        lambda b: b.capability("read"),
        lambda b: b.capability("delete", path=Pattern("/data/*")),
    ):
        with pytest.raises(Denied):
            grant(how, issuer)
    with pytest.raises(Denied, match="itself"):
        issuer.grant_builder().tool("read").grant(ALICE, now=NOW)


def test_an_issuer_hands_on_less_of_its_right_to_issue() -> None:
    below = grant(lambda b: b.issuable_tool("read"), issuer_of())
    dropped = grant(lambda b: b.drop_tools(["read"]), issuer_of())

    assert (below.tools, dropped.tools) == (["read"], ["write"])
    assert below.payload.issuing.max_depth == 3
    assert below.payload.issuing.bounds is not None
    with pytest.raises(Denied):
        grant(lambda b: b.issuable_tools(["delete"]), issuer_of())
    assert below.why_denied("read", {}, now=NOW).denied


@pytest.mark.parametrize(
    "mint",
    [
        lambda b: b,
        lambda b: b.tool("tenuo:admin"),
        lambda b: b.tool("t").ttl(0),
        lambda b: b.tool("t").ttl(90 * 86_400 + 1),
        lambda b: b.tool("t").max_depth(65),
        lambda b: b.tool("t").clearance(256),
        lambda b: b.tool("t").required_approvers([CAROL.public_key]).min_approvals(2),
        lambda b: b.tool("t").min_approvals(1),
        lambda b: b.tool("t").constraint_bound("x", Wildcard()),
        lambda b: b.issuer(),
        lambda b: b.tool("t").issuable_tools(["t"]),
        lambda b: b.tools([f"t{number}" for number in range(257)]),
    ],
)
def test_what_no_verifier_would_take_is_not_minted(mint: Callable[..., object]) -> None:
    builder = Warrant.mint_builder()
    mint(builder)

    with pytest.raises(Denied):
        builder.mint(ROOT, now=NOW)


@pytest.mark.parametrize(
    "made",
    [
        lambda: Pattern("a**"),
        lambda: Pattern("[a"),
        lambda: Range(float("nan")),
        *(
            lambda name=name: getattr(gatehouse_client.warrants, name)("?[")
            for name in ("Regex", "Cidr", "UrlPattern", "Cel", "Subpath")
        ),
    ],
)
def test_what_is_no_condition_cannot_be_made(made: Callable[[], Constraint]) -> None:
    with pytest.raises(Denied):
        made()


def test_bare_values_are_no_constraints() -> None:
    for made in (
        lambda: Capability("t", x="a"),  # type: ignore[arg-type]
        lambda: Warrant.mint_builder().capability("t", x=5),  # type: ignore[arg-type]
    ):
        with pytest.raises(TypeError, match="Exact"):
            made()


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.text)
def test_constraints_are_shown_and_compared_by_what_they_say(pair: Pair) -> None:
    read = Warrant.from_base64(
        Warrant.mint_builder().capability("t", x=pair.ours).mint(ROOT, now=NOW).to_base64()
    )
    again = read.capabilities["t"].constraints["x"]

    assert repr(again) == pair.text
    assert again == pair.ours
    assert len({again, pair.ours, Exact("something else")}) == 2
    assert again.satisfies(pair.good)
    assert Wildcard().covers(again)


@settings(max_examples=200, deadline=None, database=None, derandomize=True)
@given(narrowed_pairs())
def test_a_grant_is_refused_exactly_where_the_verifier_would(
    case: tuple[list[Any], list[Any]],
) -> None:
    try:
        above, below = (shown(read(wire)) for wire in case)
    except Denied:
        return
    root = Warrant.mint_builder().capability("t", x=above).mint(ROOT, now=NOW)
    again = Warrant.from_base64(root.to_base64()).capabilities["t"].constraints["x"]

    try:
        child = root.grant_builder().capability("t", x=below).grant(ROOT, now=NOW)
    except Denied:
        child = None

    assert child is None or is_chain_there(child)
    assert (again, repr(again)) == (above, repr(above))
    assert (child is not None) is above.covers(below)


def test_capabilities_are_shown_and_compared_by_what_they_say() -> None:
    named = Capability("t", x=Exact(1), _allow_unknown=True)

    assert repr(named) == "Capability('t', x=Exact(1), _allow_unknown=True)"
    assert len({named, Capability("t", x=Exact(1), _allow_unknown=True), Capability("t")}) == 2


def test_an_argument_may_be_named_like_a_parameter() -> None:
    warrant = (
        Warrant.mint_builder()
        .capability(Capability("t", tool=Exact("a"), constraints=Exact("b")))
        .mint(ROOT, now=NOW)
    )

    assert warrant.allows("t", {"tool": "a", "constraints": "b"}, now=NOW)


@settings(max_examples=30, deadline=None, database=None, derandomize=True)
@given(st.integers(1, 6), st.integers(1, 3600))
def test_chains_come_back_from_text_as_they_were(depth: int, ttl: int) -> None:
    warrant = Warrant.mint_builder().tool("t").ttl(ttl).mint(ROOT, now=NOW)
    for _ in range(depth):
        warrant = warrant.grant_builder().tool("t").grant(ROOT, now=NOW)

    again = Warrant.from_base64(warrant.to_base64())

    assert again == warrant == Warrant.from_bytes(warrant.stack)
    assert Warrant.from_chain(warrant.chain) == warrant
    assert pickle.loads(pickle.dumps(warrant)).id == warrant.id  # noqa: S301 - our own
    assert [part.depth for part in warrant.chain] == list(range(depth + 1))


@pytest.mark.parametrize("text", ["", "?", "é", "gwE", "AAAA", "gA"])
def test_text_that_is_no_warrant_is_refused(text: str) -> None:
    with pytest.raises(Denied):
        Warrant.from_base64(text)


def test_a_child_without_its_parents_and_a_changed_chain_are_refused() -> None:
    child = grant(narrowed)
    alone = writing.warrant_bytes(child.links[-1])
    changed = bytearray(child.stack)
    changed[-1] ^= 1

    with pytest.raises(Denied, match="parents"):
        Warrant.from_bytes(alone)
    with pytest.raises(Denied):
        Warrant.from_bytes(bytes(changed))
    assert Warrant.from_chain([parent().to_base64()]).depth == 0


def test_a_long_chain_goes_into_meta_and_not_into_a_header() -> None:
    warrant = Warrant.mint_builder().tool("t").mint(ROOT, now=NOW)
    for _ in range(40):
        warrant = warrant.grant_builder().tool("t").grant(ROOT, now=NOW)

    with pytest.raises(Denied, match="_meta"):
        warrant.headers(ROOT, "t", {}, timestamp=NOW)
    assert warrant.meta(ROOT, "t", {}, timestamp=NOW)["warrant"]


def test_another_key_neither_signs_nor_binds() -> None:
    warrant = parent()

    for attempt in (lambda: warrant.sign(BOB, "status", {}, NOW), lambda: warrant.bind(BOB)):
        with pytest.raises(Denied, match="holder"):
            attempt()


def test_a_bound_warrant_does_what_warrant_and_key_do() -> None:
    key = SigningKey.generate()
    warrant = Warrant.mint_builder().capability("t", x=Exact(1)).mint(key)
    bound = warrant.bind(key)

    assert bound.headers("t", {"x": 1}).keys() == {"X-Tenuo-Warrant", "X-Tenuo-PoP"}
    assert bound.sign("t", {"x": 1}, NOW) == warrant.sign(key, "t", {"x": 1}, NOW)
    assert bound.allows("t", {"x": 1})
    assert bound.why_denied("t", {"x": 2}).field == "x"
    assert bound.meta("t", {"x": 1}).keys() == {"warrant", "signature", "nonce", "nonce_sig"}
    assert bound.unbind() is warrant
