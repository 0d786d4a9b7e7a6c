"""The fixture tools: what the suite calls, as the management API takes it."""

from typing import Any, Final

from tests.conformance.schemas import JSON_SCHEMA_2020_12, X_MCP_HEADER

Json = dict[str, Any]
NO_ARGUMENTS: Final[Json] = {"type": "object", "additionalProperties": False}


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
            "properties": {argument: {"type": "string"} for argument in arguments},
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
