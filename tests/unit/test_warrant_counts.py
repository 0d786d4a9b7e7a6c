"""Counters of verdicts: each has one name, and no text of a caller's ever becomes one."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import warrant_counts as counts
from gatehouse.domain.warrant_counts import counter_of, meaning_of
from gatehouse.domain.warrant_policies import Decision, WarrantMode, WarrantVerdict
from gatehouse.domain.warrants.denied import REASONS

OWN = (counts.MISSING, counts.AMBIGUOUS, counts.MALFORMED, counts.REPLAYED)


def verdict(decision: Decision, reason: str | None) -> WarrantVerdict:
    return WarrantVerdict(mode=WarrantMode.AUDIT, decision=decision, reason=reason)


@pytest.mark.parametrize("decision", [Decision.WOULD_DENY, Decision.DENIED])
@pytest.mark.parametrize("reason", [*REASONS.values(), *OWN])
def test_a_counter_tells_what_it_counts(decision: Decision, reason: str) -> None:
    name = counter_of(verdict(decision, reason))
    assert re.fullmatch(r"w_[a-z0-9_]{3,60}", name)
    assert meaning_of(name) == (decision, reason)


def test_allowed_calls_have_one_counter() -> None:
    assert counter_of(verdict(Decision.ALLOWED, None)) == "w_allowed"
    assert meaning_of("w_allowed") == (Decision.ALLOWED, None)


def test_names_are_the_agreed_ones() -> None:
    assert counter_of(verdict(Decision.WOULD_DENY, "warrant-missing")) == (
        "w_would_deny_warrant_missing"
    )
    assert counter_of(verdict(Decision.DENIED, "proof-replayed")) == "w_denied_proof_replayed"


@given(st.none() | st.text())
def test_a_reason_from_outside_the_list_becomes_no_name(reason: str | None) -> None:
    found = counter_of(verdict(Decision.DENIED, reason))
    assert found == "w_denied_unlisted" or reason in {*REASONS.values(), *OWN}


@given(st.text() | st.sampled_from(["calls", "b1", "ttl", "w_", "w_denied", "w_denied_", "w_x_y"]))
def test_other_attributes_count_no_verdicts(name: str) -> None:
    assert meaning_of(name) is None
