"""The official Python SDK 1.x does all it can. Runs in an environment of its own."""

import asyncio
import json
import os
from typing import Any

from mcp import ClientSession, types
from mcp.client.streamable_http import streamablehttp_client
from pydantic import AnyUrl


async def main() -> None:
    """Print what came of each request."""
    headers = {"authorization": f"Bearer {os.environ['MCP_TOKEN']}"}
    logged: list[Any] = []
    steps: list[float] = []

    async def log(params: types.LoggingMessageNotificationParams) -> None:
        logged.append(params.data)

    async def progress(done: float, _total: float | None, _message: str | None) -> None:
        steps.append(done)

    async with (
        streamablehttp_client(os.environ["MCP_URL"], headers=headers) as (read, write, _),
        ClientSession(read, write, logging_callback=log) as session,
    ):
        met = await session.initialize()
        await session.set_logging_level("info")
        picture = await session.call_tool("test_image_content", {})
        failed = await session.call_tool("test_error_handling", {})
        await session.call_tool("test_tool_with_progress", {}, progress_callback=progress)
        await session.call_tool("test_tool_with_logging", {})
        asked = await session.call_tool("test_input_required_result_elicitation", {})
        prompts = await session.list_prompts()
        prompt = await session.get_prompt(
            "test_prompt_with_arguments", {"arg1": "one", "arg2": "two"}
        )
        completed = await session.complete(
            types.PromptReference(type="ref/prompt", name="test_prompt_with_arguments"),
            {"name": "arg1", "value": "par"},
        )
        resources = await session.list_resources()
        templates = await session.list_resource_templates()
        text = await session.read_resource(AnyUrl("test://static-text"))
        data = await session.read_resource(AnyUrl("test://template/7/data"))
        await session.subscribe_resource(AnyUrl("test://watched-resource"))
    report = {
        "version": met.protocolVersion,
        "picture": picture.content[0].model_dump()["mimeType"],
        "failed": failed.isError,
        "steps": steps,
        "logged": len(logged),
        "asked": asked.content[0].model_dump()["text"],
        "prompts": len(prompts.prompts),
        "prompt": prompt.messages[0].content.model_dump()["text"],
        "completed": completed.completion.values,
        "resources": sorted(str(resource.uri) for resource in resources.resources),
        "templates": [template.uriTemplate for template in templates.resourceTemplates],
        "text": text.contents[0].model_dump()["text"],
        "data": json.loads(data.contents[0].model_dump()["text"]),
    }
    print(json.dumps(report))


asyncio.run(main())
