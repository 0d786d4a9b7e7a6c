"""URI templates (RFC 6570 level 1): `test://contacts/{id}/photo`.

Each URI that a template matches is matched in one way, found in one pass: a variable stands for
one or more unreserved or percent-encoded characters, and the text that follows it begins with a
character that cannot be among them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from gatehouse.domain.templates import InvalidTemplate

MAX_LENGTH: Final = 2048
MAX_VARIABLES: Final = 8

_EXPRESSION: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}", re.ASCII)
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:", re.ASCII)
_LITERAL: Final = re.compile(r"(?:[!$&-;=?-Z_a-z~#\[\]@]|%[0-9A-Fa-f]{2})*", re.ASCII)
"""The characters of RFC 3986 section 2."""
_VALUE: Final = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class UriTemplate:
    """A parsed template: a literal, then variables, each with the literal that follows it."""

    start: str
    variables: tuple[tuple[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in order."""
        return tuple(name for name, _ in self.variables)

    def match(self, uri: str) -> Mapping[str, str] | None:
        """Return the decoded values by which the template becomes `uri`, if it does."""
        if len(uri) > MAX_LENGTH or not uri.startswith(self.start):
            return None
        values: dict[str, str] = {}
        position = len(self.start)
        for name, literal in self.variables:
            found = _VALUE.match(uri, position)
            value = _decoded(found[0]) if found else None
            if found is None or value is None or not uri.startswith(literal, found.end()):
                return None
            values[name] = value
            position = found.end() + len(literal)
        return values if position == len(uri) else None


def parse(text: str) -> UriTemplate:
    """Take a template apart; raise `InvalidTemplate` saying what is wrong."""
    if len(text) > MAX_LENGTH:
        raise InvalidTemplate(f"must have at most {MAX_LENGTH} characters")
    start, *rest = _EXPRESSION.split(text)
    literals = rest[1::2]
    variables = tuple(zip(rest[0::2], literals, strict=True))
    if not _SCHEME.match(start):
        raise InvalidTemplate("must start with a scheme, such as https:")
    if not all(_LITERAL.fullmatch(literal) for literal in (start, *literals)):
        raise InvalidTemplate("must hold the characters of a URI, and {variables}")
    if not 1 <= len(variables) <= MAX_VARIABLES:
        raise InvalidTemplate(f"must have 1 to {MAX_VARIABLES} variables")
    _check_variables(variables)
    return UriTemplate(start, variables)


def _check_variables(variables: tuple[tuple[str, str], ...]) -> None:
    names = [name for name, _ in variables]
    for name in names:
        if not _NAME.fullmatch(name):
            raise InvalidTemplate(f"'{{{name[:64]}}}' is no simple variable")
    if len(set(names)) != len(names):
        raise InvalidTemplate("must not name a variable twice")
    for position, (name, literal) in enumerate(variables, start=1):
        is_last = position == len(variables)
        if (not literal and not is_last) or _VALUE.match(literal):
            raise InvalidTemplate(
                f"'{{{name}}}' must end the template or be followed by a character such as /"
            )


def _decoded(text: str) -> str | None:
    try:
        return unquote_to_bytes(text).decode("utf-8")
    except UnicodeDecodeError:
        return None
