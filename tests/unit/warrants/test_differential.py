"""Against the public package as oracle: never allow what it denies, and say why where we deny.

Each denial of ours that is not the package's falls under a rule of `STRICTER`, which
docs/warrants.md lists under the same names.
"""

import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st

from gatehouse.domain.warrants import Denied
from gatehouse.domain.warrants.constraints.base import covers
from gatehouse.domain.warrants.constraints.reading import read
from gatehouse.domain.warrants.effort import Effort
from tests.warrant_rules import STRICTER
from tests.warrant_strategies import ANY_VALUE, CONSTRAINTS, FLAT, judged, narrowed
from tests.warrant_worlds import World, worlds
from tests.warrants import (
    OPEN,
    PUBLIC,
    Minted,
    constrained,
    gates,
    ours,
    revocation_list,
    theirs,
)

NARROWED_LESS = {2, 9, 12, 13, 14, 15}
"""Types whose attenuation is stricter: Pattern, UrlPattern, All, Any, Not, Cel ("narrowing")."""

KNOWN = frozenset().union(*STRICTER.values())
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "")
"""`make fuzz` asks for many, and for other ones each time."""

QUIET = settings(
    max_examples=int(EXAMPLES or 400),
    deadline=None,
    database=None,
    derandomize=not EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


COUNTS: Counter[tuple[bool, bool]] = Counter()
"""How often we allowed, and the package did; printed when many examples are asked for."""


@pytest.fixture(autouse=True, scope="module")
def counted() -> Iterator[None]:
    yield
    if EXAMPLES:
        for (mine, its), count in sorted(COUNTS.items(), reverse=True):
            mine_says, its_says = ("allows" if each else "denies" for each in (mine, its))
            sys.stdout.write(f"{count:8} times ours {mine_says}, theirs {its_says}\n")


def is_excused(denied: Denied, parent: list[Any] | None = None) -> bool:
    if denied.hint in KNOWN:
        return True
    narrowing = denied.hint == "a child may only narrow a constraint"
    return narrowing and parent is not None and parent[0] in NARROWED_LESS


@QUIET
@given(judged())
def test_a_value_is_never_allowed_that_the_package_denies(case: tuple[list[Any], Any]) -> None:
    wire, value = case
    chain = Minted().to("alice", k3=constrained(wire))

    mine, its = ours(chain, "t", {"x": value}), theirs(chain, "t", {"x": value})

    if mine is None:
        assert its is None
    elif its is None:
        assert is_excused(mine), mine


@QUIET
@given(narrowed())
def test_a_child_is_never_accepted_that_the_package_refuses(
    case: tuple[list[Any], list[Any]],
) -> None:
    parent, child = case
    chain = Minted().to("alice", k3=constrained(parent)).to("bob", k3=constrained(child))

    mine, its = ours(chain), theirs(chain)

    if mine is None:
        assert its is None
    elif its is None:
        assert is_excused(mine, parent), mine


@QUIET
@given(narrowed(), st.lists(ANY_VALUE, min_size=1, max_size=4), st.data())
def test_no_accepted_child_admits_what_its_parent_does_not(
    case: tuple[list[Any], list[Any]], values: list[Any], data: st.DataObject
) -> None:
    try:
        parent, child = read(case[0]), read(case[1])
        assume(covers(parent, child, Effort()))
    except Denied:
        assume(condition=False)
    fitting = [given for wires, given in FLAT.values()]
    for value in [*values, data.draw(st.one_of(fitting))]:
        try:
            is_admitted = child.admits(value, Effort())
        except Denied:
            continue
        if is_admitted:
            assert parent.admits(value, Effort())


HOLDERS = st.sampled_from(["alice", "bob", "carol"])
GATE = st.sampled_from(
    [
        {"t": {"args": None}},
        {"t": {"args": {"x": "all"}}},
        {
            "t": {
                "args": {
                    "x": [
                        3,
                        {"min": 1.0, "max": None, "min_inclusive": True, "max_inclusive": True},
                    ]
                }
            }
        },
        {
            "t": {
                "args": {
                    "x": [
                        3,
                        {"min": 2.0, "max": None, "min_inclusive": True, "max_inclusive": True},
                    ]
                }
            }
        },
        {"t": {"args": {"x": {"exempt": [4, {"values": [1, 2]}]}}}},
        {"t": {"args": {"x": {"exempt": [4, {"values": [1]}]}}}},
        {"u": {"args": None}},
        {},
    ]
)
CAPABILITY = st.sampled_from(
    [
        {"constraints": {}},
        {"constraints": {"x": [16, None]}},
        {"constraints": {"x": [4, {"values": [1, 2]}]}},
        {"constraints": {"x": [4, {"values": [1]}]}},
        {"constraints": {"x": [4, {"values": [1]}]}, "allow_unknown": True},
        {"constraints": {"x": [16, None], "y": [16, None]}},
    ]
)
TOOLS = st.dictionaries(st.sampled_from(["t", "u", "*"]), CAPABILITY, min_size=0, max_size=2)
BOUNDS = st.sampled_from(
    [
        None,
        {"constraints": {"x": [4, {"values": [1, 2]}]}},
        {"constraints": {"x": [4, {"values": [1]}]}},
    ]
)
PAIR = [[1, PUBLIC["approver1"]], [1, PUBLIC["approver2"]]]
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "k3": TOOLS,
        "k7": st.sampled_from(
            [1_795_317_985, 1_795_317_986, 1_795_317_950, 1_795_321_586, 1_795_321_000]
        ),
        "k6": st.sampled_from([1_795_317_976, 1_795_317_980, 1_795_318_016, 1_795_318_017]),
        "k8": st.integers(0, 3),
        "k10": GATE.map(gates),
        "k15": st.sampled_from([[], PAIR[:1], PAIR[1:], PAIR, [*PAIR[:1], *PAIR[:1]]]),
        "k16": st.integers(0, 3),
        "k17": st.sampled_from([0, 10, 30]),
        "k18": st.integers(0, 2),
        "k9": st.just(list(b"x" * 32)),
    },
)
ISSUER = st.fixed_dictionaries(
    {"k2": st.just(1), "k3": st.just({}), "k11": st.sampled_from([["t"], ["t", "u"], ["u"], []])},
    optional={"k13": st.integers(0, 3), "k14": BOUNDS},
)


