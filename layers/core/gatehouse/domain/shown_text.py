"""Text that models and people are shown: what is in it must be what is seen.

Characters without a shape of their own (zero width, direction marks, tags, controls) can carry
instructions that a reviewer never sees, so they are refused wherever a model reads.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gatehouse.domain.json_values import JsonValue

_LAYOUT: Final = frozenset("\n\t")
_HIDDEN: Final = frozenset({"Cc", "Cf", "Co", "Cs"})


def hidden_character(text: str) -> str | None:
    """Return the first hidden character as `U+XXXX`, if there is one; newlines and tabs pass."""
    hidden = (c for c in text if c not in _LAYOUT and unicodedata.category(c) in _HIDDEN)
    found = next(hidden, None)
    return None if found is None else f"U+{ord(found):04X}"


def hidden_characters(value: JsonValue) -> Iterator[str]:
    """Yield those in any string or member name of a JSON value, one for each string."""
    if isinstance(value, str):
        if found := hidden_character(value):
            yield found
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from hidden_characters(name)
            yield from hidden_characters(item)
    elif isinstance(value, Sequence):
        for item in value:
            yield from hidden_characters(item)


def text_problem(text: str, *, longest: int) -> str | None:
    """Say what is wrong with a text that must not be empty."""
    if not text.strip():
        return "must not be empty"
    if len(text) > longest:
        return f"must have at most {longest} characters"
    if found := hidden_character(text):
        return f"holds the hidden character {found}"
    return None
