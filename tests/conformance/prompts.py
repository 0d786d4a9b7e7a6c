"""The fixture prompts: what the suite gets, as the management API takes it."""

from typing import Any

from tests.conformance.media import PICTURE

Json = dict[str, Any]


def prompts() -> tuple[Json, ...]:
    """Describe the prompts."""
    picture = {"type": "image", "data": PICTURE, "mimeType": "image/png"}
    resource = {
        "uri": "{resourceUri}",
        "mimeType": "text/plain",
        "text": "Embedded resource content for testing.",
    }
    return (
        {
            "name": "test_simple_prompt",
            "description": "A prompt without arguments.",
            "messages": [said("This is a simple prompt for testing.")],
        },
        {
            "name": "test_prompt_with_arguments",
            "description": "A prompt with two arguments.",
            "arguments": [
                {
                    "name": "arg1",
                    "description": "First test argument",
                    "required": True,
                    "completions": ["paris", "park", "party", "testValue1"],
                },
                {"name": "arg2", "description": "Second test argument", "required": True},
            ],
            "messages": [said("Prompt with arguments: arg1='{arg1}', arg2='{arg2}'")],
        },
        {
            "name": "test_prompt_with_embedded_resource",
            "description": "A prompt that brings a resource along.",
            "arguments": [
                {"name": "resourceUri", "description": "Of the resource", "required": True}
            ],
            "messages": [
                {"role": "user", "content": {"type": "resource", "resource": resource}},
                said("Please process the embedded resource above."),
            ],
        },
        {
            "name": "test_prompt_with_image",
            "description": "A prompt that brings a picture along.",
            "messages": [
                {"role": "user", "content": picture},
                said("Please analyze the image above."),
            ],
        },
        {
            "name": "test_input_required_result_prompt",
            "description": "A prompt that asks the user first.",
            "input_requests": {"user_context": context_form()},
            "messages": [said("Use this context: {input.user_context}")],
        },
    )


def said(content: str) -> Json:
    """Describe a message of the user's."""
    return {"role": "user", "content": {"type": "text", "text": content}}


def context_form() -> Json:
    """Ask the user for the context of a prompt."""
    schema = {
        "type": "object",
        "properties": {"context": {"type": "string"}},
        "required": ["context"],
    }
    params = {"message": "What context should the prompt use?", "requestedSchema": schema}
    return {"method": "elicitation/create", "params": params}
