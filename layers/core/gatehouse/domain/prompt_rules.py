"""Which prompts may be stored: every rule about a definition, each named by its field."""

import re
from collections.abc import Sequence
from typing import Final

from gatehouse.domain.content_blocks import block_errors
from gatehouse.domain.errors import FieldError
from gatehouse.domain.icons import icon_errors
from gatehouse.domain.ids import TOOL_NAME
from gatehouse.domain.input_requests import request_errors
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.offer_rules import (
    Errors,
    completion_errors,
    descriptor_errors,
    hidden_errors,
    size_errors,
    wording_errors,
)
from gatehouse.domain.prompt_documents import prompt_descriptor_text, prompt_document
from gatehouse.domain.prompt_rendering import input_variables, with_texts
from gatehouse.domain.prompts import PromptArgument, PromptDefinition
from gatehouse.domain.templates import InvalidTemplate, Variable, parse

MAX_ARGUMENTS: Final = 32
MAX_MESSAGES: Final = 50

_ARGUMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}", re.ASCII)
_SAMPLE: Final = "x:x"
"""What a placeholder becomes while a block is judged: at home in any text and any URI."""


def prompt_errors(definition: PromptDefinition) -> tuple[FieldError, ...]:
    """Return everything that is wrong with a prompt; empty when it may be stored."""
    return tuple(_all_errors(definition))


def _all_errors(definition: PromptDefinition) -> Errors:
    if not TOOL_NAME.fullmatch(definition.name):
        yield FieldError("name", "must be 1 to 64 letters, digits, hyphens and underscores")
    yield from wording_errors(definition.title, definition.description)
    if definition.icons is not None:
        yield from icon_errors(definition.icons)
    yield from _arguments_errors(definition.arguments)
    if definition.input_requests is not None:
        yield from request_errors(definition.input_requests, "input_requests")
        yield from hidden_errors("input_requests", definition.input_requests)
    if not 1 <= len(definition.messages) <= MAX_MESSAGES:
        yield FieldError("messages", f"must be 1 to {MAX_MESSAGES} messages")
    for index, message in enumerate(definition.messages):
        yield from _content_errors(message.content, f"messages.{index}.content", definition)
    yield from size_errors("messages", prompt_document(definition))
    yield from descriptor_errors(prompt_descriptor_text(definition))


def _arguments_errors(arguments: Sequence[PromptArgument]) -> Errors:
    if len(arguments) > MAX_ARGUMENTS:
        yield FieldError("arguments", f"must be at most {MAX_ARGUMENTS} arguments")
    seen: set[str] = set()
    for index, argument in enumerate(arguments):
        field = f"arguments.{index}"
        if not _ARGUMENT.fullmatch(argument.name):
            yield FieldError(f"{field}.name", "must be 1 to 64 letters, digits, - and _")
        elif argument.name in seen:
            yield FieldError(f"{field}.name", "is there twice")
        seen.add(argument.name)
        yield from wording_errors(argument.title, argument.description, f"{field}.")
        yield from completion_errors(argument.completions, f"{field}.completions")


def _content_errors(content: JsonObject, field: str, definition: PromptDefinition) -> Errors:
    reserved = input_variables(definition)
    known = reserved | {argument.name for argument in definition.arguments}
    found: list[FieldError] = []

    def sample(member: str, template: str) -> str:
        try:
            parts = parse(template, reserved=reserved)
        except InvalidTemplate as error:
            found.append(FieldError(f"{field}.{member}", str(error)))
            return _SAMPLE
        names = {part.name for part in parts if isinstance(part, Variable)}
        found.extend(
            FieldError(f"{field}.{member}", f"names the unknown variable '{name}'")
            for name in sorted(names - known)
        )
        return "".join(_SAMPLE if isinstance(part, Variable) else part for part in parts)

    yield from block_errors(with_texts(content, sample), field)
    yield from found
    if content.get("type") not in ("image", "audio"):
        yield from hidden_errors(field, content)
