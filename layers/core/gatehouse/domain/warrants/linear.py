"""Regular expressions in time linear in the text, by RE2.

Taken is what means the same in RE2 and in Rust's `regex`, whose syntax warrants speak; the rest is
refused: other escapes, set operations and nested brackets in classes, braces that are no
repetition. The perl classes, word
boundaries and named classes are ASCII in one and Unicode in the other, Unicode's properties and
cases are of different versions of it; an expression that uses them is asked about ASCII text only.
"""

import re
from functools import lru_cache
from typing import Final, Protocol

from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort

MAX_LENGTH: Final = 4096
"""Longest expression, in characters."""

MAX_MEMORY: Final = 1 << 20
"""Bytes that RE2 may use for one expression."""

_STEPS: Final = 200
"""Steps of RE2's slowest engine, one for each instruction and character, in one unit of effort."""

_ESCAPE: Final = (
    r"\\(?:(?P<perl>[dDwWsS]|[pP](?:[A-Z]|\{(?!Cs\})[A-Za-z_]+\}))"
    r"|(?P<code>x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]{1,6}\}))|[fnrtv]|[\\.+*?()|\[\]{}^$#&~\-/])"
)
_OUTSIDE: Final = re.compile(
    _ESCAPE + r"|\\(?:(?P<edge>[bB])|[Az])|\{[0-9]{1,4}(?:,[0-9]{0,4})?\}|(?P<open>\[\^?\]?)"
    r"|\(\?P?<(?P<name>[A-Za-z_][A-Za-z0-9_]*)>|\(\?(?P<flags>[imsU]*)(?:-[imsU]+)?[:)]"
    r"|\((?!\?)|[^\\\[{}(]|\}"
)
_INSIDE: Final = re.compile(
    _ESCAPE + r"|(?P<perl2>\[:\^?[a-z]+:\])|(?P<close>\])|(?P<twice>&&|--|~~)|[^\\\[\]]"
)


class Compiled(Protocol):
    """What is used of RE2's patterns."""

    programsize: int

    def search(self, text: str) -> object:
        """Find the first match anywhere."""

    def fullmatch(self, text: str) -> object:
        """Match the whole text."""


def is_full_match(expression: str, text: str, effort: Effort) -> bool:
    """Say whether an expression of our own making matches all of `text`."""
    return _ready(expression, text, effort).fullmatch(text) is not None


def is_found(expression: str, text: str, effort: Effort) -> bool:
    """Say whether an expression of a warrant matches somewhere in `text`.

    Raises:
        Denied: The expression is not taken, or the search costs too much.
    """
    if len(expression) > MAX_LENGTH:
        raise Denied(1905, "the regular expression is too long")
    if uses_ascii_classes(expression) and not text.isascii():
        raise Denied(1501, "the regular expression's classes are for ASCII text")
    return _ready(expression, text, effort).search(text) is not None


@lru_cache(maxsize=256)
def uses_ascii_classes(expression: str) -> bool:
    """Say whether classes or boundaries are used that are ASCII in RE2.

    Raises:
        Denied: 1501, for syntax that is not taken.
    """
    at, is_inside, found = 0, False, False
    is_foreign, ignores_case = not expression.isascii(), False
    names: set[str] = set()
    while at < len(expression):
        token = (_INSIDE if is_inside else _OUTSIDE).match(expression, at)
        groups = token.groupdict() if token else {"twice": "?"}
        name = groups.get("name")
        if token is None or groups.get("twice") or name in names:
            raise Denied(1501, "the regular expression uses syntax that is not taken")
        if name:
            names.add(name)
        found = found or any(groups.get(name) for name in ("perl", "perl2", "edge"))
        is_foreign = is_foreign or bool(groups.get("code"))
        ignores_case = ignores_case or "i" in (groups.get("flags") or "")
        is_inside = bool(groups.get("open")) or (is_inside and not groups.get("close"))
        at = token.end()
    # Which ASCII letters are one but for their case, and which others with them, never changes.
    return found or (is_foreign and ignores_case)


def _ready(expression: str, text: str, effort: Effort) -> Compiled:
    effort.spend(10 + len(expression) // 8)
    compiled = _compiled(expression)
    effort.spend(compiled.programsize * len(text) // _STEPS)
    return compiled


@lru_cache(maxsize=64)
def _compiled(expression: str) -> Compiled:
    import re2  # noqa: PLC0415 - loaded when first needed

    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    try:
        compiled: Compiled = re2.compile(expression, options)
    except re2.error as error:
        raise Denied(1501, "the regular expression is invalid or too large") from error
    return compiled
