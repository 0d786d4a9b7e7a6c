"""Templates: text with `{variable}` placeholders.

`{{` and `}}` stand for literal braces. A variable is an argument, by its name in the tool's
input_schema, or one of the reserved variables, which are the only names that hold a dot.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

from gatehouse.domain.json_values import JsonValue

RESERVED_VARIABLES: Final = frozenset(
    {
        "member.id",
        "member.email",
        "member.roles",
        "project.id",
        "integration.id",
        "request.id",
        "client.capabilities",
        "client.log_level",
        "input.responses",
        "input.state",
    }
)
"""What the system fills in. No argument ever does, whatever its name."""

_TOKEN: Final = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


class InvalidTemplate(ValueError):
    """The text is not a template; `str(error)` is written for the tool's owner."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A placeholder."""

    name: str


Parts: TypeAlias = "tuple[str | Variable, ...]"
"""A parsed template: literal texts and variables, in order."""


@lru_cache(maxsize=512)
def parse(text: str, *, reserved: frozenset[str] = RESERVED_VARIABLES) -> Parts:
    """Take a template apart; raise `InvalidTemplate` saying what is wrong.

    `reserved` is which names may hold a dot here.
    """
    parts: list[str | Variable] = []
    literal, end = "", 0
    for token in _TOKEN.finditer(text):
        literal += text[end : token.start()]
        end = token.end()
        if token[0] in {"{{", "}}"}:
            literal += token[0][0]
        elif token[1] is None:
            raise InvalidTemplate(f"'{token[0]}' stands alone; write it twice to mean itself")
        else:
            variable = _variable(token[1], reserved)
            parts += [literal, variable] if literal else [variable]
            literal = ""
    literal += text[end:]
    return (*parts, literal) if literal else tuple(parts)


@lru_cache(maxsize=512)
def placeholders(text: str) -> frozenset[str]:
    """Return the names of the variables in a template; raise `InvalidTemplate`."""
    return frozenset(part.name for part in parse(text) if isinstance(part, Variable))


def body_placeholders(template: JsonValue) -> frozenset[str]:
    """Return the names of the variables in a body template; raise `InvalidTemplate`.

    The strings of the JSON value are templates; the names of its members are not.
    """
    if isinstance(template, str):
        return placeholders(template)
    if isinstance(template, Mapping):
        return frozenset().union(*map(body_placeholders, template.values()))
    if isinstance(template, Sequence):
        return frozenset().union(*map(body_placeholders, template))
    return frozenset()


def _variable(name: str, reserved: frozenset[str]) -> Variable:
    if not name:
        raise InvalidTemplate("'{}' names no variable")
    if "." in name and name not in reserved:
        raise InvalidTemplate(f"'{{{name}}}' is not a reserved variable")
    return Variable(name)
