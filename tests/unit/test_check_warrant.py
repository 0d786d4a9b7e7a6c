"""What becomes of a call on account of its warrants, in each mode."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatehouse.domain.calls import CallRecord, Outcome
from gatehouse.domain.errors import NotFound, Unavailable
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.tool_results import Text, ToolResult
from gatehouse.domain.warrant_policies import (
    Carried,
    Decision,
    PresentedWarrant,
    UnusableCarrier,
    WarrantMode,
    WarrantPolicy,
    WarrantStanding,
    WarrantVerdict,
)
from gatehouse.domain.warrants import Authorizer, Denied
from gatehouse.usecases.call_tool import CalledTool
from tests.fakes.calls import MemoryCallRecords
from tests.samples import INTEGRATION_ID, LOOKUP, stored
from tests.warranted import (
    ARGUMENTS,
    CHAIN,
    ROOT,
    TOOLS,
    Gate,
    names,
    nonce_signature,
    presented,
    standing,
)
from tests.warrants import NOW, PUBLIC, Minted, proof

OFF, AUDIT, PERMISSIVE, ENFORCE = WarrantMode
LOOKING = [AUDIT, PERMISSIVE, ENFORCE]
LAX = [AUDIT, PERMISSIVE]


class Unwritable(MemoryCallRecords):
    """Records that cannot be written just now."""

    def write(self, record: CallRecord) -> None:
        """See `CallRecords.write`."""
        raise Unavailable(record.request_id)


@dataclass
class Case:
    """A call that its warrants do not allow, and the rule that says so."""

    carried: Carried
    reason: str
    arguments: JsonObject
    holds: WarrantStanding
    code: int | None = None
    field: str | None = None


def case(
    carried: Carried,
    reason: str,
    code: int | None = None,
    *,
    arguments: JsonObject = ARGUMENTS,
    holds: WarrantStanding | None = None,
    field: str | None = None,
) -> Case:
    return Case(carried, reason, arguments, holds or standing(), code, field)


GOOD = presented()
OTHER: JsonObject = {"contact_id": "c2"}
EXPIRED = Minted().to("alice", k3=TOOLS, k6=NOW - 900, k7=NOW - 60)
TWO = CHAIN.to("bob", k3=TOOLS)
CASES = {
    "missing": case(None, "warrant-missing", holds=WarrantStanding()),
    "ambiguous": case(UnusableCarrier(reason="carrier-ambiguous", hint="x"), "carrier-ambiguous"),
    "malformed": case(UnusableCarrier(reason="carrier-malformed", hint="x"), "carrier-malformed"),
    "no stack": case(replace(GOOD, stack=b"\xff"), "malformed-cbor", 1202, holds=WarrantStanding()),
    "violated": case(
        presented(arguments=OTHER),
        "constraint-violation",
        1501,
        arguments=OTHER,
        field="contact_id",
    ),
    "expired": case(presented(EXPIRED), "warrant-expired", 1300, holds=standing(EXPIRED)),
    "revoked": case(GOOD, "warrant-revoked", 1800, holds=standing(revoked=frozenset(names(CHAIN)))),
    "ancestor revoked": case(
        presented(TWO),
        "warrant-revoked",
        1800,
        holds=standing(TWO, revoked=frozenset(names(TWO)[:1])),
    ),
    "untrusted": case(GOOD, "untrusted-root", 1406, holds=standing(root=None)),
    "trusted elsewhere": case(
        GOOD,
        "untrusted-root",
        1406,
        holds=standing(root=replace(ROOT, integration_ids=("Another1",))),
    ),
    "another root": case(
        GOOD,
        "untrusted-root",
        1406,
        holds=standing(root=replace(ROOT, public_key=PUBLIC["stranger"])),
    ),
    "no proof": case(replace(GOOD, proof=b""), "pop-signature-invalid", 1600),
    "another's proof": case(
        replace(GOOD, proof=proof(CHAIN, LOOKUP.name, ARGUMENTS, by="stranger")),
        "pop-signature-invalid",
        1600,
    ),
    "other arguments": case(GOOD, "pop-signature-invalid", 1600, arguments=OTHER),
    "unsigned nonce": case(replace(GOOD, nonce=b"n"), "pop-challenge-invalid", 1602),
    "another's nonce": case(
        replace(
            GOOD,
            nonce=b"n",
            nonce_signature=nonce_signature(CHAIN, GOOD.proof, b"n", by="stranger"),
        ),
        "pop-challenge-invalid",
        1602,
    ),
    "nonce of an ancestor's holder": case(
        replace(
            presented(TWO),
            nonce=b"n",
            nonce_signature=nonce_signature(TWO, presented(TWO).proof, b"n", by="alice"),
        ),
        "pop-challenge-invalid",
        1602,
        holds=standing(TWO),
    ),
    "nonce of another proof": case(
        replace(GOOD, nonce=b"n", nonce_signature=nonce_signature(CHAIN, b"p" * 64, b"n")),
        "pop-challenge-invalid",
        1602,
    ),
}
BROKEN = pytest.mark.parametrize("broken", CASES.values(), ids=CASES)


def verdict(called: CalledTool) -> WarrantVerdict:
    assert called.warrant
    return replace(called.warrant, evidence=None)


def said(called: CalledTool) -> str:
    assert isinstance(called.result, ToolResult)
    [block] = called.result.content
    assert isinstance(block, Text)
    return block.text


@BROKEN
def test_off_looks_at_nothing(broken: Case) -> None:
    gate = Gate(OFF)
    called = gate.call(broken.carried, broken.arguments, broken.holds)
    assert (called.outcome, called.warrant) == (Outcome.SUCCEEDED, None)
    assert [invocation.warrant for invocation in gate.dispatcher.asked] == [None]
    assert not gate.marks.until


@BROKEN
@pytest.mark.parametrize("mode", LAX)
def test_a_lax_mode_makes_the_call_and_says_what_would_be_denied(
    mode: WarrantMode, broken: Case
) -> None:
    gate = Gate(mode)
    called = gate.call(broken.carried, broken.arguments, broken.holds)
    assert called.outcome is Outcome.SUCCEEDED
    [invocation] = gate.dispatcher.asked
    assert invocation.warrant == called.warrant
    found = verdict(called)
    assert (found.mode, found.decision) == (mode, Decision.WOULD_DENY)
    assert (found.reason, found.code, found.field) == (broken.reason, broken.code, broken.field)
    assert not gate.marks.until


@BROKEN
def test_enforce_denies_says_why_and_records_it(broken: Case) -> None:
    gate = Gate(ENFORCE)
    called = gate.call(broken.carried, broken.arguments, broken.holds)
    assert gate.dispatcher.asked == []
    assert called.outcome is Outcome.DENIED
    assert isinstance(called.result, ToolResult)
    assert called.result.is_error
    assert broken.reason in said(called)
    [record] = gate.denied
    assert (record.outcome, record.reason) == (Outcome.DENIED, f"warrant:{broken.reason}")
    assert record.warrant == called.warrant
    found = verdict(called)
    assert (found.mode, found.decision) == (ENFORCE, Decision.DENIED)
    assert (found.reason, found.code, found.field) == (broken.reason, broken.code, broken.field)
    assert found.warrant_id == (broken.holds.ids[-1] if broken.holds.ids else None)
    assert not gate.marks.until  # what is denied spends nothing


@pytest.mark.parametrize("mode", LOOKING)
def test_a_call_that_its_warrant_allows_is_made_and_says_so(mode: WarrantMode) -> None:
    gate = Gate(mode)
    called = gate.call(presented(TWO), holds=standing(TWO))
    assert called.outcome is Outcome.SUCCEEDED
    assert gate.executed == 1
    allowed = WarrantVerdict(mode=mode, decision=Decision.ALLOWED, warrant_id=names(TWO)[1])
    assert verdict(called) == allowed


@pytest.mark.parametrize("mode", LOOKING)
def test_a_warrant_is_not_needed_where_the_project_says_so(mode: WarrantMode) -> None:
    gate = Gate(mode, WarrantPolicy(require_warrant=False))
    called = gate.call(None, holds=WarrantStanding())
    assert (called.outcome, called.warrant) == (Outcome.SUCCEEDED, None)


def test_one_that_comes_all_the_same_is_held_to_the_rules() -> None:
    gate = Gate(ENFORCE, WarrantPolicy(require_warrant=False))
    assert gate.call(GOOD, holds=standing(root=None)).outcome is Outcome.DENIED


@pytest.mark.parametrize("of_project", WarrantMode)
@pytest.mark.parametrize("of_tool", [None, *WarrantMode])
def test_a_tool_can_only_be_stricter(of_project: WarrantMode, of_tool: WarrantMode | None) -> None:
    gate = Gate(of_project, tool=stored(LOOKUP, warrant_mode=of_tool))
    called = gate.call(None, holds=WarrantStanding())
    strictest = max(of_project, of_tool or OFF, key=list(WarrantMode).index)
    assert (called.outcome is Outcome.DENIED) == (strictest is ENFORCE)
    assert (called.warrant.mode if called.warrant else OFF) == strictest


def test_a_root_counts_for_the_integrations_that_it_names() -> None:
    root = replace(ROOT, integration_ids=("Another1", INTEGRATION_ID))
    assert Gate().call(GOOD, holds=standing(root=root)).outcome is Outcome.SUCCEEDED


@pytest.mark.parametrize(("level", "outcome"), [
    (None, Outcome.DENIED), (19, Outcome.DENIED), (20, Outcome.SUCCEEDED), (50, Outcome.SUCCEEDED),
])  # fmt: skip
def test_a_tool_asks_for_clearance(level: int | None, outcome: Outcome) -> None:
    gate = Gate(ENFORCE, WarrantPolicy(clearances={"crm-*": 20}))
    cleared = Minted().to("alice", k3=TOOLS, k17=level)
    called = gate.call(presented(cleared), holds=standing(cleared))
    assert called.outcome is outcome
    if outcome is Outcome.DENIED:
        assert verdict(called).reason == "tool-not-authorized"


# --- a warrant widens nothing, and comes after what the tool asks ---------------------------------


@pytest.mark.parametrize("carried", [GOOD, None])
def test_a_warrant_opens_no_tool_that_is_not_there(carried: Carried) -> None:
    gate = Gate(tool=stored(LOOKUP, is_enabled=False))
    with pytest.raises(NotFound):
        gate.call(carried)
    assert [record.warrant for record in gate.denied] == [None]


def test_a_warrant_makes_no_member_of_an_api_key() -> None:
    gate = Gate(tool=stored(replace(LOOKUP, require_member=True)))
    called = gate.call(GOOD)
    assert said(called) == "Member context required"
    assert called.warrant is None


def test_who_has_no_warrant_learns_nothing_of_the_schema() -> None:
    called = Gate().call(None, {"wrong": 1}, WarrantStanding())
    assert "wrong" not in said(called)
    assert verdict(called).reason == "warrant-missing"


@pytest.mark.parametrize("mode", LOOKING)
def test_arguments_that_do_not_fit_spend_no_proof_and_are_recorded_with_the_verdict(
    mode: WarrantMode,
) -> None:
    gate = Gate(mode)
    wrong: JsonObject = {"contact_id": "c1", "fields": 1}
    chain = Minted().to("alice", k3={LOOKUP.name: {"constraints": {}}})
    gate.call(presented(chain, wrong), wrong, standing(chain))
    [record] = gate.denied
    assert record.reason == "invalid_arguments"
    assert record.warrant
    assert record.warrant.decision is Decision.ALLOWED
    assert not gate.marks.until


def test_whole_floats_are_judged_as_integers_except_where_headers_signed_them_as_floats() -> None:
    tool = stored(replace(LOOKUP, input_schema={"type": "object"}))
    chain = Minted().to("alice", k3={LOOKUP.name: {"constraints": {}}})
    floats: JsonObject = {"n": 5.0}
    as_float, as_integer = presented(chain, floats), presented(chain, {"n": 5})

    def outcome(carried: PresentedWarrant) -> Outcome:
        return Gate(tool=tool).call(carried, floats, standing(chain)).outcome

    assert outcome(as_integer) is Outcome.SUCCEEDED
    assert outcome(as_float) is Outcome.DENIED
    assert outcome(replace(as_float, is_in_headers=True)) is Outcome.SUCCEEDED
    assert outcome(replace(as_integer, is_in_headers=True)) is Outcome.SUCCEEDED


def test_a_record_that_cannot_be_written_is_unavailability() -> None:
    gate = Gate(records=Unwritable())
    with pytest.raises(Unavailable):
        gate.call(None)


# --- whatever comes -------------------------------------------------------------------------------

PARTS = st.sampled_from([GOOD.stack, TWO.stack, EXPIRED.stack, b"", b"\x80"]) | st.binary()
PROOFS = st.sampled_from([GOOD.proof, presented(TWO).proof, b""]) | st.binary(max_size=70)
CARRIED = st.none() | st.builds(
    PresentedWarrant,
    stack=PARTS,
    proof=PROOFS,
    approvals=st.lists(st.binary(max_size=9), max_size=2).map(tuple),
    is_in_headers=st.booleans(),
)
HOLDS = st.builds(
    WarrantStanding,
    root=st.sampled_from([ROOT, None, replace(ROOT, integration_ids=("Another1",))]),
    ids=st.just(names(TWO)),
    revoked=st.sampled_from([frozenset[str](), frozenset(names(TWO)[1:])]),
)
MADE_WITH: list[Callable[[], Gate]] = [
    Gate,
    lambda: Gate(tool=stored(LOOKUP, allow_equal_calls=True)),
    lambda: Gate(tool=stored(replace(LOOKUP, deduplicate_seconds=30))),
]


def is_allowed(carried: Carried, holds: WarrantStanding, arguments: JsonObject) -> bool:
    """Ask the verifier itself."""
    if not isinstance(carried, PresentedWarrant):
        return False
    trusted = holds.root is not None and holds.root.is_trusted_by(INTEGRATION_ID)
    try:
        allowed = Authorizer([PUBLIC["root"]] if trusted else []).check(
            carried.stack, LOOKUP.name, arguments, carried.proof, now=NOW
        )
    except Denied:
        return False
    return not holds.revoked & set(allowed.chain.ids)


@settings(deadline=None)  # of one chain the first verification takes longer
@given(st.sampled_from(MADE_WITH), CARRIED, HOLDS, st.sampled_from([ARGUMENTS, OTHER]))
def test_enforce_makes_what_the_verifier_allows_and_nothing_else(
    made_with: Callable[[], Gate], carried: Carried, holds: WarrantStanding, arguments: JsonObject
) -> None:
    gate = made_with()
    gate.call(carried, arguments, holds)
    assert gate.executed == is_allowed(carried, holds, arguments)


@settings(deadline=None)
@given(
    st.sampled_from(MADE_WITH),
    st.sampled_from([OFF, AUDIT, PERMISSIVE]),
    CARRIED,
    HOLDS,
    st.sampled_from([ARGUMENTS, OTHER]),
)
def test_no_other_mode_changes_whether_a_call_is_made(
    made_with: Callable[[], Gate],
    mode: WarrantMode,
    carried: Carried,
    holds: WarrantStanding,
    arguments: JsonObject,
) -> None:
    gate = made_with()
    gate.mode = mode
    for _ in range(2):
        assert gate.call(carried, arguments, holds).outcome is Outcome.SUCCEEDED
    assert gate.executed == 2
