"""A secret that everybody knows is told from one that was drawn."""

import random
import string

import pytest

from gatehouse.domain.known_secrets import is_well_known

ALPHABET = string.ascii_letters + string.digits


@pytest.mark.parametrize(
    "text",
    [
        "dev-only-change-me-in-production",
        "your-generated-value-here-CHANGEME-1234",
        "a" * 64,
        "abcabcabc" * 6,
        "correct-horse-password-staple-6473829",
        "01234567890123456789012345678901",
        "MyDefaultSessionKeyForTheWholeTeam2024",
    ],
)
def test_what_stands_in_manuals_is_known(text: str) -> None:
    assert is_well_known(text)


def test_what_was_drawn_is_not() -> None:
    drawn = random.Random(7)  # noqa: S311 - the same each time
    for _ in range(20_000):
        assert not is_well_known("".join(drawn.choices(ALPHABET, k=48)))
