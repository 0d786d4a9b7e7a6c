"""A prompt's definition as JSON: stored, digested, and shown to clients."""

import hashlib
from dataclasses import asdict
from typing import Any, cast

from gatehouse.domain.canonical_json import canonical_bytes
from gatehouse.domain.descriptors import descriptor_text, present
from gatehouse.domain.json_values import JsonObject
from gatehouse.domain.prompts import PromptArgument, PromptDefinition, PromptMessage, Role


def prompt_document(definition: PromptDefinition) -> JsonObject:
    """Return the definition as JSON, with every field."""
    return {
        "name": definition.name,
        "title": definition.title,
        "description": definition.description,
        "icons": None if definition.icons is None else list(definition.icons),
        "arguments": [_argument_document(argument) for argument in definition.arguments],
        "messages": [
            {"role": message.role.value, "content": message.content}
            for message in definition.messages
        ],
        "input_requests": definition.input_requests,
    }


def read_prompt_definition(document: JsonObject) -> PromptDefinition:
    """Return the definition that `prompt_document` wrote."""
    known = cast("dict[str, Any]", dict(document))
    known |= {
        "icons": None if known["icons"] is None else tuple(known["icons"]),
        "arguments": tuple(
            PromptArgument(**{**argument, "completions": tuple(argument["completions"])})
            for argument in known["arguments"]
        ),
        "messages": tuple(
            PromptMessage(role=Role(message["role"]), content=message["content"])
            for message in known["messages"]
        ),
    }
    return PromptDefinition(**known)


def prompt_digest(definition: PromptDefinition) -> str:
    """Return the hexadecimal SHA-256 of the definition's canonical JSON (RFC 8785)."""
    return hashlib.sha256(canonical_bytes(prompt_document(definition))).hexdigest()


def prompt_descriptor_text(definition: PromptDefinition) -> str:
    """Return what clients see, an MCP Prompt object, as JSON text."""
    arguments = [_argument_descriptor(argument) for argument in definition.arguments]
    return descriptor_text(
        {
            "name": definition.name,
            "title": definition.title,
            "description": definition.description,
            "arguments": arguments or None,
            "icons": definition.icons,
        }
    )


def _argument_document(argument: PromptArgument) -> JsonObject:
    return {**asdict(argument), "completions": list(argument.completions)}


def _argument_descriptor(argument: PromptArgument) -> JsonObject:
    return present(
        {
            "name": argument.name,
            "title": argument.title,
            "description": argument.description,
            "required": argument.required,
        }
    )
