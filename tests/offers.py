"""Prompts and resources, as every test knows them."""

from dataclasses import replace
from typing import Final

from gatehouse.domain.prompt_documents import prompt_digest
from gatehouse.domain.prompts import (
    Prompt,
    PromptArgument,
    PromptDefinition,
    PromptMessage,
    Role,
)
from gatehouse.domain.resource_documents import resource_digest
from gatehouse.domain.resources import Resource, ResourceDefinition, ResourceEndpoint
from gatehouse.domain.tools import AuthStrategy, InjectedIdentity
from tests.samples import NOW, PROJECT_ID

PROMPT: Final = PromptDefinition(
    name="review",
    title="Review",
    description="Review a text",
    icons=({"src": "https://example.com/i.png"},),
    arguments=(
        PromptArgument(name="topic", required=True, completions=("Paris", "park", "tower")),
        PromptArgument(name="tone", title="Tone", description="How to say it"),
    ),
    messages=(
        PromptMessage(
            role=Role.USER, content={"type": "text", "text": "On {topic}, {{so}}: {tone}"}
        ),
        PromptMessage(
            role=Role.ASSISTANT,
            content={
                "type": "resource",
                "resource": {"uri": "test://texts/{topic}", "text": "About {topic}"},
            },
        ),
    ),
)
ASKING: Final = replace(
    PROMPT,
    name="asking",
    arguments=(),
    input_requests={
        "who": {
            "method": "elicitation/create",
            "params": {
                "message": "Who are you?",
                "requestedSchema": {
                    "type": "object",
                    "properties": {"name": {"type": "string"}},
                    "required": ["name"],
                },
            },
        }
    },
    messages=(PromptMessage(role=Role.USER, content={"type": "text", "text": "I am {input.who}"}),),
)
GUIDE: Final = ResourceDefinition(
    name="guide",
    uri="test://guide",
    title="Guide",
    mime_type="text/markdown",
    annotations={"audience": ["user"], "priority": 0.5},
    text="# Guide {not a template}",
)
NOTE: Final = ResourceDefinition(
    name="note",
    uri_template="test://notes/{id}",
    completions={"id": ("7", "70", "8")},
    text="Note {id}",
)
BEHIND: Final = ResourceDefinition(
    name="contact",
    uri_template="crm://contacts/{id}",
    description="A contact",
    mime_type="application/json",
    endpoint=ResourceEndpoint(
        base_url="https://api.example.com",
        endpoint_path="/v1/contacts/{id}",
        query_template={"as": "{member.id}"},
        inject_member_identity=InjectedIdentity(id=True),
        auth_strategy=AuthStrategy.HMAC_SIGNATURE,
    ),
)


def stored_prompt(definition: PromptDefinition, **changes: object) -> Prompt:
    """A prompt as it stands in the table."""
    prompt = Prompt(
        project_id=PROJECT_ID,
        definition=definition,
        digest=prompt_digest(definition),
        version=1,
        is_enabled=True,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(prompt, **changes)  # type: ignore[arg-type]


def stored_resource(definition: ResourceDefinition, **changes: object) -> Resource:
    """A resource as it stands in the table."""
    resource = Resource(
        project_id=PROJECT_ID,
        definition=definition,
        digest=resource_digest(definition),
        version=1,
        is_enabled=True,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(resource, **changes)  # type: ignore[arg-type]
