"""Random whole questions: a chain, a call under it, and what the verifier is set up with.

Most of each is as it should be, so that many calls are allowed and each fault is met alone.
"""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from tests.warrant_strategies import CONSTRAINTS, FLAT, Wire
from tests.warrants import NOW, OPEN, PUBLIC, Minted, approval, gates

ARGUMENTS = ("x", "y")
LIFE = NOW + 3600
NUMBERS = st.sampled_from(
    [0, 1, 1.0, -0.0, 0.1, -1, 2**53, 2**53 + 1, 2.0**53, 2**63 - 1, -(2**63), 1e308, 5e-324]
)
TEXTS = st.text(max_size=4) | st.sampled_from(["", "é", "e\u0301", "\u212a", "\U0001f600", "\0"])
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=6,
)
HOLDERS = st.sampled_from(["alice", "bob", "carol", "dave"])
APPROVERS = ("approver1", "approver2")
OTHERS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{"u": OPEN["t"]}, {"u": {"constraints": {"x": [99, b"?"]}}}]
)
SOME_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "k6": st.sampled_from([NOW - 11, NOW + 29, NOW + 30, NOW + 31]),
    "k7": st.sampled_from([NOW - 31, NOW - 30, NOW, NOW + 1, LIFE - 1, LIFE + 1]),
    "k8": st.integers(0, 5),
    "k9": st.sampled_from([None, list(bytes(32))]),
    "k1": st.just(b"the same id once"),
    "k18": st.sampled_from([None, 0, 1, 2, 3]),
}


@dataclass(frozen=True)
class World:
    """One question to a verifier."""

    chain: Minted
    tool: str
    arguments: dict[str, Any]
    asked: dict[str, Any]
    types: set[int] = field(default_factory=set)
    """Of all constraints in the chain, nested ones too."""


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Return a question; its chain has up to a root and four children."""
    kinds = {name: draw(st.sampled_from(list(FLAT.values()))) for name in ARGUMENTS[: draw(LENGTH)]}
    wires = {name: draw(st.one_of(own, own, own, CONSTRAINTS)) for name, (own, _) in kinds.items()}
    arguments = {name: draw(st.one_of(fits, fits, JSON)) for name, (_, fits) in kinds.items()}
    chain, types = Minted(), set[int]()
    issuers = draw(st.sampled_from([0, 0, 0, 1, 2]))
    constant = draw(constants())
    for link in range(issuers + draw(st.integers(1, 5 - issuers))):
        if link:
            wires = {name: draw(child_of(wire, kinds[name])) for name, wire in wires.items()}
        types |= set().union(*map(types_in, wires.values()))
        chain = chain.to(draw(HOLDERS), **draw(warrant(wires, constant, is_issuer=link < issuers)))
    if draw(RARELY):
        arguments[draw(st.sampled_from(["x", "z"]))] = draw(JSON)
    tool = "u" if draw(RARELY) else "t"
    return World(chain, tool, arguments, draw(setting(chain, tool, arguments)), types)


LENGTH = st.integers(0, 2)
RARELY = st.integers(0, 7).map(lambda number: number == 0)


def types_in(wire: Wire) -> set[int]:
    """Return the types of a constraint and of those inside it."""
    inner = wire[1] if isinstance(wire[1], dict) else {}
    members = [*inner.get("constraints", ()), *([inner["constraint"]] if wire[0] == 14 else ())]
    return {wire[0]}.union(*map(types_in, members))


def child_of(wire: Wire, kind: tuple[Any, Any]) -> st.SearchStrategy[Wire]:
    """Return mostly the same constraint, else an exact value, another of its type or any."""
    own, fits = kind
    same = st.just(wire)
    exact = fits.map(lambda value: [1, {"value": value}])
    return st.one_of(same, same, same, same, exact, own, CONSTRAINTS)


@st.composite
def constants(draw: st.DrawFn) -> dict[str, Any]:
    """Return the fields that most warrants of one chain have alike."""
    fields: dict[str, Any] = {}
    if draw(st.booleans()):
        fields["k17"] = draw(st.sampled_from([0, 10, 30]))
    if draw(RARELY) or draw(RARELY):
        fields["k15"] = [[1, PUBLIC[name]] for name in APPROVERS[: draw(st.integers(1, 2))]]
        fields["k16"] = draw(st.sampled_from([None, 1, 2]))
        fields["k10"] = draw(gate())
    return {key: value for key, value in fields.items() if value is not None}


@st.composite
def gate(draw: st.DrawFn) -> dict[str, object]:
    """Return the extension with one tool's gate."""
    condition = st.one_of(CONSTRAINTS, CONSTRAINTS.map(lambda wire: {"exempt": wire}))
    named = st.dictionaries(st.sampled_from(ARGUMENTS), st.just("all") | condition, max_size=2)
    return gates({draw(st.sampled_from(["t", "t", "u", "*"])): {"args": draw(st.none() | named)}})


@st.composite
def warrant(
    draw: st.DrawFn, wires: dict[str, Wire], constant: dict[str, Any], *, is_issuer: bool
) -> dict[str, Any]:
    """Return one warrant's fields."""
    capability: dict[str, Any] = {"constraints": dict(sorted(wires.items()))}
    if draw(RARELY):
        capability["allow_unknown"] = True
    if is_issuer:
        fields: dict[str, Any] = {"k2": 1, "k3": {}, "k11": draw(ISSUABLE)}
        if draw(st.booleans()):
            fields["k14"] = capability
        if draw(RARELY):
            fields["k13"] = draw(st.integers(0, 3))
    else:
        name = "*" if draw(RARELY) else "t"
        fields = {"k3": {name: capability, **(draw(OTHERS) if draw(RARELY) else {})}}
    fields |= constant
    if draw(RARELY):
        changed = draw(constants())
        fields |= {key: changed.get(key) for key in draw(st.sets(st.sampled_from(CHANGING)))}
    if draw(RARELY):
        key = draw(st.sampled_from(sorted(SOME_FIELDS)))
        fields[key] = draw(SOME_FIELDS[key])
    return {key: value for key, value in fields.items() if value is not None or key == "k18"}


CHANGING = ("k10", "k15", "k16", "k17")
ISSUABLE = st.sampled_from([["t"], ["t"], ["t", "u"], ["*"], ["u"]])


@st.composite
def setting(draw: st.DrawFn, chain: Minted, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """Return approvals, required clearances and revoked ids."""
    by = draw(st.lists(st.sampled_from([*APPROVERS, *APPROVERS, "stranger"]), max_size=4))
    fields: dict[str, Any] = {}
    if draw(RARELY):
        fields["expires_at"] = draw(st.sampled_from([NOW - 31, NOW - 30, NOW + 1]))
    signed_for = {**arguments, "x": None} if draw(RARELY) else arguments
    ids = ["tnu_wrt_" + made[1].hex() for made in chain.payloads]
    return {
        "approvals": [approval(chain, tool, signed_for, name, **fields) for name in by],
        "clearances": draw(
            st.dictionaries(
                st.sampled_from(["t", "t*", "u", "*", "x*"]),
                st.sampled_from([0, 10, 30]),
                max_size=2,
            )
        )
        if draw(RARELY)
        else {},
        "revoked_ids": [draw(st.sampled_from([*ids, "tnu_wrt_00"]))] if draw(RARELY) else [],
    }
