"""Fill a prompt's templates: from its arguments, and from what its user was asked.

`{argument}` stands for an argument, nothing where an optional one is not given; `{input.<key>}`
for the answer to what `input_requests` asks under that key. Templates are the texts of text blocks,
and texts and URIs of embedded resources.
"""

import json
from collections.abc import Callable, Mapping
from typing import Final

from gatehouse.domain.content_blocks import is_uri
from gatehouse.domain.errors import InvalidRequest
from gatehouse.domain.json_values import JsonObject, JsonValue
from gatehouse.domain.prompts import PromptDefinition, PromptMessage
from gatehouse.domain.templates import Variable, parse

MAX_RENDERED: Final = 512 * 1024
"""Characters of all filled texts together: a template may repeat what a caller sends."""
INPUT: Final = "input."


class InvalidArguments(InvalidRequest):
    """A prompt's arguments are not those it takes."""


def input_variables(definition: PromptDefinition) -> frozenset[str]:
    """Return the variables that answers fill."""
    return frozenset(INPUT + key for key in definition.input_requests or {})


def checked_arguments(definition: PromptDefinition, arguments: JsonObject) -> Mapping[str, str]:
    """Return the arguments as texts, which is all that a prompt takes.

    Raises:
        InvalidArguments: One is unknown, missing or no text; the message names it.
    """
    known = {argument.name for argument in definition.arguments}
    texts: dict[str, str] = {}
    for name, value in arguments.items():
        if name not in known:
            raise InvalidArguments(f"The prompt has no argument '{name[:64]}'")
        if not isinstance(value, str):
            raise InvalidArguments(f"The argument '{name}' must be a string")
        texts[name] = value
    for argument in definition.arguments:
        if argument.required and argument.name not in texts:
            raise InvalidArguments(f"The prompt needs the argument '{argument.name}'")
    return texts


def rendered(
    definition: PromptDefinition, arguments: Mapping[str, str], answers: JsonObject
) -> tuple[PromptMessage, ...]:
    """Return the messages, filled.

    Args:
        definition: The prompt, which `prompt_rules` finds nothing wrong with.
        arguments: What `checked_arguments` returned.
        answers: The client's answers by key, each of its question's kind.

    Raises:
        InvalidArguments: They make no URI where one has to be, or more text than can be sent.
    """
    filling = _Filling(definition, arguments, answers)
    return tuple(
        PromptMessage(role=message.role, content=with_texts(message.content, filling.fill))
        for message in definition.messages
    )


def with_texts(block: JsonObject, fill: Callable[[str, str], str]) -> JsonObject:
    """Return a content block with each template replaced; `fill` gets its member and its text."""
    if block.get("type") == "text":
        return _filled(block, ("text",), fill)
    resource = block.get("resource")
    if block.get("type") == "resource" and isinstance(resource, Mapping):
        return {**block, "resource": _filled(resource, ("uri", "text"), fill)}
    return block


def _filled(
    value: JsonObject, members: tuple[str, ...], fill: Callable[[str, str], str]
) -> JsonObject:
    changed: dict[str, JsonValue] = dict(value)
    for member in members:
        text = value.get(member)
        if isinstance(text, str):
            changed[member] = fill(member, text)
    return changed


class _Filling:
    """The values of one rendering, and how much may still be written."""

    def __init__(
        self, definition: PromptDefinition, arguments: Mapping[str, str], answers: JsonObject
    ) -> None:
        self.reserved = input_variables(definition)
        given = {
            argument.name: arguments.get(argument.name, "") for argument in definition.arguments
        }
        told = {INPUT + key: answer_text(answer) for key, answer in answers.items()}
        self.values = {**given, **told}
        self.left = MAX_RENDERED

    def fill(self, member: str, template: str) -> str:
        texts = [
            self.values.get(part.name, "") if isinstance(part, Variable) else part
            for part in parse(template, reserved=self.reserved)
        ]
        self.left -= sum(map(len, texts))
        if self.left < 0:
            raise InvalidArguments("The prompt becomes too long with these arguments")
        text = "".join(texts)
        if member == "uri" and not is_uri(text):
            raise InvalidArguments("The arguments do not make a URI where the prompt needs one")
        return text


def answer_text(answer: JsonValue) -> str:
    """Write an answer: text as it is, other content and roots as JSON, a refusal as nothing."""
    if not isinstance(answer, Mapping):
        return ""
    content = answer.get("content", answer.get("roots"))
    if isinstance(content, Mapping) and isinstance(content.get("text"), str) and "type" in content:
        return str(content["text"])
    if content is None:
        return ""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
