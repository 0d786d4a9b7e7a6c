"""Prompts: templates of messages that a project offers to the people who use its clients."""

from dataclasses import dataclass, field
from enum import StrEnum

from gatehouse.domain.ids import prompt_id
from gatehouse.domain.json_values import JsonObject


class Role(StrEnum):
    """Who says a message."""

    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptArgument:
    """What a prompt's messages are filled with; `completions` are suggested while typing."""

    name: str
    title: str | None = None
    description: str | None = None
    required: bool = False
    completions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptMessage:
    """One message; the texts of its content block are templates (see `prompt_rendering`)."""

    role: Role
    content: JsonObject = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PromptDefinition:
    """What a prompt's owner writes; its digest covers exactly this.

    `input_requests` is what the client is asked before the prompt is rendered, by key.
    """

    name: str
    messages: tuple[PromptMessage, ...]
    title: str | None = None
    description: str | None = None
    icons: tuple[JsonObject, ...] | None = None
    arguments: tuple[PromptArgument, ...] = ()
    input_requests: JsonObject | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A stored prompt: its definition and what the system adds to it.

    `version` rises by one with each change; `digest` is `prompt_digest` of the definition.
    Times are whole seconds since the Unix epoch.
    """

    project_id: str
    definition: PromptDefinition
    digest: str
    version: int
    is_enabled: bool
    created_at: int
    updated_at: int

    @property
    def id(self) -> str:
        """The id under which the management API knows the prompt."""
        return prompt_id(self.definition.name)
