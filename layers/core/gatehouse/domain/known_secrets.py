"""Secrets that everybody knows: what stands in manuals, and what people type to get on."""

import re
from typing import Final

MIN_DISTINCT: Final = 12
"""Of 48 characters drawn from 62, fewer are different once in more than 10^15 times."""
_WORDS: Final = re.compile(
    r"change.?me|changeit|default|insecure|password|passw0rd|placeholder|replace.?me|secret|"
    r"example|dev.?only|for.?testing|letmein|0123456|abcdefg|qwerty",
    re.ASCII | re.IGNORECASE,
)


def is_well_known(text: str) -> bool:
    """Say whether a secret was written by somebody, and not drawn at random."""
    return len(set(text)) < MIN_DISTINCT or _WORDS.search(text) is not None
