"""What the suite expects a server to have, as the data of an ordinary project.

Everything is made through the public API with the project's own key.
"""

import base64
from dataclasses import dataclass
from typing import Any, Final

import httpx
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gatehouse_client import AssertionSigner
from tests.conformance import media
from tests.conformance.schemas import JSON_SCHEMA_2020_12, X_MCP_HEADER

Json = dict[str, Any]
KID: Final = "conformance"
PICTURE: Final = base64.b64encode(media.red_pixel()).decode()
NO_ARGUMENTS: Final[Json] = {"type": "object", "additionalProperties": False}
TEXT: Final[Json] = {"type": "string"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project, and what its backend holds."""

    project_id: str
    api_key: str
    private_key_pem: str

    def signer(self) -> AssertionSigner:
        """Vouch for members."""
        return AssertionSigner(self.project_id, KID, self.private_key_pem)


def new_project(http: httpx.Client, admin_token: str) -> Project:
    """Make a project with one integration and one assertion key."""
    project = created(http, admin_token, "/admin/v1/projects", {"name": "Conformance"})
    path = f"/admin/v1/projects/{project['id']}/integrations"
    integration = created(http, admin_token, path, {"name": "Conformance"})
    key = ec.generate_private_key(ec.SECP256R1())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    body = {"kid": KID, "public_key_pem": public.decode(), "algorithm": "ES256"}
    created(http, integration["api_key"], "/api/v1/assertion-keys", body)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Project(
        project_id=project["id"],
        api_key=integration["api_key"],
        private_key_pem=private.decode(),
    )


def furnish(http: httpx.Client, project: Project, upstream: str, secret: str) -> None:
    """Give the project its tools, prompts and resources; `upstream` checks `secret`."""
    signed = {"auth_strategy": "hmac_signature", "encrypted_auth_secret": secret}
    for tool in (*plain_tools(), *asking_tools()):
        body = {**tool, "base_url": upstream, **signed}
        created(http, project.api_key, "/api/v1/custom-tools", body)
    for prompt in prompts():
        created(http, project.api_key, "/api/v1/prompts", prompt)
    for resource in resources({"base_url": upstream, **signed}):
        created(http, project.api_key, "/api/v1/resources", resource)


def plain_tools() -> tuple[Json, ...]:
    """Describe the tools that answer at once."""
    return (
        get("test_simple_text", "Returns a line of text.", "/simple-text"),
        get("test_image_content", "Returns a picture.", "/image"),
        get("test_audio_content", "Returns a sound.", "/audio"),
        get("test_embedded_resource", "Returns a resource.", "/embedded-resource"),
        get("test_multiple_content_types", "Returns text, picture and resource.", "/mixed"),
        get("test_error_handling", "Always fails.", "/error"),
        get("test_tool_with_progress", "Reports its progress.", "/progress"),
        get("test_tool_with_logging", "Logs while it works.", "/logging"),
        get("test_logging_tool", "Logs while it works.", "/logging"),
        get(
            "test_x_mcp_header",
            "Takes an argument that clients repeat in a header.",
            "/echo",
            input_schema=X_MCP_HEADER,
        ),
        {
            "name": "json_schema_2020_12_tool",
            "description": "Tool with JSON Schema 2020-12 features",
            "input_schema": JSON_SCHEMA_2020_12,
            "http_method": "POST",
            "endpoint_path": "/echo",
        },
    )


def asking_tools() -> tuple[Json, ...]:
    """Describe the tools that ask the user's client for something."""
    prefix = "test_input_required_result"
    return (
        asking(f"{prefix}_elicitation", "Asks for a name.", "elicitation"),
        asking(f"{prefix}_sampling", "Asks the client's model.", "capital"),
        asking(f"{prefix}_list_roots", "Asks for the client's roots.", "roots"),
        asking(f"{prefix}_request_state", "Asks, and remembers that it did.", "state"),
        asking(f"{prefix}_multiple_inputs", "Asks three things at once.", "multiple"),
        asking(f"{prefix}_multi_round", "Asks twice.", "multi"),
        asking(f"{prefix}_tampered_state", "Asks, and remembers that it did.", "state"),
        asking(f"{prefix}_capabilities", "Asks what the client can answer.", "capabilities"),
        asking("test_streaming_elicitation", "Asks for a name.", "elicitation"),
        asking("test_missing_capability", "Needs a client with a model.", "needs-sampling"),
        asking("test_sampling", "Passes a prompt to the client's model.", "sampling", "prompt"),
        asking("test_elicitation", "Passes a message to the user.", "message", "message"),
        asking("test_elicitation_sep1034_defaults", "Asks, with defaults.", "defaults"),
        asking("test_elicitation_sep1330_enums", "Asks for choices.", "enums"),
    )


def get(name: str, description: str, path: str, **more: Any) -> Json:
    """Describe a tool that reads."""
    return {
        "name": name,
        "description": description,
        "input_schema": NO_ARGUMENTS,
        "http_method": "GET",
        "endpoint_path": path,
        "annotations": {"readOnlyHint": True},
        **more,
    }


def asking(name: str, description: str, round_: str, *arguments: str) -> Json:
    """Describe a tool whose endpoint is told what the client answered and can do."""
    return {
        "name": name,
        "description": description,
        "input_schema": {
            **NO_ARGUMENTS,
            "properties": dict.fromkeys(arguments, TEXT),
            "required": list(arguments),
        },
        "http_method": "POST",
        "endpoint_path": f"/rounds/{round_}",
        "body_template": {
            "responses": "{input.responses}",
            "state": "{input.state}",
            "capabilities": "{client.capabilities}",
            **{argument: f"{{{argument}}}" for argument in arguments},
        },
    }


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
    schema = {"type": "object", "properties": {"context": TEXT}, "required": ["context"]}
    params = {"message": "What context should the prompt use?", "requestedSchema": schema}
    return {"method": "elicitation/create", "params": params}


def resources(endpoint: Json) -> tuple[Json, ...]:
    """Describe the resources: two stored, two behind `endpoint`."""
    return (
        {
            "name": "static-text",
            "uri": "test://static-text",
            "description": "A stored text.",
            "mime_type": "text/plain",
            "text": "This is the content of the static text resource.",
        },
        {
            "name": "static-binary",
            "uri": "test://static-binary",
            "description": "A stored picture.",
            "mime_type": "image/png",
            "blob": PICTURE,
        },
        {
            "name": "template-data",
            "uri_template": "test://template/{id}/data",
            "description": "Data by id.",
            "mime_type": "application/json",
            "completions": {"id": ["123", "124", "200"]},
            "endpoint": {**endpoint, "endpoint_path": "/data/{id}"},
        },
        {
            "name": "watched-resource",
            "uri": "test://watched-resource",
            "description": "A resource that may change.",
            "mime_type": "text/plain",
            "endpoint": {**endpoint, "endpoint_path": "/watched"},
        },
    )


def created(http: httpx.Client, credential: str, path: str, body: Json) -> Json:
    """Make one thing and return it.

    Raises:
        httpx.HTTPStatusError: Gatehouse refused; its words are in the error's notes.
    """
    answer = http.post(path, json=body, headers={"authorization": f"Bearer {credential}"})
    try:
        answer.raise_for_status()
    except httpx.HTTPStatusError as error:
        error.add_note(f"{path} {body.get('name')}: {answer.text}")
        raise
    made: Json = answer.json()
    return made
