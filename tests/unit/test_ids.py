"""Identifiers read back as what they name, and nothing else does."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import ids
from gatehouse.domain.errors import NotFound


@given(st.from_regex(ids.TOOL_NAME, fullmatch=True))
def test_a_tools_id_gives_its_name_back(name: str) -> None:
    assert ids.tool_name(ids.tool_id(name)) == name


@given(st.from_regex(ids.KID, fullmatch=True))
def test_a_keys_id_gives_its_kid_back(kid: str) -> None:
    assert ids.assertion_kid(ids.assertion_key_id(kid)) == kid


@pytest.mark.parametrize(
    "noise",
    [
        "",
        "tool_",
        "crm",
        "key_Y3Jt",
        "tool_Y3Jt=",
        "tool_Y3Jt\n",
        "tool_Y3Ju/",
        "tool_Li4v",
        "tool_é",
    ],
)
def test_what_cannot_be_a_tool_is_not_found(noise: str) -> None:
    with pytest.raises(NotFound):
        ids.tool_name(noise)


def test_a_second_spelling_of_an_id_is_not_found() -> None:
    assert ids.tool_id("a") == "tool_YQ"
    with pytest.raises(NotFound):
        ids.tool_name("tool_YR")


@given(st.integers(0, 2**48 - 1), st.integers(0, 2**74 - 1))
def test_a_request_id_is_a_uuid_v7_that_tells_its_time(now_ms: int, random_bits: int) -> None:
    request_id = ids.request_id(now_ms, random_bits)
    parsed = uuid.UUID(request_id)
    assert (parsed.version, parsed.variant) == (7, uuid.RFC_4122)
    assert ids.request_time_ms(request_id) == now_ms


def test_request_ids_hold_all_their_random_bits() -> None:
    made = {ids.request_id(0, 1 << bit) for bit in range(74)}
    assert len(made) == 74


@pytest.mark.parametrize("noise", ["", "x", str(uuid.UUID(int=4, version=4)), "0" * 32])
def test_what_cannot_be_a_request_id_is_not_found(noise: str) -> None:
    with pytest.raises(NotFound):
        ids.request_time_ms(noise)
