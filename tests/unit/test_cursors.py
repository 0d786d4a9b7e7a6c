"""Where a list goes on, and for whom."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain import cursors
from gatehouse.domain.cursors import LIFETIME_SECONDS, InvalidCursor
from tests.samples import NOW

KEY = b"k" * 32
CURSOR = cursors.write("crm-list", key=KEY, kind="tools/list", now=NOW)


def read(cursor: str, *, key: bytes = KEY, kind: str = "tools/list", now: int = NOW) -> str:
    return cursors.read(cursor, key=key, kind=kind, now=now)


def test_a_cursor_says_after_which_name_to_go_on() -> None:
    assert read(CURSOR) == "crm-list"


def test_a_cursor_ends_after_an_hour_to_the_second() -> None:
    assert read(CURSOR, now=NOW + LIFETIME_SECONDS - 1) == "crm-list"
    with pytest.raises(InvalidCursor):
        read(CURSOR, now=NOW + LIFETIME_SECONDS)


def test_another_projects_cursor_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        read(CURSOR, key=b"o" * 32)


def test_another_lists_cursor_is_refused() -> None:
    with pytest.raises(InvalidCursor):
        read(CURSOR, kind="prompts/list")


@pytest.mark.parametrize("bit", range(0, len(urlsafe_b64decode(CURSOR + "=")) * 8, 7))
def test_a_cursor_with_one_bit_changed_is_refused(bit: int) -> None:
    data = bytearray(urlsafe_b64decode(CURSOR + "=" * (-len(CURSOR) % 4)))
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises(InvalidCursor):
        read(urlsafe_b64encode(bytes(data)).rstrip(b"=").decode())


@given(st.text(max_size=200))
def test_noise_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(InvalidCursor):
        read(text)


@pytest.mark.parametrize("cursor", ["", "A" * 2000, CURSOR + "=", CURSOR + "\n", CURSOR[:-1]])
def test_another_spelling_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidCursor):
        read(cursor)
