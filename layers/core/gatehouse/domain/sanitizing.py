"""Take out of an upstream's text what a model would read and a person not see.

Tags, direction marks, zero-width characters and the like can carry instructions through a review
unseen; escape sequences can rewrite what a terminal shows. What is taken out is not replaced: the
visible text stays as it was.
"""

import re
from collections.abc import Mapping
from typing import Final

from gatehouse.domain.json_values import JsonValue

_ESCAPES: Final = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI sequences: colours, cursor (ECMA-48 section 5.4)
    r"|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # strings
    r"|\x1b[ -/]*[0-~]?"  # every other escape
)
_JOINERS: Final = (
    # Emoji and several scripts are joined by these; between other characters they say nothing.
    r"(?<![^\x00-\xff])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\xff\u2000-\u206f])"
)
_SELECTORS: Final = r"(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]|(?<![^\x00-\x1f])[\ufe00-\ufe0f]"
"""A variation selector belongs to the visible character before it; further ones carry data."""
_HIDDEN: Final = (
    "["
    r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # controls but for tab, line feed, carriage return
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # fillers and invisible marks
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero width, directions
    r"\u3164\ufeff\uffa0\ufff0-\ufffb"
    r"\ud800-\udfff\ue000-\uf8ff"  # surrogates alone, private use
    r"\U0001d173-\U0001d17a\U000e0000-\U0010ffff"  # tags, selectors, private use
    "]"
)
_ALONE: Final = r"\r(?!\n)"
"""A carriage return without its line feed: a terminal would write over the line."""

_UNSEEN: Final = re.compile(f"{_ESCAPES}|{_HIDDEN}|{_JOINERS}|{_SELECTORS}|{_ALONE}")
_UNSEEN_ASCII: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_CONDITIONAL: Final = re.compile("[\u200c\u200d\ufe00-\ufe0f]")


def is_plain(text: str) -> bool:
    """Say whether the text is ASCII that can all be seen; then so is every part of it."""
    return text.isascii() and not _UNSEEN_ASCII.search(text)


def cleaned_text(text: str) -> str:
    """Return the text without what cannot be seen; the same string where there is nothing."""
    if is_plain(text):  # as most text is, and four times as fast
        return text
    seen = _UNSEEN.sub("", text)
    if seen != text and _UNSEEN.search(seen):
        # What was taken out stood where a joiner needs a letter. No honest text is like that.
        return _CONDITIONAL.sub("", seen)
    return seen


def cleaned(value: JsonValue) -> JsonValue:
    """Return a JSON value with every string and member name in it cleaned."""
    if isinstance(value, str):
        return cleaned_text(value)
    if isinstance(value, Mapping):
        return {cleaned_text(name): cleaned(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(item) for item in value]
    return value
