"""Text that a model reads and a person sees: the same."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatehouse.domain.sanitizing import cleaned, cleaned_text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("a\u200bb", "ab"),
        ("a\u200db", "ab"),
        ("a\u2060\ufeff\u00adb", "ab"),
        ("tag\U000e0041\U000e0042", "tag"),
        ("\u202elive\u202c \u2066x\u2069", "live x"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[H", ""),
        ("\x9b31mred", "red"),
        ("\x1b]0;title\x07x", "x"),
        ("\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPdata\x1b\\x", "x"),
        ("\x1b", ""),
        ("a\0b\x08c\x7f\x85", "abc"),
        ("safe\roverwritten", "safeoverwritten"),
        ("\ufe0fx", "x"),
        ("a\ufe01\ufe02\ufe03\U000e0101", "a\ufe01"),
        ("\ue000\U000f0000\ud800", ""),
        ("e\ue000\u200d\u4e2d", "e\u4e2d"),
    ],
)
def test_what_cannot_be_seen_is_taken_out(text: str, seen: str) -> None:
    assert cleaned_text(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "plain\ttext\r\nwith lines\n",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f\u200d\U0001f525 1\ufe0f\u20e3",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "\u0915\u094d\u200d\u0937",
        "\u05e9\u05dc\u05d5\u05dd e\u0301 \u00fc \u4e2d\u6587",
    ],
)
def test_every_script_and_emoji_stays_as_it_is(text: str) -> None:
    assert cleaned_text(text) == text


@given(st.text(st.characters() | st.sampled_from("\x1b\x9b[]m\r\n\u200b\u200d\ufe0f\U000e0041")))
def test_nothing_hidden_is_left_and_cleaning_again_changes_nothing(text: str) -> None:
    seen = cleaned_text(text)
    assert cleaned_text(seen) == seen
    hidden = {c for c in seen if unicodedata.category(c) in {"Cc", "Co", "Cs"}}
    assert hidden <= set("\t\n\r")
    assert not set(seen) & set("\u200b\u200e\u202e\u2066\ufeff\U000e0041")
    assert len(seen) <= len(text)


def test_values_are_cleaned_to_their_depths_and_keep_their_types() -> None:
    value = {"a\u200b": [1, True, None, 1.5, {"b": "\u202ec"}]}
    assert cleaned(value) == {"a": [1, True, None, 1.5, {"b": "c"}]}


@pytest.mark.parametrize(
    "part", ["\x1b[", "\x1b]", "\r", "\ue000\u200d\ufe0f", "\u200d\ufe0f", "\u4e2d\u200d"]
)
def test_no_text_takes_long(part: str) -> None:
    began = time.process_time()
    cleaned_text(part * (1_000_000 // len(part)))
    assert time.process_time() - began < 2