@st.composite
def chains(draw: st.DrawFn) -> Minted:
    """Return a chain of up to three warrants, with up to a few fields amiss."""
    chain = Minted()
    issuers = draw(st.integers(0, 2))
    for link in range(draw(st.integers(1, 3))):
        fields: dict[str, Any] = draw(ISSUER) if link < issuers else {"k3": draw(TOOLS) or OPEN}
        if draw(st.booleans()):
            amiss = draw(FIELDS)
            keep = draw(st.sets(st.sampled_from(sorted(amiss)), max_size=2)) if amiss else set()
            fields = {**fields, **{key: amiss[key] for key in keep}}
        chain = chain.to(draw(HOLDERS), **fields)
    return chain


@QUIET
@given(
    chains(),
    st.sampled_from(["t", "u"]),
    st.sampled_from([{}, {"x": 1}, {"x": 2}, {"x": 1, "y": 1}]),
)
def test_a_chain_never_allows_a_call_that_the_package_denies(
    chain: Minted, tool: str, arguments: dict[str, Any]
) -> None:
    for question in ((), (tool, arguments)):
        mine, its = ours(chain, *question), theirs(chain, *question)

        if mine is None:
            assert its is None
        elif its is None:
            assert is_excused(mine), mine


@QUIET
@given(worlds())
def test_no_question_is_answered_better_than_by_the_package(world: World) -> None:
    revoked = revocation_list(world.asked["revoked_ids"])
    asked = {**world.asked, "revoked": revoked}
    del asked["revoked_ids"]
    for question in ((), (world.tool, world.arguments)):
        mine, its = ours(world.chain, *question, **asked), theirs(world.chain, *question, **asked)
        note(f"ours: {mine}, theirs: {its}")

        if mine is None:
            assert its is None
        elif its is None:
            narrowing = mine.hint == "a child may only narrow a constraint"
            # The package reads gates when a tool is called.
            unread = mine.reason == "invalid-extension-value" and not question
            assert mine.hint in KNOWN or unread or (narrowing and NARROWED_LESS & world.types)
        COUNTS[(mine is None, its is None)] += 1


@QUIET
@given(CONSTRAINTS)
def test_a_constraint_is_written_as_it_was_read(wire: list[Any]) -> None:
    try:
        constraint = read(wire)
    except Denied:
        assume(condition=False)
    again = read([constraint.type_id, constraint.wire()])

    assert repr(again.wire()) == repr(constraint.wire())
