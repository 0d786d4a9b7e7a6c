"""How members are spelled in headers, and read back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse_client import MalformedRequest
from gatehouse_client.members import decoded_roles, decoded_text
from scripts.make_signature_vectors import header_text, member_headers

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(TEXTS)
def test_whatever_is_sent_is_read_back(text: str) -> None:
    assert decoded_text(header_text(text)) == text


@given(st.lists(TEXTS))
def test_roles_are_read_back(roles: list[str]) -> None:
    assert decoded_roles(member_headers({"roles": roles})["X-Tengine-Member-Roles"]) == tuple(roles)


@pytest.mark.parametrize(
    "value",
    ["", "%", "%4", "%zz", "%c3%a9", "%FF", "%ED%A0%80", "%C0%AF", "a b", "é", "a\n", "a\x7f"],
)
def test_a_text_in_another_form_is_refused(value: str) -> None:
    with pytest.raises(MalformedRequest):
        decoded_text(value)


@pytest.mark.parametrize(
    "value",
    ["", "admin", '"admin"', "{}", "[1]", "[null]", '[["a"]]', '["\\ud800"]', "[" * 9999, "null"],
)
def test_roles_that_are_no_list_of_texts_are_refused(value: str) -> None:
    with pytest.raises(MalformedRequest):
        decoded_roles(value)
