"""The official Python SDK 2.x does all it can. Runs in an environment of its own."""

import asyncio
import json
import os
from typing import Any

import httpx2
import mcp_types as types
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main() -> None:
    """Print what came of each request; MCP_MODE is `auto` or `legacy`."""
    headers = {"authorization": f"Bearer {os.environ['MCP_TOKEN']}"}
    logged: list[Any] = []
    steps: list[float] = []

    async def log(params: types.LoggingMessageNotificationParams) -> None:
        logged.append(params.data)

    async def progress(done: float, _total: float | None, _message: str | None) -> None:
        steps.append(done)

    async def answer(_context: object, _params: types.ElicitRequestParams) -> types.ElicitResult:
        return types.ElicitResult(action="accept", content={"name": "Ada", "context": "tea"})

    async with httpx2.AsyncClient(headers=headers, timeout=30) as http:
        transport = streamable_http_client(os.environ["MCP_URL"], http_client=http)
        async with Client(
            transport,
            mode=os.environ["MCP_MODE"],
            logging_callback=log,
            log_level="info",
            elicitation_callback=answer,
        ) as client:
            picture = await client.call_tool("test_image_content", {})
            failed = await client.call_tool("test_error_handling", {})
            await client.call_tool("test_tool_with_progress", {}, progress_callback=progress)
            await client.call_tool("test_tool_with_logging", {})
            asked = await client.call_tool("test_input_required_result_elicitation", {})
            prompts = await client.list_prompts()
            prompt = await client.get_prompt(
                "test_prompt_with_arguments", {"arg1": "one", "arg2": "two"}
            )
            completed = await client.complete(
                types.PromptReference(type="ref/prompt", name="test_prompt_with_arguments"),
                {"name": "arg1", "value": "par"},
            )
            resources = await client.list_resources()
            templates = await client.list_resource_templates()
            text = await client.read_resource("test://static-text")
            data = await client.read_resource("test://template/7/data")
            report = {
                "version": client.protocol_version,
                "picture": picture.content[0].model_dump()["mime_type"],
                "failed": failed.is_error,
                "steps": steps,
                "logged": len(logged),
                "asked": asked.content[0].model_dump()["text"],
                "prompts": len(prompts.prompts),
                "prompt": prompt.messages[0].content.model_dump()["text"],
                "completed": completed.completion.values,
                "resources": sorted(str(resource.uri) for resource in resources.resources),
                "templates": [item.uri_template for item in templates.resource_templates],
                "text": text.contents[0].model_dump()["text"],
                "data": json.loads(text_of(data)),
            }
    print(json.dumps(report))


def text_of(read: types.ReadResourceResult) -> str:
    """Return the text of the first part."""
    return str(read.contents[0].model_dump()["text"])


asyncio.run(main())
