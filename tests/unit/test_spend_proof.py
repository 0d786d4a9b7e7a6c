"""A proof makes one call; whoever repeats it hears of that one, or is denied."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.calls import Outcome
from gatehouse.domain.errors import Unavailable
from gatehouse.domain.repetitions import still_running
from gatehouse.domain.warrant_policies import Decision, WarrantMode
from gatehouse.ports.calls import DispatchUncertain
from gatehouse.usecases.call_tool import CalledTool
from gatehouse.usecases.check_warrant import Proof
from gatehouse.usecases.spend_proof import MARGIN_SECONDS, mark
from tests.fakes.credentials import MemoryMarks
from tests.fakes.dispatch import answered
from tests.samples import LOOKUP, PROJECT_ID, stored
from tests.warranted import Gate, presented
from tests.warrants import NOW

WINDOW = 30
ONCE = stored(replace(LOOKUP, deduplicate_seconds=30))
REPEATED = replace(answered(b"{}"), outcome=Outcome.REPEATED, repeated_of="r1")


class UnmarkableMarks(MemoryMarks):
    """Marks that cannot be made just now."""

    def claim(self, digest: str, *, expires_at: int, now: int) -> bool:
        """See `Marks.claim`."""
        del expires_at, now
        raise Unavailable(digest)


def reason(called: CalledTool) -> str | None:
    return called.warrant.reason if called.warrant else None


def test_a_proof_makes_one_call() -> None:
    gate = Gate()
    assert gate.call(presented()).outcome is Outcome.SUCCEEDED
    again = gate.call(presented())
    assert (again.outcome, reason(again)) == (Outcome.DENIED, "proof-replayed")
    assert gate.executed == 1
    [record] = gate.denied
    assert record.reason == "warrant:proof-replayed"
    assert record.warrant == again.warrant


def test_of_many_at_once_one_is_made() -> None:
    gate = Gate()
    with ThreadPoolExecutor(8) as callers:
        calls = [callers.submit(gate.call, presented()) for _ in range(24)]
        outcomes = [call.result().outcome for call in calls]
    assert sorted(outcomes) == [Outcome.DENIED] * 23 + [Outcome.SUCCEEDED]
    assert gate.executed == 1


@pytest.mark.parametrize("mode", [WarrantMode.AUDIT, WarrantMode.PERMISSIVE])
def test_a_lax_mode_makes_it_again_and_says_that_it_would_not(mode: WarrantMode) -> None:
    gate = Gate(mode)
    gate.call(presented())
    again = gate.call(presented())
    assert (again.outcome, reason(again)) == (Outcome.SUCCEEDED, "proof-replayed")
    assert gate.executed == 2
    told = gate.dispatcher.asked[-1].warrant
    assert told
    assert told.decision is Decision.WOULD_DENY
    assert told == again.warrant


def test_what_is_not_looked_at_is_not_spent() -> None:
    gate = Gate(WarrantMode.OFF)
    gate.call(presented())
    gate.mode = WarrantMode.ENFORCE
    assert gate.call(presented()).outcome is Outcome.SUCCEEDED


def test_a_mark_outlives_every_window_in_which_its_proof_holds() -> None:
    gate = Gate()
    gate.call(presented())
    ends = NOW // WINDOW * WINDOW + 3 * WINDOW
    [until] = gate.marks.until.values()
    assert until == ends + MARGIN_SECONDS
    for gate.now in (NOW + 1, ends - 1):
        assert reason(gate.call(presented())) == "proof-replayed"
    for gate.now in (ends, until - 1, until, until + 9):
        assert reason(gate.call(presented())) == "pop-signature-invalid"
    assert gate.executed == 1


def test_a_signed_nonce_tells_equal_calls_apart() -> None:
    gate = Gate()
    for nonce in (b"", b"a", b"b"):
        assert gate.call(presented(nonce=nonce)).outcome is Outcome.SUCCEEDED
    for nonce in (b"", b"a", b"b"):
        assert reason(gate.call(presented(nonce=nonce))) == "proof-replayed"
    assert gate.executed == 3


def test_a_nonce_that_a_thief_adds_does_not() -> None:
    gate = Gate()
    gate.call(presented(nonce=b"a"))
    stolen = replace(presented(nonce=b"a"), nonce=b"b")
    assert reason(gate.call(stolen)) == "pop-challenge-invalid"
    assert reason(gate.call(replace(stolen, nonce_signature=b""))) == "pop-challenge-invalid"
    assert gate.executed == 1


def test_a_tool_may_take_equal_calls() -> None:
    gate = Gate(tool=stored(LOOKUP, allow_equal_calls=True))
    for _ in range(3):
        assert gate.call(presented()).outcome is Outcome.SUCCEEDED
    assert gate.executed == 3
    assert not gate.marks.until


def test_whether_a_tool_calls_itself_idempotent_changes_nothing() -> None:
    gate = Gate(tool=stored(replace(LOOKUP, annotations={"idempotentHint": True})))
    gate.call(presented())
    assert reason(gate.call(presented())) == "proof-replayed"


# --- equal calls that are answered and not made ---------------------------------------------------


@pytest.mark.parametrize("mode", [WarrantMode.ENFORCE, WarrantMode.AUDIT])
@pytest.mark.parametrize("kept", [REPEATED, still_running("r1")])
def test_a_duplicate_that_is_answered_is_no_replay(mode: WarrantMode, kept: object) -> None:
    gate = Gate(mode, tool=ONCE)
    gate.call(presented())
    gate.dispatcher.kept = kept  # type: ignore[assignment]
    again = gate.call(presented())
    assert again.outcome is Outcome.REPEATED
    assert again.warrant
    assert again.warrant.decision is Decision.ALLOWED
    assert gate.executed == 1
    assert gate.dispatcher.asked[-1].only_repeat
    assert gate.denied == []


def test_without_anything_to_repeat_it_is_one() -> None:
    gate = Gate(tool=ONCE)
    gate.call(presented())
    assert reason(gate.call(presented())) == "proof-replayed"
    assert [invocation.only_repeat for invocation in gate.dispatcher.asked] == [False, True]


def test_a_tool_that_repeats_nothing_is_not_asked() -> None:
    gate = Gate()
    gate.call(presented())
    gate.call(presented())
    assert len(gate.dispatcher.asked) == 1


def test_no_answer_to_that_question_is_unavailability_for_nothing_was_made() -> None:
    gate = Gate(tool=ONCE)
    gate.call(presented())
    gate.dispatcher.raises = DispatchUncertain
    with pytest.raises(Unavailable):
        gate.call(presented())
    assert gate.denied == []


@pytest.mark.parametrize("mode", [WarrantMode.ENFORCE, WarrantMode.AUDIT])
def test_a_mark_that_cannot_be_made_is_unavailability(mode: WarrantMode) -> None:
    gate = Gate(mode, marks=UnmarkableMarks())
    with pytest.raises(Unavailable):
        gate.call(presented())
    assert gate.executed == 0


def test_the_record_of_an_uncertain_call_says_what_was_decided() -> None:
    gate = Gate(WarrantMode.AUDIT)
    gate.call(presented())
    gate.dispatcher.raises = DispatchUncertain
    called = gate.call(presented())
    assert called.outcome is Outcome.UNKNOWN
    [record] = gate.denied
    assert record.warrant == called.warrant
    assert reason(called) == "proof-replayed"


# --- what a spent proof is remembered by ----------------------------------------------------------


def test_the_mark_is_the_documented_one() -> None:
    proof = Proof(digest=bytes(range(32)), nonce=b"nonce", ends_at=0)
    assert mark(PROJECT_ID, proof) == VECTOR
    assert mark(PROJECT_ID, replace(proof, ends_at=9)) == VECTOR


VECTOR = "dd0cd72f7656a09cb96c076e055f67c34b181211f1f98265407f139b7a92e453"
PARTS = st.tuples(st.text(max_size=4), st.binary(max_size=4), st.binary(max_size=4))


@given(PARTS, PARTS)
def test_a_mark_is_of_one_project_proof_and_nonce(
    one: tuple[str, bytes, bytes], other: tuple[str, bytes, bytes]
) -> None:
    marks = [
        mark(project, Proof(digest=digest, nonce=nonce, ends_at=0))
        for project, digest, nonce in (one, other)
    ]
    assert (marks[0] == marks[1]) == (one == other)
