"""What a prompt looks like in requests and answers."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, cast

from pydantic import BaseModel, ConfigDict, JsonValue
from pydantic import Field as Described

from gatehouse.domain.prompt_documents import prompt_document
from gatehouse.domain.prompts import (
    Prompt,
    PromptArgument,
    PromptDefinition,
    PromptMessage,
    Role,
)
from gatehouse.edge.rest.changes import defaulted
from gatehouse.edge.rest.models import Input, Listing
from gatehouse.edge.rest.stored_models import Change, Icon, StoredAnswer, stored_fields

_APART: Final = frozenset({"is_enabled", "version"})
"""Fields that are no part of a definition."""


class Argument(BaseModel):
    """What the messages are filled with."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    name: str
    title: str | None = None
    description: str | None = None
    required: bool = False
    completions: list[str] = Described(default=[], description="Suggested while typing.")


class Message(BaseModel):
    """One message."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    role: Annotated[Role, Described(strict=False)]
    content: dict[str, JsonValue] = Described(
        description="An MCP content block; its texts may hold {argument} and {input.<key>}."
    )


class PromptFields(Input):
    """What both a new prompt and a change may say; null means the default."""

    title: str | None = None
    description: str | None = None
    icons: list[Icon] | None = None
    arguments: list[Argument] | None = None
    messages: list[Message] | None = None
    input_requests: dict[str, JsonValue] | None = Described(
        default=None, description="What the client is asked first, by key: {method, params}."
    )
    is_enabled: bool | None = None


class NewPrompt(PromptFields):
    """A prompt to store."""

    name: str
    messages: list[Message]


class PromptChange(PromptFields, Change):
    """A change: fields given replace those stored, the others stay. A name never changes."""


class PromptAnswer(StoredAnswer):
    """A prompt."""

    title: str | None
    description: str | None
    icons: list[Icon] | None
    arguments: list[Argument]
    messages: list[Message]
    input_requests: dict[str, JsonValue] | None


class PromptList(Listing[PromptAnswer]):
    """A page of prompts."""


def new_prompt(body: NewPrompt) -> PromptDefinition:
    """Return the definition that a request describes, defaults filled in."""
    return PromptDefinition(**defaulted(_given(body), PromptDefinition))


def changed_prompt(body: PromptChange) -> Mapping[str, Any]:
    """Return the fields of a definition that a request changes; raise `InvalidFields`."""
    return defaulted(_given(body), PromptDefinition)


def prompt_answer(prompt: Prompt) -> PromptAnswer:
    """Return what a caller may see of a prompt."""
    document = cast("Mapping[str, Any]", prompt_document(prompt.definition))
    return PromptAnswer(**document, **stored_fields(prompt))


def _given(body: PromptFields) -> dict[str, Any]:
    """Return the fields of a definition that stand in the request, as the domain writes them."""
    given = {name: getattr(body, name) for name in body.model_fields_set - _APART}
    if body.icons is not None:
        given["icons"] = tuple(body.icons)
    if body.arguments is not None:
        given["arguments"] = tuple(
            PromptArgument(**{**each.model_dump(), "completions": tuple(each.completions)})
            for each in body.arguments
        )
    if body.messages is not None:
        given["messages"] = tuple(
            PromptMessage(role=each.role, content=each.content) for each in body.messages
        )
    return given
