"""Rules that prompts and resources have in common."""

import json
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from gatehouse.domain.errors import FieldError
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.shown_text import hidden_characters, text_problem

MAX_TITLE: Final = 200
MAX_DESCRIPTION: Final = 2000
MAX_COMPLETIONS: Final = 500
MAX_COMPLETION: Final = 100
MAX_DESCRIPTOR_BYTES: Final = 32 * 1024
MAX_STORED_BYTES: Final = 256 * 1024
"""Of a definition as it is stored; an item of DynamoDB holds 400 KB."""

Errors: TypeAlias = Iterator[FieldError]


def wording_errors(title: str | None, description: str | None, field: str = "") -> Errors:
    """Yield what is wrong with the words by which a thing is shown; `field` ends with a dot."""
    if title is not None and (problem := text_problem(title, longest=MAX_TITLE)):
        yield FieldError(f"{field}title", problem)
    if description is not None and (problem := text_problem(description, longest=MAX_DESCRIPTION)):
        yield FieldError(f"{field}description", problem)


def completion_errors(candidates: Sequence[str], field: str) -> Errors:
    """Yield what is wrong with what is suggested for an argument or a variable."""
    if len(candidates) > MAX_COMPLETIONS:
        yield FieldError(field, f"must have at most {MAX_COMPLETIONS} entries")
    for index, candidate in enumerate(candidates[:MAX_COMPLETIONS]):
        if problem := text_problem(candidate, longest=MAX_COMPLETION):
            yield FieldError(f"{field}.{index}", problem)


def size_errors(field: str, document: JsonObject) -> Errors:
    """Yield that a definition is too large to be stored; `field` is what can be made smaller."""
    if len(json.dumps(document, ensure_ascii=False).encode()) > MAX_STORED_BYTES:
        yield FieldError(field, f"makes the whole larger than {MAX_STORED_BYTES // 1024} KB")


def descriptor_errors(descriptor: str) -> Errors:
    """Yield that what lists show is too large."""
    if len(descriptor.encode()) > MAX_DESCRIPTOR_BYTES:
        limit = MAX_DESCRIPTOR_BYTES // 1024
        yield FieldError("icons", f"makes what lists show larger than {limit} KB")


def hidden_errors(field: str, value: JsonValue) -> Errors:
    """Yield that a text somewhere in a value holds what nobody sees."""
    if found := next(hidden_characters(value), None):
        yield FieldError(field, f"holds the hidden character {found}")
