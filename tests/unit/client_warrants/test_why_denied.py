"""Why a call would be denied, and what would pass: named, nearest first, and without its values."""

from typing import Any

import pytest
from hypothesis import given, settings

from gatehouse.domain.warrants.constraints.reading import read
from gatehouse.domain.warrants.denied import Denied
from gatehouse_client.warrants import (
    All,
    Cidr,
    Constraint,
    Contains,
    Exact,
    Not,
    OneOf,
    Pattern,
    Range,
    Regex,
    Shlex,
    Subset,
    UrlSafe,
    Warrant,
    WhyDenied,
)
from gatehouse_client.warrants import (
    Any as AnyOf,
)
from gatehouse_client.warrants.nearest import near, passes
from tests.unit.client_warrants.oracle import BOB, NOW, ROOT
from tests.unit.client_warrants.pairs import PAIRS, Pair
from tests.warrant_strategies import ANY_VALUE, CONSTRAINTS

SECRET = "hunter2-tr0ub4dor"


def asked(constraint: Constraint, value: object, **others: object) -> WhyDenied:
    warrant = Warrant.mint_builder().capability("t", x=constraint).mint(ROOT, now=NOW)
    return warrant.why_denied("t", {"x": value, **others}, now=NOW)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.text)
def test_each_constraint_names_itself_and_the_nearest_that_passes(pair: Pair) -> None:
    why = asked(pair.ours, pair.bad)

    if pair.bad is pair.good:
        assert not why
        return
    assert why.denied
    assert (why.code, why.reason, why.field) == (1501, "constraint-violation", "x")
    assert why.constraint == pair.ours
    assert why.nearest == pair.nearest
    assert pair.text in str(why)
    assert "'x'" in why.suggestion
    assert not asked(pair.ours, pair.good)


@pytest.mark.parametrize(
    ("constraint", "value", "nearest"),
    [
        (Range.max_value(15), 40, 15),
        (Range.max_value(15), 15.5, 15),
        (Range.max_value(15), "40", 15),
        (Range.max_value(15), float("nan"), 15),
        (Range(min=1, max=5, min_inclusive=False), 0, 2),
        (Range(min=1, max=5, max_inclusive=False), 9, 4),
        (Range.between(0.2, 0.4), 7, 0.4),
        (Range.min_value(2.5), 1, 3),
        (Range(5, 1), 3, None),
        (Range(), "1", 0),
        (OneOf(["staging", "production", "test"]), "prod", "production"),
        (OneOf([1, 10, 100]), 12, 10),
        (OneOf([1, "1"]), True, 1),
        (OneOf([]), 1, None),
        (Exact({"a": [1]}), {}, {"a": [1]}),
        (Contains(["a", "b"]), ["a"], ["a", "b"]),
        (Subset(["a", "b"]), ["b", SECRET], ["b"]),
        (Subset(["a"]), SECRET, []),
        (Shlex(["git", "ls"]), "lss -l", "ls"),
        (All([Pattern("st-*"), Exact("st-a")]), "x", "st-a"),
        (AnyOf([Range.max_value(5), Range.between(90, 99)]), 80, 5),
        (Not(Exact("a")), "a", None),
        (Cidr("10.0.0.0/8"), "x", "10.0.0.0/8"),
        (Regex("^a"), "b", "^a"),
    ],
)
def test_the_nearest_is_what_a_caller_would_try_next(
    constraint: Constraint, value: object, nearest: object
) -> None:
    why = asked(constraint, value)

    assert why.denied
    assert why.nearest == nearest
    assert type(why.nearest) is type(nearest)


def test_listed_values_come_nearest_first() -> None:
    why = asked(OneOf(["blue", "green", "grey"]), "gren")

    assert why.choices == ("green", "grey", "blue")
    assert "'green', 'grey', 'blue'" in str(why)
    assert asked(UrlSafe(allow_domains=["a.com", "b.com"]), "https://b.org/").choices == (
        "b.com",
        "a.com",
    )
    assert asked(AnyOf([OneOf([1]), Exact(2)]), 3).choices == (2, 1) or asked(
        AnyOf([OneOf([1]), Exact(2)]), 3
    ).choices == (1, 2)


def test_tools_and_arguments_are_named_too() -> None:
    warrant = (
        Warrant.mint_builder()
        .capability("deploy", cluster=Pattern("a*"), replicas=Range.max_value(3))
        .tool("status")
        .mint(ROOT, now=NOW)
    )

    tool = warrant.why_denied("deploi", {}, now=NOW)
    missing = warrant.why_denied("deploy", {"cluster": "ab"}, now=NOW)
    strange = warrant.why_denied("deploy", {"cluster": "ab", "replicas": 1, "clusters": 1}, now=NOW)

    assert (tool.reason, tool.choices) == ("tool-not-authorized", ("deploy", "status"))
    assert (missing.field, missing.nearest) == ("replicas", 3)
    assert (strange.field, strange.choices[0]) == ("clusters", "cluster")


def test_time_counts_and_proof_and_approval_do_not() -> None:
    warrant = (
        Warrant.mint_builder()
        .tool("t")
        .ttl(60)
        .required_approvers([BOB.public_key])
        .approval_gates({"t": None})
        .mint(ROOT, now=NOW)
    )

    assert warrant.why_denied("t", {}, now=NOW + 60).reason == "warrant-expired"
    assert not warrant.allows("t", {}, now=NOW + 60)
    allowed = warrant.why_denied("t", {}, now=NOW + 59)
    assert not allowed
    assert "approv" in allowed.suggestion
    assert warrant.allows("t", {}, now=NOW + 59)


def test_values_that_warrants_do_not_know_are_named_by_their_argument() -> None:
    warrant = Warrant.mint_builder().tool("t").mint(ROOT, now=NOW)

    why = warrant.why_denied("t", {"a": 1, "b": object()}, now=NOW)

    assert (why.denied, why.field) == (True, "b")
    assert warrant.why_denied("tenuo:x", {}, now=NOW).denied


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.text)
def test_no_answer_repeats_a_value_of_the_call(pair: Pair) -> None:
    for value in (SECRET, [SECRET], {SECRET: SECRET}, f"https://{SECRET}.com/", f"/x/{SECRET}"):
        why = asked(pair.ours, value, y=SECRET)
        told = repr(why) + repr([getattr(why, name) for name in why._fields])
        assert SECRET not in told


TEXT_TYPES = {2, 5, 8, 9, 15, 17}
"""For these the text of the condition is named, and not a value."""


@settings(max_examples=300, deadline=None, database=None, derandomize=True)
@given(CONSTRAINTS, ANY_VALUE)
def test_a_nearest_value_passes(wire: list[Any], value: Any) -> None:
    try:
        rule = read(wire)
    except Denied:
        return
    if passes(rule, value):
        return

    found = near(rule, value)

    if found.nearest is None or rule.type_id in TEXT_TYPES | {12, 13}:
        return
    assert passes(rule, found.nearest)
