"""What a client carries between two rounds of one call, and what it can do with it: nothing."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.caller import Caller
from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.input_requests import InputRequest
from gatehouse.domain.members import MemberIdentity
from gatehouse.domain.request_state import (
    LIFETIME_SECONDS,
    MAX_LENGTH,
    Asked,
    InvalidRequestState,
    Round,
)
from tests.samples import ADA, INTEGRATION, NOW, PROJECT

MEMBER = Caller(project=PROJECT, integration=INTEGRATION, member=ADA)
CALL: dict[str, Any] = {
    "method": "tools/call",
    "name": "book",
    "digest": "d1",
    "arguments": {"seat": 1, "name": "Ada"},
}
HERE = Round.of(MEMBER, **CALL)
NONCE = b"n" * 12
ASKED = Asked(
    requests={
        "name": InputRequest(method="elicitation/create", params={"message": "Who?"}),
        "roots": InputRequest(method="roots/list", params={}),
    },
    state={"seat": [1, None, "é"]},
)
TOKEN = HERE.write(ASKED, nonce=NONCE, now=NOW)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), inner)
    ),
    max_leaves=6,
)


def other_caller(**changes: Any) -> Round:
    return Round.of(replace(MEMBER, **changes), **CALL)


OTHER_CALLS = {
    "project": other_caller(project=replace(PROJECT, id="Proj0002")),
    "pepper": other_caller(project=replace(PROJECT, pepper=b"q" * 32)),
    "integration": other_caller(integration=replace(INTEGRATION, id="Integ002")),
    "member": other_caller(member=MemberIdentity(external_id="eve", email=None, roles=())),
    "no member": other_caller(member=None),
    "a member called -": other_caller(member=MemberIdentity(external_id="-", email=None, roles=())),
    "method": Round.of(MEMBER, **{**CALL, "method": "prompts/get"}),
    "tool": Round.of(MEMBER, **{**CALL, "name": "cancel"}),
    "definition": Round.of(MEMBER, **{**CALL, "digest": "d2"}),
    "arguments": Round.of(MEMBER, **{**CALL, "arguments": {"seat": 2, "name": "Ada"}}),
    "no arguments": Round.of(MEMBER, **{**CALL, "arguments": {}}),
}


def test_the_same_call_finds_what_was_asked() -> None:
    assert HERE.read(TOKEN, now=NOW) == ASKED
    assert list(HERE.read(TOKEN, now=NOW).requests) == ["name", "roots"]


def test_arguments_are_the_same_whatever_their_order_and_spelling() -> None:
    spelled = Round.of(MEMBER, **{**CALL, "arguments": {"name": "Ada", "seat": 1.0}})
    assert spelled.read(TOKEN, now=NOW) == ASKED


@pytest.mark.parametrize("there", OTHER_CALLS.values(), ids=OTHER_CALLS.keys())
def test_a_token_of_another_call_is_refused(there: Round) -> None:
    with pytest.raises(InvalidRequestState):
        there.read(TOKEN, now=NOW)
    assert there.read(there.write(ASKED, nonce=NONCE, now=NOW), now=NOW) == ASKED


def test_a_token_ends_after_ten_minutes() -> None:
    assert LIFETIME_SECONDS == 600
    assert HERE.read(TOKEN, now=NOW + LIFETIME_SECONDS - 1) == ASKED
    for late in (LIFETIME_SECONDS, LIFETIME_SECONDS + 1, 10**9):
        with pytest.raises(InvalidRequestState):
            HERE.read(TOKEN, now=NOW + late)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "AAAA",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN + "=",
        TOKEN + "-TAMPERED",
        "\n" + TOKEN,
        TOKEN[:20] + "." + TOKEN[20:],
        TOKEN.swapcase(),
        "é" * 40,
        "\ud800" * 40,
        "A" * (MAX_LENGTH + 1),
    ],
)
def test_a_forged_token_is_refused(token: str) -> None:
    with pytest.raises(InvalidRequestState):
        HERE.read(token, now=NOW)


def test_every_character_of_a_token_counts() -> None:
    for at, character in enumerate(TOKEN):
        forged = TOKEN[:at] + ("A" if character != "A" else "B") + TOKEN[at + 1 :]
        with pytest.raises(InvalidRequestState):
            HERE.read(forged, now=NOW)


@given(st.text(max_size=60))
def test_no_text_opens(text: str) -> None:
    with pytest.raises(InvalidRequestState):
        HERE.read(text, now=NOW)


@given(
    asked=st.builds(
        Asked,
        requests=st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
            st.builds(
                InputRequest,
                method=st.sampled_from(["elicitation/create", "roots/list"]),
                params=st.dictionaries(st.sampled_from(["message", "mode"]), values),
            ),
        ),
        state=values,
    ),
    nonce=st.binary(min_size=12, max_size=12),
    wait=st.integers(0, 2 * LIFETIME_SECONDS),
    there=st.sampled_from([HERE, *OTHER_CALLS.values()]),
)
def test_a_token_opens_in_its_call_and_its_time_and_never_else(
    asked: Asked, nonce: bytes, wait: int, there: Round
) -> None:
    token = HERE.write(asked, nonce=nonce, now=NOW)
    if there is HERE and wait < LIFETIME_SECONDS:
        assert there.read(token, now=NOW + wait) == asked
    else:
        with pytest.raises(InvalidRequestState):
            there.read(token, now=NOW + wait)


def test_a_token_shows_nothing_of_what_it_holds() -> None:
    one = HERE.write(ASKED, nonce=NONCE, now=NOW)
    assert "seat" not in one
    assert repr(HERE.key) not in repr(HERE)


def test_all_refusals_read_the_same_and_are_the_callers_mistake() -> None:
    assert issubclass(InvalidRequestState, InvalidRequest)
    assert str(InvalidRequestState()) == (
        "The requestState is not valid for this request, or no longer"
    )
