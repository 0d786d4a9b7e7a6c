"""Globs: `*`, `?`, `[ab]`, `[!a-z]`, and `**` as a whole path component.

`*` and `?` match any character, `/` too; `/a/**/b` matches `/a/b`. There is no escape but a class
of one, `[*]`. A pattern that does not parse matches nothing and can be compared with nothing.
"""

from typing import Final

from gatehouse.domain.warrants.denied import Denied
from gatehouse.domain.warrants.effort import Effort

SPECIAL: Final = frozenset("*?[]")
ANY: Final = "(?s:.)"
NONE: Final = r"[^\x00-\x{10FFFF}]"
STAR: Final = f"{ANY}*"
COMPONENTS: Final = f"(?:{STAR}/)?"


def is_literal(text: str) -> bool:
    """Say whether `text` means itself only."""
    return SPECIAL.isdisjoint(text)


def is_match(pattern: str, text: str, effort: Effort) -> bool:
    """Say whether all of `text` is matched.

    Raises:
        Denied: The pattern does not parse, or the match costs too much.
    """
    effort.spend(1 + (len(pattern) + len(text)) // 512)
    if is_literal(pattern):
        return pattern == text
    head, star, tail = pattern.partition("*")
    if star and is_literal(head) and is_literal(tail):
        return len(text) >= len(head) + len(tail) and (
            text.startswith(head) and text.endswith(tail)
        )
    from gatehouse.domain.warrants.linear import is_full_match  # noqa: PLC0415 - loads slowly

    return is_full_match("".join(tokens(pattern)), text, effort)


def is_valid(pattern: str) -> bool:
    """Say whether the pattern parses."""
    try:
        tokens(pattern)
    except Denied:
        return False
    return True


def goes_on(pattern: str, longer: str) -> bool:
    """Say whether `longer` starts with all of `pattern` but its final star, part by part."""
    if not longer.startswith(pattern[:-1]):
        return False
    try:
        parts = tokens(pattern)[:-1]
        return tokens(longer)[: len(parts)] == parts
    except Denied:
        return False


def tokens(pattern: str) -> list[str]:
    """Return the pattern's parts, each as a regular expression.

    Raises:
        Denied: It does not parse.
    """
    found: list[str] = []
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == "*":
            at = _stars(pattern, at, found)
        elif character == "?":
            found.append(ANY)
            at += 1
        elif character == "[":
            at = _class(pattern, at, found)
        else:
            found.append(_quoted(character))
            at += 1
    # Components with nothing but stars after them match whatever is left.
    last = len(found)
    while last and found[last - 1] in {STAR, COMPONENTS}:
        last -= 1
        found[last] = STAR
    return found


def _quoted(character: str) -> str:
    return rf"\x{{{ord(character):X}}}"


def _stars(pattern: str, start: int, found: list[str]) -> int:
    end = start
    while end < len(pattern) and pattern[end] == "*":
        end += 1
    if end - start == 1:
        found.append(STAR)
        return end
    is_component = (start == 0 or pattern[start - 1] == "/") and (
        end == len(pattern) or pattern[end] == "/"
    )
    if end - start > 2 or not is_component:  # noqa: PLR2004
        raise Denied(1501, "in a pattern, ** must be a whole path component")
    found.append(COMPONENTS)
    return min(end + 1, len(pattern))


def _class(pattern: str, start: int, found: list[str]) -> int:
    negated = pattern.startswith("[!", start)
    first = start + (2 if negated else 1)
    end = pattern.find("]", first + 1)  # a class has at least one member, which may be "]"
    if end < 0:
        raise Denied(1501, "a pattern has an unclosed [")
    members = _members(pattern[first:end])
    if members:
        found.append(f"[{'^' if negated else ''}{members}]")
    else:
        found.append(ANY if negated else NONE)
    return end + 1


def _members(text: str) -> str:
    members = []
    at = 0
    while at < len(text):
        if text[at + 1 : at + 2] == "-" and at + 2 < len(text):
            low, high = text[at], text[at + 2]
            if low <= high:  # an inverted range holds nothing
                members.append(f"{_quoted(low)}-{_quoted(high)}")
            at += 3
        else:
            members.append(_quoted(text[at]))
            at += 1
    return "".join(members)
